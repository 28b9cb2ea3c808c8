"""The JSON of questions and answers: there and back, and every mistake in words."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.inference.tiny import tiny_request

from precedent_inference.errors import (
    EngineBusy,
    EngineError,
    EngineRefused,
    PromptError,
    RequestTooLarge,
)
from precedent_inference.json_border import Table
from precedent_inference.prompt import Prompt, Query, Shot
from precedent_inference.protocol import (
    Answer,
    AnswerToken,
    AskRequest,
    CacheCounts,
    Loading,
    ModelCard,
    ModelSummary,
    NextBest,
    OptionScore,
    PictureFacts,
    PromptFacts,
    Sampling,
    Sent,
    Timing,
    TokenLog,
    Waiting,
)
from precedent_inference.templates import TemplateChanges, Templates
from precedent_inference.wire.answer import (
    answer_from_evidence,
    answer_to_json,
    card_from_json,
    card_to_json,
    logprobs_from_json,
    logprobs_to_json,
    progress_chunk,
    progress_from_json,
)
from precedent_inference.wire.errors import error_from_json, error_to_json
from precedent_inference.wire.facts import facts_from_json, facts_to_json
from precedent_inference.wire.request import Asked, request_from_json, request_to_json

TEXT = st.text(min_size=1, max_size=20).filter(lambda text: bool(text.strip()))
PICTURES = st.lists(st.binary(max_size=9), min_size=1, max_size=3).map(tuple)
SHOTS = st.builds(Shot, PICTURES, TEXT, TEXT, st.text(max_size=5), st.none() | TEXT)
SAMPLINGS = st.builds(
    Sampling,
    st.integers(1, 99),
    st.floats(0, 2),
    st.integers(0, 99),
    st.floats(0.01, 1),
    st.floats(0.5, 2),
    st.integers(0, 5),
    st.integers(1, 4),
    st.floats(-2, 2),
)
PROMPTS = st.builds(
    Prompt,
    st.lists(SHOTS, max_size=3).map(tuple),
    st.builds(Query, PICTURES, TEXT),
    st.none() | TEXT,
)
REQUESTS = st.builds(
    AskRequest,
    PROMPTS,
    TEXT,
    SAMPLINGS,
    st.booleans(),
    st.lists(TEXT, max_size=2).map(tuple),
    st.lists(TEXT, max_size=3).map(tuple),
    st.just(value=False),
    st.booleans(),
)
ASKED = st.builds(Asked, REQUESTS, st.booleans(), st.booleans(), st.text(max_size=9))
Change = Callable[[dict[str, Any]], object]


@given(ASKED)
def test_a_request_survives_the_wire(asked: Asked) -> None:
    assert request_from_json(request_to_json(asked)) == asked


def test_log_probabilities_are_asked_for_as_the_dialect_does() -> None:
    request = replace(tiny_request(1), sampling=Sampling(top_logprobs=3), logprobs=True)
    body = request_to_json(Asked(request))
    assert (body["logprobs"], body["top_logprobs"]) == (True, 3)
    assert request_from_json(body).request == request


def test_a_plain_chat_request_is_understood() -> None:
    url = {"url": "data:image/png;base64,AAAA"}
    asked = [{"type": "image_url", "image_url": url}, {"type": "text", "text": "What?"}]
    body = {
        "model": "starter",
        "messages": [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": "mass"},
            {"role": "user", "content": asked},
        ],
    }
    prompt = request_from_json(body).request.prompt
    assert prompt == Prompt((Shot((bytes(3),), "What?", "mass"),), Query((bytes(3),), "What?"))


def test_a_system_message_is_the_text_before_the_first_picture() -> None:
    body: dict[str, Any] = request_to_json(Asked(tiny_request(1)))
    body["messages"].insert(0, {"role": "system", "content": "Answer the last."})
    assert request_from_json(body).request.prompt.preamble == "Answer the last."


def test_what_the_dialect_has_and_we_have_not_is_ignored_and_null_is_absent() -> None:
    body: dict[str, Any] = request_to_json(Asked(tiny_request(1)))
    plain = request_from_json(body)
    body |= {"logit_bias": {}, "tools": None, "stop": None, "temperature": None, "n": 1}
    assert request_from_json(body) == plain


def test_one_stop_text_may_stand_alone() -> None:
    body: dict[str, Any] = request_to_json(Asked(tiny_request(1))) | {"stop": "."}
    assert request_from_json(body).request.stop == (".",)


def test_an_answer_survives_the_wire() -> None:
    answer = Answer(
        "mass",
        ModelSummary("starter", "flamingo", "onnx", "fp32", "CPU"),
        ("a", "b"),
        Timing(0.5, 0.1, 90.0, 3),
        CacheCounts(1, 2, 30, 20),
        0.75,
        ("careful",),
        "stop",
        Sent("<s>", (b"\x89PNG",)),
        (AnswerToken(" mass", -0.25, (TokenLog(" mass", -0.25), TokenLog("\ufffd", -1.5))),),
        (OptionScore("mass", -0.25, -0.25, 0.7, 0.7), OptionScore("none", -1.5, -1.5, 0.3, 0.3)),
        NextBest("none", 0.3),
    )
    body = answer_to_json(answer)
    choice = Table.of(body, "x", EngineError).tables("choices")[0]
    tokens = logprobs_from_json(choice)
    assert answer_from_evidence(body["precedent"], "mass", "stop", tokens) == answer


def test_log_probabilities_stand_where_the_dialect_has_them() -> None:
    # The shape of the reference: content[].token, logprob, bytes, top_logprobs[].
    logs = (AnswerToken("é", -0.5, (TokenLog("é", -0.5),)),)
    entry = {"token": "é", "logprob": -0.5, "bytes": [0xC3, 0xA9]}
    assert logprobs_to_json(logs) == {"content": [entry | {"top_logprobs": [entry]}]}


@pytest.mark.parametrize("progress", [Waiting(3), Loading("starter", 0.43, "Reading the weights")])
def test_what_is_waited_for_survives_the_wire(progress: Waiting | Loading) -> None:
    body = Table.of(progress_chunk("starter", progress), "x", EngineError)
    assert body.items("choices") == []
    assert progress_from_json(body.table("precedent")) == progress


def test_a_card_survives_the_wire() -> None:
    card = ModelCard("starter", "flamingo", "yes", 9, 512, "# Card", ("small",))
    assert card_from_json(card_to_json(card)) == card
    more = replace(card, trained_images=5, templates=Templates("{question}", "{answer}", 3))
    assert card_from_json(json.loads(json.dumps(card_to_json(more)))) == more


def test_a_count_survives_the_wire() -> None:
    picture = PictureFacts(640, 480, (80.0, 0.0, 480.0, 480.0), 0.2)
    facts = PromptFacts("starter", 1, (20, 21), 12, 32, 512, 9, None, (picture,), 2, 30)
    body = json.loads(json.dumps(facts_to_json(facts)))
    assert (body["prompt_tokens"], body["fits"]) == (54, True)
    assert facts_from_json(body) == facts


def test_changed_templates_survive_the_wire() -> None:
    changes = TemplateChanges(preamble="", query="<image>{question}")
    asked = Asked(replace(tiny_request(1), templates=changes))
    assert request_from_json(json.loads(json.dumps(request_to_json(asked)))) == asked


def test_a_model_of_another_server_is_listed_by_its_name() -> None:
    assert card_from_json({"id": "other", "object": "model"}).name == "other"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda body: body.pop("messages"), "lacks the field messages"),
        (lambda body: body["messages"].pop(), "end with the open question"),
        (lambda body: body["messages"].clear(), "end with the open question"),
        (lambda body: body.update(messages=[7]), r"messages\[0\] is not a JSON object"),
        (lambda body: body["messages"][0].update(role="tool"), "role must be"),
        (lambda body: body["messages"][1].update(role="system"), "question and answer in turn"),
        (
            lambda body: body["messages"][1].update(content=body["messages"][0]["content"]),
            r"messages\[1\]: only a user's message",
        ),
        (lambda body: body["messages"][0].update(content="What?"), "no picture"),
        (
            lambda body: body["messages"][0]["content"][0]["image_url"].update(
                url="http://x/a.png"
            ),
            "nothing is fetched",
        ),
        (
            lambda body: body["messages"][0]["content"][0]["image_url"].update(
                url="data:image/png;base64,%%"
            ),
            "base64 content is broken",
        ),
        (lambda body: body.update(max_tokens="many"), "max_tokens must be a whole number"),
        (lambda body: body.update(temperature=float("nan")), "temperature must be a finite number"),
        (lambda body: body.update(n=2), "n = 2 answers; one is given"),
        (lambda body: body.update(n="2"), "n must be a whole number"),
        (lambda body: body.update(top_p="high"), "top_p must be a number"),
        (lambda body: body.update(stop=[7]), "stop must be a list of texts"),
        (lambda body: body.update(stream="yes"), "stream must be true or false"),
        (lambda body: body.update(logprobs=1), "logprobs must be true or false"),
        (lambda body: body.update(user=7), "user must be a text"),
        (lambda body: body.update(precedent=[]), "precedent is not a JSON object"),
        (lambda body: body["precedent"].update(beams=1.5), "precedent: beams must be a whole"),
        (lambda body: body["precedent"].update(options="yes"), "precedent: options must be a list"),
        (lambda body: body["messages"].extend(body["messages"][:1] * 600), "at most 512"),
    ],
)
def test_a_wrong_request_is_refused_with_its_place(change: Change, words: str) -> None:
    body: dict[str, Any] = request_to_json(Asked(tiny_request(1)))
    change(body)
    with pytest.raises(PromptError, match=words):
        request_from_json(body)


@pytest.mark.parametrize("body", [None, [], "x", 3])
def test_a_request_that_is_no_object_is_refused(body: object) -> None:
    with pytest.raises(PromptError):
        request_from_json(body)


def test_an_error_keeps_its_kind_message_and_hint() -> None:
    error = error_from_json(error_to_json(PromptError("Too long.", "Cut it.")), 400)
    assert (type(error), error.message, error.hint) == (PromptError, "Too long.", "Cut it.")


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"error": {"message": "no", "type": "invalid_request_error"}}, 400, PromptError),
        ({"error": "no"}, 401, EngineRefused),
        ("<html>", 500, EngineError),
        ("<html>", 413, RequestTooLarge),
        ({"error": {"message": "slow down"}}, 429, EngineBusy),
    ],
)
def test_an_error_of_another_server_is_understood(
    body: object, status: int, kind: type[Exception]
) -> None:
    assert type(error_from_json(body, status)) is kind

"""The JSON of questions and answers: there and back, and every mistake in words."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.inference.tiny import tiny_request

from precedent_inference.errors import EngineError, EngineRefused, PromptError
from precedent_inference.prompt import Prompt, Query, Shot
from precedent_inference.protocol import (
    Answer,
    AskRequest,
    CacheCounts,
    ModelCard,
    ModelSummary,
    Sent,
    Timing,
)
from precedent_inference.wire import (
    answer_from_evidence,
    answer_to_json,
    card_from_json,
    card_to_json,
    request_from_json,
    request_to_json,
)
from precedent_inference.wire_errors import error_from_json, error_to_json

TEXT = st.text(min_size=1, max_size=20).filter(lambda text: bool(text.strip()))
SHOTS = st.builds(Shot, st.binary(max_size=9), TEXT, TEXT, st.text(max_size=5), st.none() | TEXT)
REQUESTS = st.builds(
    AskRequest,
    st.builds(Prompt, st.lists(SHOTS, max_size=3).map(tuple), st.builds(Query, st.binary(), TEXT)),
    TEXT,
    st.integers(1, 99),
    st.floats(0, 2),
    st.integers(0, 99),
    st.booleans(),
)
Change = Callable[[dict[str, Any]], object]


@given(REQUESTS)
def test_a_request_survives_the_wire(request_: AskRequest) -> None:
    assert request_from_json(request_to_json(request_, stream=True)) == request_


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
    prompt = request_from_json(body).prompt
    assert prompt == Prompt((Shot(bytes(3), "What?", "mass"),), Query(bytes(3), "What?"))


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
    )
    body = answer_to_json(answer)
    assert answer_from_evidence(body["precedent"], "mass", "stop") == answer


def test_a_card_survives_the_wire() -> None:
    card = ModelCard("starter", "flamingo", "yes", 9, 512, "# Card", ("small",))
    assert card_from_json(card_to_json(card)) == card


def test_a_model_of_another_server_is_listed_by_its_name() -> None:
    assert card_from_json({"id": "other", "object": "model"}).name == "other"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda body: body.pop("messages"), "lacks the field messages"),
        (lambda body: body["messages"].pop(), "end with the open question"),
        (lambda body: body["messages"].clear(), "end with the open question"),
        (lambda body: body.update(messages=[7]), r"messages\[0\] is not a JSON object"),
        (lambda body: body["messages"][0].update(role="system"), "role must be"),
        (lambda body: body["messages"][0].update(content="What?"), "needs one picture"),
        (
            lambda body: body["messages"][0]["content"].append(body["messages"][0]["content"][0]),
            "2 pictures",
        ),
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
        (lambda body: body["messages"].extend(body["messages"][:1] * 600), "at most 512"),
    ],
)
def test_a_wrong_request_is_refused_with_its_place(change: Change, words: str) -> None:
    body: dict[str, Any] = request_to_json(tiny_request(1), stream=False)
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
    ],
)
def test_an_error_of_another_server_is_understood(
    body: object, status: int, kind: type[Exception]
) -> None:
    assert type(error_from_json(body, status)) is kind

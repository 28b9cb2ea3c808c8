"""Answers and models in the chat-completions dialect, to and from `protocol.py`.

The optional object `precedent` carries what the dialect has no word for: the evidence of an answer,
the scores of options, the runner-up.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import cast, get_args

from precedent_inference.errors import EngineError
from precedent_inference.json_border import Table
from precedent_inference.protocol import (
    PROTOCOL_VERSION,
    Answer,
    AnswerToken,
    CacheCounts,
    FinishReason,
    Loading,
    ModelCard,
    ModelSummary,
    NextBest,
    OptionScore,
    Sent,
    Timing,
    TokenLog,
    Waiting,
)
from precedent_inference.templates import Templates
from precedent_inference.wire.data_url import bytes_from_url, png_url

Json = dict[str, object]


def answer_to_json(answer: Answer) -> Json:
    """Give the body of a whole answer."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": answer.text},
        "logprobs": logprobs_to_json(answer.tokens),
        "finish_reason": answer.finish_reason,
    }
    return _completion("chat.completion", answer.model.name, choice) | _evidence(answer)


def text_chunk(model: str, text: str) -> Json:
    """Give the streamed event that carries a piece of text."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return _completion("chat.completion.chunk", model, choice)


def progress_chunk(model: str, progress: Waiting | Loading) -> Json:
    """Give the streamed event that tells what is waited for; it carries no choice."""
    kind = "waiting" if isinstance(progress, Waiting) else "loading"
    body = _completion("chat.completion.chunk", model)
    return body | {"precedent": {kind: asdict(progress)}}


def progress_from_json(ours: Table) -> Waiting | Loading | None:
    """Read what is waited for from an event's `precedent` object, None when it tells nothing."""
    if "waiting" in ours.values:
        return Waiting(ours.table("waiting").integer("before"))
    if "loading" in ours.values:
        table = ours.table("loading")
        return Loading(table.text("model"), table.number("fraction"), table.text("stage"))
    return None


def last_chunk(answer: Answer) -> Json:
    """Give the streamed event that ends an answer and carries its evidence."""
    choice = {
        "index": 0,
        "delta": {},
        "logprobs": logprobs_to_json(answer.tokens),
        "finish_reason": answer.finish_reason,
    }
    return _completion("chat.completion.chunk", answer.model.name, choice) | _evidence(answer)


def logprobs_to_json(tokens: tuple[AnswerToken, ...]) -> Json | None:
    """Give the dialect's `logprobs` of a choice, None when there are none."""
    if not tokens:
        return None
    content = [
        _token(token.text, token.log_probability)
        | {"top_logprobs": [_token(other.text, other.log_probability) for other in token.top]}
        for token in tokens
    ]
    return {"content": content}


def logprobs_from_json(choice: Table) -> tuple[AnswerToken, ...]:
    """Read the `logprobs` of a choice; none is an empty tuple."""
    if choice.values.get("logprobs") is None:
        return ()
    inner = choice.table("logprobs")
    if inner.values.get("content") is None:
        return ()
    return tuple(
        AnswerToken(
            entry.text("token"),
            entry.number("logprob"),
            tuple(
                TokenLog(other.text("token"), other.number("logprob"))
                for other in entry.tables("top_logprobs", ())
            ),
        )
        for entry in inner.tables("content")
    )


def answer_from_evidence(
    raw: object, text: str, finish_reason: FinishReason, tokens: tuple[AnswerToken, ...] = ()
) -> Answer:
    """Read the `precedent` object of an answer. Raises EngineError when it is not understood."""
    ours = Table.of(raw, "The engine's answer", EngineError)
    model, timing, cache = ours.table("model"), ours.table("timing"), ours.table("cache")
    return Answer(
        text=text,
        model=ModelSummary(
            name=model.text("name"),
            kind=model.text("kind"),
            backend=model.text("backend"),
            precision=model.text("precision"),
            device=model.text("device"),
            reason=model.text("reason", ""),
            missed=model.texts("missed", ()),
            fingerprint=model.text("fingerprint", ""),
        ),
        shots=ours.texts("shots"),
        timing=Timing(
            timing.number("load_s"),
            timing.number("first_token_s"),
            timing.number("tokens_per_s"),
            timing.integer("new_tokens"),
        ),
        cache=CacheCounts(
            cache.integer("images_encoded"),
            cache.integer("images_reused"),
            cache.integer("prompt_tokens"),
            cache.integer("prompt_tokens_reused"),
        ),
        confidence=ours.optional_number("confidence"),
        warnings=ours.texts("warnings"),
        finish_reason=finish_reason,
        sent=_sent(ours.table("sent")) if ours.values.get("sent") is not None else None,
        tokens=tokens,
        options=tuple(_option(option) for option in ours.tables("options", ())),
        next_best=_next_best(ours),
    )


def finish_reason(word: str) -> FinishReason:
    """Give the reason that a server states; a word of another dialect means that it stopped."""
    for known in get_args(FinishReason):
        if word == known:
            return cast("FinishReason", known)
    return "stop"


def card_to_json(card: ModelCard) -> Json:
    """Give one entry of `GET /v1/models`."""
    ours = asdict(card) | {"known_limits": list(card.known_limits)}
    return {
        "id": card.name,
        "object": "model",
        "created": 0,
        "owned_by": "local",
        "precedent": ours,
    }


def card_from_json(raw: object) -> ModelCard:
    """Read one entry of `GET /v1/models`; a server that is not ours names the model alone."""
    entry = Table.of(raw, "The engine's list of models", EngineError)
    if "precedent" not in entry.values:
        return ModelCard(entry.text("id"), "unknown", "yes", 9, 4096, "")
    ours = entry.table("precedent")
    return ModelCard(
        name=ours.text("name"),
        kind=ours.text("kind"),
        takes_shots=ours.choice("takes_shots", ("yes", "no", "harmful")),
        max_images=ours.integer("max_images"),
        context_tokens=ours.integer("context_tokens"),
        card=ours.text("card"),
        known_limits=ours.texts("known_limits"),
        trained_images=_optional_integer(ours, "trained_images"),
        templates=_templates(ours),
    )


def _optional_integer(table: Table, name: str) -> int | None:
    return None if table.values.get(name) is None else table.integer(name)


def _templates(ours: Table) -> Templates | None:
    if ours.values.get("templates") is None:
        return None
    table = ours.table("templates")
    return Templates(
        shot=table.text("shot"),
        query=table.text("query"),
        start=table.text_or_integer("start"),
        preamble=table.text("preamble"),
        rationale_shot=table.optional_text("rationale_shot"),
        rationale_query=table.optional_text("rationale_query"),
    )


def _completion(kind: str, model: str, *choices: Mapping[str, object]) -> Json:
    return {
        "id": "precedent",
        "object": kind,
        "created": 0,
        "model": model,
        "choices": list(choices),
    }


def _token(text: str, log_probability: float) -> Json:
    # A token may hold a part of a character; then it has no bytes of its own to show.
    known = None if "\ufffd" in text else list(text.encode())
    return {"token": text, "logprob": log_probability, "bytes": known}


def _option(table: Table) -> OptionScore:
    return OptionScore(
        table.text("text"),
        table.number("log_probability"),
        table.number("per_token"),
        table.number("probability"),
        table.number("probability_per_token"),
    )


def _next_best(ours: Table) -> NextBest | None:
    if ours.values.get("next_best") is None:
        return None
    table = ours.table("next_best")
    return NextBest(table.text("text"), table.number("probability"))


def _evidence(answer: Answer) -> Json:
    sent = None
    if answer.sent is not None:
        media = [png_url(image) for image in answer.sent.media]
        sent = {"text": answer.sent.text, "media": media}
    prompt_tokens, new_tokens = answer.cache.prompt_tokens, answer.timing.new_tokens
    return {
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": new_tokens,
            "total_tokens": prompt_tokens + new_tokens,
        },
        "precedent": {
            "version": PROTOCOL_VERSION,
            "model": asdict(answer.model),
            "shots": list(answer.shots),
            "timing": asdict(answer.timing),
            "cache": asdict(answer.cache),
            "confidence": answer.confidence,
            "warnings": list(answer.warnings),
            "sent": sent,
            "options": [asdict(option) for option in answer.options],
            "next_best": None if answer.next_best is None else asdict(answer.next_best),
        },
    }


def _sent(table: Table) -> Sent:
    return Sent(
        table.text("text"),
        tuple(bytes_from_url(url, EngineError) for url in table.texts("media")),
    )

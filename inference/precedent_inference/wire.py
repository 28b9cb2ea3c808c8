"""The chat-completions dialect as JSON, to and from the dataclasses of `protocol.py`.

A shot is a user message (picture and question) and an assistant message (answer); the open question
is the last user message. Pictures travel as data URLs; no address is ever fetched. The optional
object `precedent` carries what the dialect has no word for.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import asdict
from typing import cast, get_args

from precedent_inference.errors import EngineError, PromptError
from precedent_inference.json_border import Table
from precedent_inference.prompt import Prompt, Query, Shot
from precedent_inference.protocol import (
    PROTOCOL_VERSION,
    Answer,
    AskRequest,
    CacheCounts,
    FinishReason,
    ModelCard,
    ModelSummary,
    Sent,
    Timing,
)

Json = dict[str, object]

PNG_PREFIX = "data:image/png;base64,"
MAX_MESSAGES = 512


def request_to_json(request: AskRequest, *, stream: bool) -> Json:
    """Give the body of `POST /v1/chat/completions`."""
    messages: list[Json] = []
    for shot in request.prompt.shots:
        answer = shot.answer
        if request.rationale and shot.rationale:
            answer = f"Rationale: {shot.rationale}\nAnswer: {shot.answer}"
        messages.append(_user_message(shot.image, shot.question))
        messages.append({"role": "assistant", "content": answer})
    query = request.prompt.query
    messages.append(_user_message(query.image, query.question))
    shots = [
        {"case_id": shot.case_id, "rationale": shot.rationale, "answer": shot.answer}
        for shot in request.prompt.shots
    ]
    return {
        "model": request.model,
        "messages": messages,
        "max_tokens": request.max_new_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
        "stream": stream,
        "precedent": {
            "version": PROTOCOL_VERSION,
            "rationale": request.rationale,
            "sent": True,
            "shots": shots,
        },
    }


def request_from_json(raw: object) -> AskRequest:
    """Read a request's body. Raises PromptError with the place of a mistake."""
    body = Table.of(raw, "The request", PromptError)
    ours = body.table("precedent", {})
    messages = body.tables("messages")
    if len(messages) > MAX_MESSAGES:
        raise PromptError(f"The request has {len(messages)} messages; at most {MAX_MESSAGES}.")
    turns = [_turn(message) for message in messages]
    return AskRequest(
        prompt=_prompt(turns, ours.tables("shots", ())),
        model=body.text("model"),
        max_new_tokens=body.integer("max_tokens", 32),
        temperature=body.number("temperature", 0.0),
        seed=body.integer("seed", 0),
        rationale=ours.flag("rationale", default=False),
    )


def answer_to_json(answer: Answer) -> Json:
    """Give the body of a whole answer."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": answer.text},
        "finish_reason": answer.finish_reason,
    }
    return _completion("chat.completion", answer.model.name, choice) | _evidence(answer)


def text_chunk(model: str, text: str) -> Json:
    """Give the streamed event that carries a piece of text."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return _completion("chat.completion.chunk", model, choice)


def last_chunk(answer: Answer) -> Json:
    """Give the streamed event that ends an answer and carries its evidence."""
    choice = {"index": 0, "delta": {}, "finish_reason": answer.finish_reason}
    return _completion("chat.completion.chunk", answer.model.name, choice) | _evidence(answer)


def answer_from_evidence(raw: object, text: str, finish_reason: FinishReason) -> Answer:
    """Read the `precedent` object of an answer. Raises EngineError when it is not understood."""
    ours = Table.of(raw, "The engine's answer", EngineError)
    model, timing, cache = ours.table("model"), ours.table("timing"), ours.table("cache")
    return Answer(
        text=text,
        model=ModelSummary(
            *(model.text(name) for name in ("name", "kind", "backend", "precision", "device"))
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
    )


def png_url(image: bytes) -> str:
    """Give a PNG as a data URL."""
    return PNG_PREFIX + base64.b64encode(image).decode("ascii")


def bytes_from_url(url: str, error: type[PromptError] | type[EngineError]) -> bytes:
    """Give the bytes of a base64 data URL. Raises `error` for any other address."""
    head, comma, payload = url.partition(",")
    if not (comma and head.startswith("data:image/") and head.endswith(";base64")):
        raise error("A picture must be a data URL with base64 content; nothing is fetched.")
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as cause:
        raise error(f"A picture's base64 content is broken: {cause}.") from cause


def _user_message(image: bytes, question: str) -> Json:
    return {
        "role": "user",
        "content": [
            {"type": "image_url", "image_url": {"url": png_url(image)}},
            {"type": "text", "text": question},
        ],
    }


def _turn(message: Table) -> tuple[str, bytes | None, str]:
    """Give a message's role, its picture if it has one, and its text."""
    role = message.choice("role", ("user", "assistant"))
    if message.holds_text("content"):
        return role, None, message.text("content")
    texts: list[str] = []
    images: list[bytes] = []
    for part in message.tables("content"):
        if part.choice("type", ("text", "image_url")) == "text":
            texts.append(part.text("text"))
        else:
            images.append(bytes_from_url(part.table("image_url").text("url"), PromptError))
    if len(images) > 1:
        raise PromptError(f"{message.where} has {len(images)} pictures; a question has one.")
    return role, images[0] if images else None, "\n".join(texts)


def _prompt(turns: list[tuple[str, bytes | None, str]], extras: list[Table]) -> Prompt:
    roles = [role for role, _, _ in turns]
    expected = ["user" if at % 2 == 0 else "assistant" for at in range(len(turns))]
    if roles != expected or len(turns) % 2 == 0:
        raise PromptError(
            "The messages must be question and answer in turn, and end with the open question."
        )
    count = len(turns) // 2
    extras = extras if len(extras) == count else [Table({}, "shot", PromptError)] * count
    shots = [_shot(turns[2 * at], turns[2 * at + 1][2], extra) for at, extra in enumerate(extras)]
    return Prompt(tuple(shots), Query(_picture(turns[-1]), turns[-1][2]))


def _shot(asked: tuple[str, bytes | None, str], answer: str, extra: Table) -> Shot:
    return Shot(
        image=_picture(asked),
        question=asked[2],
        answer=extra.text("answer", answer),
        case_id=extra.text("case_id", ""),
        rationale=extra.optional_text("rationale"),
    )


def _picture(turn: tuple[str, bytes | None, str]) -> bytes:
    if turn[1] is None:
        raise PromptError("Each question needs one picture.", "Add it as an image_url part.")
    return turn[1]


def _completion(kind: str, model: str, choice: Mapping[str, object]) -> Json:
    return {"id": "precedent", "object": kind, "created": 0, "model": model, "choices": [choice]}


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
        },
    }


def _sent(table: Table) -> Sent:
    return Sent(
        table.text("text"),
        tuple(bytes_from_url(url, EngineError) for url in table.texts("media")),
    )

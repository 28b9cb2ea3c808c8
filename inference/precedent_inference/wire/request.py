"""A question in the chat-completions dialect, to and from the dataclasses of `protocol.py`.

A shot is a user message (pictures and question) and an assistant message (answer); the open
question is the last user message; a system message before all is the text before the first picture.
The optional object `precedent` carries what the dialect has no word for. Fields that are not named
here are ignored, and null counts as absent.
"""

from dataclasses import dataclass
from typing import NamedTuple

from precedent_inference.errors import PromptError
from precedent_inference.json_border import Table
from precedent_inference.prompt import Prompt, Query, Shot
from precedent_inference.protocol import PROTOCOL_VERSION, AskRequest, Sampling
from precedent_inference.templates import TemplateChanges
from precedent_inference.wire.data_url import bytes_from_url, png_url

Json = dict[str, object]

MAX_MESSAGES = 512
MAX_CLIENT_CHARACTERS = 200
SYSTEM_ROLES = ("system", "developer")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request's body: the question, and how its answer should travel."""

    request: AskRequest
    stream: bool = False
    wants_progress: bool = False
    """Send events about the place in line before the first word."""
    client: str = ""
    """Who asks: each name has its own line, and the lines take turns."""


class Turn(NamedTuple):
    """One message."""

    role: str
    images: tuple[bytes, ...]
    text: str


def request_to_json(asked: Asked) -> Json:
    """Give the body of `POST /v1/chat/completions`."""
    request, prompt, sampling = asked.request, asked.request.prompt, asked.request.sampling
    ours: Json = {
        "version": PROTOCOL_VERSION,
        "rationale": request.rationale,
        "shots": [
            {"case_id": shot.case_id, "rationale": shot.rationale, "answer": shot.answer}
            for shot in prompt.shots
        ],
        "repetition_penalty": sampling.repetition_penalty,
        "no_repeat_ngram": sampling.no_repeat_ngram,
        "beams": sampling.beams,
        "length_penalty": sampling.length_penalty,
        "options": list(request.options),
        "next_best": request.next_best,
        "progress": asked.wants_progress,
    }
    body: Json = {
        "model": request.model,
        "messages": _messages(request),
        "max_tokens": sampling.max_new_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "stream": asked.stream,
        "precedent": ours,
    }
    # Servers of another make refuse some of these fields even when they say nothing.
    if request.stop:
        body["stop"] = list(request.stop)
    if request.logprobs:
        body |= {"logprobs": True, "top_logprobs": sampling.top_logprobs}
    if asked.client:
        body["user"] = asked.client
    if request.templates is not None:
        ours["templates"] = request.templates.changed
    return body


def request_from_json(raw: object) -> Asked:
    """Read a request's body. Raises PromptError with the place of a mistake."""
    body = _without_nulls(Table.of(raw, "The request", PromptError))
    ours = _without_nulls(body.table("precedent", {}))
    if body.integer("n", 1) != 1:
        raise PromptError(
            f"The request asks for n = {body.integer('n')} answers; one is given.",
            "Leave n out; `precedent.next_best` gives the runner-up.",
        )
    logprobs = body.flag("logprobs", default=False)
    request = AskRequest(
        prompt=_prompt(body, ours.tables("shots", ())),
        model=body.text("model"),
        sampling=_sampling(body, ours),
        rationale=ours.flag("rationale", default=False),
        stop=_stop(body),
        options=ours.texts("options", ()),
        logprobs=logprobs,
        next_best=ours.flag("next_best", default=False),
        templates=_templates(ours),
    )
    return Asked(
        request,
        stream=body.flag("stream", default=False),
        wants_progress=ours.flag("progress", default=False),
        client=body.text("user", "")[:MAX_CLIENT_CHARACTERS],
    )


def _messages(request: AskRequest) -> list[Json]:
    prompt = request.prompt
    messages: list[Json] = []
    if prompt.preamble is not None:
        messages.append({"role": "system", "content": prompt.preamble})
    for shot in prompt.shots:
        answer = shot.answer
        if request.rationale and shot.rationale:
            answer = f"Rationale: {shot.rationale}\nAnswer: {shot.answer}"
        messages.append(_user_message(shot.images, shot.question))
        messages.append({"role": "assistant", "content": answer})
    messages.append(_user_message(prompt.query.images, prompt.query.question))
    return messages


def _user_message(images: tuple[bytes, ...], question: str) -> Json:
    pictures: list[Json] = [
        {"type": "image_url", "image_url": {"url": png_url(image)}} for image in images
    ]
    return {"role": "user", "content": [*pictures, {"type": "text", "text": question}]}


def _without_nulls(table: Table) -> Table:
    values = {name: value for name, value in table.values.items() if value is not None}
    return Table(values, table.where, table.error)


def _sampling(body: Table, ours: Table) -> Sampling:
    usual = Sampling()
    length = "max_tokens" if "max_tokens" in body.values else "max_completion_tokens"
    return Sampling(
        max_new_tokens=body.integer(length, usual.max_new_tokens),
        temperature=body.number("temperature", usual.temperature),
        seed=body.integer("seed", usual.seed),
        top_p=body.number("top_p", usual.top_p),
        repetition_penalty=ours.number("repetition_penalty", usual.repetition_penalty),
        no_repeat_ngram=ours.integer("no_repeat_ngram", usual.no_repeat_ngram),
        beams=ours.integer("beams", usual.beams),
        length_penalty=ours.number("length_penalty", usual.length_penalty),
        top_logprobs=body.integer("top_logprobs", usual.top_logprobs),
    )


def _templates(ours: Table) -> TemplateChanges | None:
    if "templates" not in ours.values:
        return None
    table = ours.table("templates")
    return TemplateChanges(
        preamble=table.optional_text("preamble"),
        shot=table.optional_text("shot"),
        query=table.optional_text("query"),
        rationale_shot=table.optional_text("rationale_shot"),
        rationale_query=table.optional_text("rationale_query"),
    )


def _stop(body: Table) -> tuple[str, ...]:
    return (body.text("stop"),) if body.holds_text("stop") else body.texts("stop", ())


def _prompt(body: Table, extras: list[Table]) -> Prompt:
    messages = body.tables("messages")
    if len(messages) > MAX_MESSAGES:
        raise PromptError(f"The request has {len(messages)} messages; at most {MAX_MESSAGES}.")
    turns = [_turn(message) for message in messages]
    preamble = None
    if turns and turns[0].role in SYSTEM_ROLES:
        preamble = turns.pop(0).text or None
    roles = [turn.role for turn in turns]
    expected = ["user" if at % 2 == 0 else "assistant" for at in range(len(turns))]
    if roles != expected or len(turns) % 2 == 0:
        raise PromptError(
            "The messages must be question and answer in turn, and end with the open question; a "
            "system message may stand before them."
        )
    count = len(turns) // 2
    extras = extras if len(extras) == count else [Table({}, "shot", PromptError)] * count
    shots = [_shot(turns[2 * at], turns[2 * at + 1].text, extra) for at, extra in enumerate(extras)]
    return Prompt(tuple(shots), Query(turns[-1].images, turns[-1].text), preamble)


def _turn(message: Table) -> Turn:
    role = message.choice("role", (*SYSTEM_ROLES, "user", "assistant"))
    if message.holds_text("content"):
        return Turn(role, (), message.text("content"))
    texts: list[str] = []
    images: list[bytes] = []
    for part in message.tables("content"):
        if part.choice("type", ("text", "image_url")) == "text":
            texts.append(part.text("text"))
        else:
            images.append(bytes_from_url(part.table("image_url").text("url"), PromptError))
    if images and role != "user":
        raise PromptError(f"{message.where}: only a user's message can hold pictures.")
    return Turn(role, tuple(images), "\n".join(texts))


def _shot(asked: Turn, answer: str, extra: Table) -> Shot:
    return Shot(
        images=asked.images,
        question=asked.text,
        answer=extra.text("answer", answer),
        case_id=extra.text("case_id", ""),
        rationale=extra.optional_text("rationale"),
    )

"""One question, asked without a window: what is sent, the answer, and both as text and JSON."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from precedent_inference.protocol import Answer, AskRequest
from precedent_plugin.ask_settings import AskSettings
from precedent_plugin.audit.entry import Ended, Put
from precedent_plugin.audit.trail import AuditTrail
from precedent_plugin.composer import compose
from precedent_plugin.engine_keeper import EngineLike
from precedent_plugin.errors import PluginError
from precedent_plugin.host import PaintedPixels, ViewSnapshot
from precedent_plugin.preprocess import ViewImage
from precedent_plugin.prompting.matching import squared, squared_view
from precedent_plugin.references import Reference
from precedent_plugin.report import DISCLAIMER, model_words
from precedent_plugin.warnings.check import prompt_warnings
from precedent_plugin.warnings.warning import Proposal
from precedent_resources import PrecedentError

Painter = Callable[..., tuple[PaintedPixels, ViewSnapshot]]
"""`render_file` of the adapter: (path, index) to painted pixels and what they are."""

WORTH_SHOWING: Final = 0.005
"""A next-best answer of less would be printed as having no probability at all."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was answered."""

    image: ViewImage
    question: str
    references: tuple[Reference, ...]
    warnings: tuple[str, ...]
    """The plugin's, then the engine's."""
    answer: Answer
    request: AskRequest
    """What was sent."""


def painter() -> Painter:
    """Give the adapter's `render_file`. Raises PluginError where Qt cannot be loaded."""
    try:
        from precedent_plugin.hosts.builtin import render_file
    except ImportError as error:
        raise PluginError(
            f"Files cannot be painted here: {error}.",
            "Install the system libraries that Qt needs; `python3 start.py` names them.",
        ) from error
    return render_file


def ask_once(
    image: ViewImage,
    question: str,
    references: Sequence[Reference],
    settings: AskSettings,
    *,
    engine: EngineLike,
    on_progress: Callable[[str], None],
    on_text: Callable[[str], None] | None = None,
    audit: AuditTrail | None = None,
) -> Asked:
    """Ask and wait for the answer. Raises PromptError, EngineError and what the engine reports.

    audit: where the question is recorded, however it ends.
    """
    pictures = {
        sha256: png
        for reference in references
        for sha256, png in zip(reference.case.images, reference.pngs, strict=True)
    }
    cases = [reference.case for reference in references]
    whole = settings.fit_whole
    prompt = compose(
        cases,
        squared_view(image) if whole else image,
        question,
        picture=lambda sha256: squared(pictures[sha256]) if whole else pictures[sha256],
        rationale=settings.rationale,
    )
    request = settings.request(prompt)
    asked_at = datetime.now(UTC).isoformat(timespec="seconds")
    put = Put(uuid.uuid4().hex, asked_at, request, image, tuple(cases))
    found: list[str] = []
    try:
        client = engine.client(on_progress=on_progress)
        proposal = Proposal(
            cases=cases,
            image=image,
            pictures=pictures,
            likenesses={item.case.id: item.likeness for item in references},
            rationale=settings.rationale,
            facts=client.count(request),
        )
        found += [warning.message for warning in prompt_warnings(proposal)]
        answer = client.ask(request, on_text=on_text, on_progress=on_progress)
    except PrecedentError as error:
        if audit is not None:
            audit.record(put, Ended("failed", error=error.message, warnings=tuple(found)))
        raise
    if audit is not None:
        audit.record(put, Ended("answered", answer, warnings=tuple(found)))
    return Asked(
        image=image,
        question=question.strip(),
        references=tuple(references),
        warnings=tuple(dict.fromkeys((*found, *answer.warnings))),
        answer=answer,
        request=request,
    )


def as_json(asked: Asked) -> dict[str, Any]:
    """Give the object that `ask --json` prints; its fields are a contract."""
    answer = asked.answer
    return {
        "answer": answer.text,
        "model": {
            name: getattr(answer.model, name)
            for name in ("name", "kind", "backend", "precision", "device")
        },
        "shots": [reference.case.id for reference in asked.references],
        "timing": asdict(answer.timing),
        "cache": asdict(answer.cache),
        "confidence": answer.confidence,
        "next_best": None if answer.next_best is None else asdict(answer.next_best),
        "options": [asdict(option) for option in answer.options],
        "warnings": list(asked.warnings),
    }


def evidence_lines(asked: Asked) -> list[str]:
    """Give what the answer rests on, line by line, for people."""
    answer, timing, cache = asked.answer, asked.answer.timing, asked.answer.cache
    lines = [f"Model      {model_words(answer.model)}"]
    if answer.confidence is not None:
        lines.append(f"Certainty  {answer.confidence:.2f}, the model's own; not of being right")
    other = answer.next_best
    if other is not None and other.probability >= WORTH_SHOWING and not answer.options:
        lines.append(f"Next best  {other.text}  ({other.probability:.2f})")
    lines += [f"Option     {option.probability:.2f}  {option.text}" for option in answer.options]
    lines.append(
        f"Speed      first token {timing.first_token_s * 1000:.0f} ms, {timing.new_tokens} tokens "
        f"at {timing.tokens_per_s:.0f}/s, model loaded in {timing.load_s:.1f} s"
    )
    pictures = cache.images_reused + cache.images_encoded
    lines.append(
        f"Reused     {cache.images_reused} of {pictures} pictures, "
        f"{cache.prompt_tokens_reused} of {cache.prompt_tokens} prompt tokens"
    )
    lines.append("References in the order sent" if asked.references else "References none")
    width = max((len(item.case.answer) for item in asked.references), default=0)
    lines += [
        f"  {number}  likeness {item.likeness:.2f}  {item.case.answer:<{min(width, 32)}}  "
        f"{item.case.question}"
        for number, item in enumerate(asked.references, start=1)
    ]
    lines += [f"Warning    {warning}" for warning in asked.warnings]
    return [*lines, DISCLAIMER]

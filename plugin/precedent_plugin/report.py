"""Answers as text that carries its provenance wherever it is pasted."""

from collections.abc import Sequence
from datetime import datetime

from precedent_inference.protocol import ModelSummary
from precedent_plugin.history import QuestionRecord
from precedent_plugin.question import Question

DISCLAIMER = "Research and teaching. Not for diagnosis."
INCOMPLETE = "[incomplete: stopped before its end]"


def report_text(question: Question) -> str:
    """Give a question and its answer as text, with model, shots, warnings and date."""
    answer = question.answer
    name = question.request.model if answer is None else model_words(answer.model)
    warnings = question.warnings if answer is None else (*question.warnings, *answer.warnings)
    return _report(
        question=question.request.prompt.query.question,
        answer=question.text,
        is_whole=answer is not None,
        model=name,
        asked_at=question.asked_at,
        picture=f"{question.image.title or 'picture'}, SHA-256 {question.image.sha256[:16]}",
        references=[f"{case.question} → {case.answer}" for case in question.shots],
        warnings=warnings,
        confidence=None if answer is None else answer.confidence,
    )


def record_text(record: QuestionRecord) -> str:
    """Give a question of the history in the same form; its shots by their ids alone."""
    return _report(
        question=record.question,
        answer=record.answer,
        is_whole=record.outcome == "answered",
        model=record.model,
        asked_at=record.asked_at,
        picture=f"{record.source or 'picture'}, SHA-256 {record.image[:16]}",
        references=[f"case {case_id}" for case_id in record.case_ids],
        warnings=record.warnings,
        confidence=record.confidence,
    )


def model_words(model: ModelSummary) -> str:
    """Name a model with what ran it: "starter (onnx, float32, CPU)"."""
    how = ", ".join(part for part in (model.backend, model.precision, model.device) if part)
    return f"{model.name} ({how})" if how else model.name


def _report(
    *,
    question: str,
    answer: str,
    is_whole: bool,
    model: str,
    asked_at: str,
    picture: str,
    references: Sequence[str],
    warnings: Sequence[str],
    confidence: float | None,
) -> str:
    when = datetime.fromisoformat(asked_at).strftime("%Y-%m-%d %H:%M UTC") if asked_at else ""
    said = answer.strip() if is_whole else f"{answer.strip()} {INCOMPLETE}".strip()
    lines = [
        f"Question: {_line(question)}",
        f"Answer: {said}",
        f"(model output, unverified, {', '.join(part for part in (model, when) if part)})",
        f"Picture: {_line(picture)}",
    ]
    if confidence is not None:
        lines.append(
            f"Model's own probability of these words: {confidence:.2f} (not of being right)"
        )
    lines.append("References, in the order sent:" if references else "References: none")
    lines += [f"  {number}. {_line(words)}" for number, words in enumerate(references, start=1)]
    lines += [f"Warning: {_line(words)}" for words in dict.fromkeys(warnings)]
    lines.append(DISCLAIMER)
    return "\n".join(lines)


def _line(words: str) -> str:
    return " ".join(words.split())

"""Answers as text that carries its provenance wherever it is pasted."""

from precedent_plugin.history import QuestionRecord
from precedent_plugin.question import Question

DISCLAIMER = "Research and teaching. Not for diagnosis."


def report_text(question: Question) -> str:
    """Give a question and its answer as text, with model, shots, warnings and date."""
    raise NotImplementedError


def record_text(record: QuestionRecord) -> str:
    """Give a question of the history in the same form."""
    raise NotImplementedError

"""A prompt as its author means it: solved examples in order, then the open question.

Nothing here knows tokens or models; `encoding.py` turns a Prompt into ids by a model's profile.
"""

from dataclasses import dataclass

from precedent_inference.errors import PromptError

MAX_QUESTION_CHARACTERS = 2_000
"""A longer text is a document, not a question; every supported context is far shorter."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One solved example: a picture, its question and its answer."""

    image: bytes
    """The encoded picture (PNG), 8 bit, exactly as the reader saw it."""
    question: str
    answer: str
    case_id: str = ""
    """The library's id of the case; empty when the shot was given by hand."""
    rationale: str | None = None

    def __post_init__(self) -> None:
        require_text(self.question, "question of a reference case")
        require_text(self.answer, "answer of a reference case")


@dataclass(frozen=True, slots=True)
class Query:
    """The open question and the picture that it is about."""

    image: bytes
    """The encoded picture (PNG), 8 bit, exactly as the reader saw it."""
    question: str

    def __post_init__(self) -> None:
        require_text(self.question, "question")


@dataclass(frozen=True, slots=True)
class Prompt:
    """Shots in the order in which the model reads them, then the query."""

    shots: tuple[Shot, ...]
    query: Query


def require_text(text: str, what: str) -> None:
    """Raise PromptError unless `text` has something to say and fits a question's bounds."""
    if not text.strip():
        raise PromptError(f"The {what} is empty.", "Type a few words and ask again.")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise PromptError(
            f"The {what} has {len(text):,} characters; at most "
            f"{MAX_QUESTION_CHARACTERS:,} can be sent.",
            "Shorten it and ask again.",
        )

"""A prompt as its author means it: text before all, solved examples in order, the open question.

Nothing here knows tokens or models; `encoding.py` turns a Prompt into ids by a model's profile.
"""

from dataclasses import dataclass

from precedent_inference.errors import PromptError

MAX_QUESTION_CHARACTERS = 2_000
"""A longer text is a document, not a question; every supported context is far shorter."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One solved example: its pictures, its question and its answer."""

    images: tuple[bytes, ...]
    """The encoded pictures (PNG) in order, 8 bit, exactly as the reader saw them."""
    question: str
    answer: str
    case_id: str = ""
    """The library's id of the case; empty when the shot was given by hand."""
    rationale: str | None = None

    def __post_init__(self) -> None:
        _require_pictures(self.images, "reference case")
        require_text(self.question, "question of a reference case")
        require_text(self.answer, "answer of a reference case")


@dataclass(frozen=True, slots=True)
class Query:
    """The open question and the pictures that it is about."""

    images: tuple[bytes, ...]
    """The encoded pictures (PNG) in order, 8 bit, exactly as the reader saw them."""
    question: str

    def __post_init__(self) -> None:
        _require_pictures(self.images, "question")
        require_text(self.question, "question")


@dataclass(frozen=True, slots=True)
class Prompt:
    """Shots in the order in which the model reads them, then the query."""

    shots: tuple[Shot, ...]
    query: Query
    preamble: str | None = None
    """Text before the first picture, instead of the model's own; None for the model's own."""

    def __post_init__(self) -> None:
        if self.preamble is not None:
            require_text(self.preamble, "text before the first picture")

    @property
    def images(self) -> tuple[bytes, ...]:
        """Every picture in the order in which the model reads them."""
        shown = tuple(image for shot in self.shots for image in shot.images)
        return shown + self.query.images


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


def _require_pictures(images: tuple[bytes, ...], what: str) -> None:
    if not images:
        raise PromptError(f"A {what} has no picture; each needs at least one.", "Add its picture.")

"""Why a case is suggested, each reason with the words of its chip."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from precedent_plugin.cases import Case, Provenance
from precedent_plugin.plain import plain_words
from precedent_plugin.suggest.query import SuggestQuery
from precedent_plugin.warnings.likeness import SAME_PLACE, modality_of

TELLING: Final = 0.5
"""A likeness below it is no reason."""


@dataclass(frozen=True, slots=True)
class LooksAlike:
    """The pictures are alike."""

    likeness: float

    @property
    def words(self) -> str:
        """Say it on a chip."""
        return f"looks alike {_short(self.likeness)}"


@dataclass(frozen=True, slots=True)
class SameQuestion:
    """The very question was asked of it."""

    words: str = "same question"


@dataclass(frozen=True, slots=True)
class SimilarQuestion:
    """A question in like words was asked of it."""

    likeness: float

    @property
    def words(self) -> str:
        """Say it on a chip."""
        return f"like question {_short(self.likeness)}"


@dataclass(frozen=True, slots=True)
class SameKind:
    """It is of the same modality, or the same part of the body, or both."""

    modality: str
    body_part: str

    @property
    def words(self) -> str:
        """Say it on a chip."""
        return " ".join(word for word in (self.modality, self.body_part.lower(), "too") if word)


@dataclass(frozen=True, slots=True)
class SharedTags:
    """It has the tags that were asked for."""

    tags: tuple[str, ...]

    @property
    def words(self) -> str:
        """Say it on a chip."""
        return f"tagged {', '.join(self.tags)}"


@dataclass(frozen=True, slots=True)
class OtherAnswer:
    """Its answer is another one than that of most suggestions."""

    answer: str
    """Its own."""
    words: str = "another answer"


Reason = LooksAlike | SameQuestion | SimilarQuestion | SameKind | SharedTags | OtherAnswer


def reasons_for(
    case: Case, image: float | None, text: float | None, query: SuggestQuery
) -> Iterator[Reason]:
    """Give the reasons for one case, the weightiest first."""
    if image is not None and image >= TELLING:
        yield LooksAlike(image)
    if text is not None and plain_words(case.question) == plain_words(query.question):
        yield SameQuestion()
    elif text is not None and text >= TELLING:
        yield SimilarQuestion(text)
    kind = _same_kind(case.provenance, query.provenance)
    if kind is not None:
        yield kind
    if query.scope.tags:
        yield SharedTags(query.scope.tags)


def _same_kind(there: Provenance, here: Provenance) -> SameKind | None:
    modality = modality_of(here) if modality_of(here) == modality_of(there) else ""
    place = _place(here) if _place(here) == _place(there) else ""
    return SameKind(modality, place) if modality or place else None


def _place(where: Provenance) -> str:
    word = where.body_part.strip().upper()
    return SAME_PLACE.get(word, word)


def _short(value: float) -> str:
    """Write ".93", and "1" for the very same; a hair below is never rounded up to it."""
    return "1" if value >= 1 else f"{min(value, 0.99):.2f}".lstrip("0")

"""What is asked of suggestions."""

from dataclasses import dataclass, field
from typing import Final

from precedent_plugin.cases import Provenance
from precedent_plugin.errors import UsageError
from precedent_plugin.storage.suggestion_rows import Scope

MAX_SUGGESTIONS: Final = 64


@dataclass(frozen=True, slots=True)
class SuggestQuery:
    """A picture, words, or cases to find more of, and how they weigh."""

    picture: bytes | None = None
    """PNG of the view or of the region that was drawn on it."""
    question: str = ""
    like: tuple[str, ...] = ()
    """Ids of cases to find more of; they are not suggested themselves. With a picture the mean of
    all is looked for."""
    provenance: Provenance = field(default_factory=Provenance)
    """Of the picture, for the reasons."""
    image_weight: float = 0.5
    """0 to 1; the words weigh the rest. Without words, or without a picture, the other is all."""
    scope: Scope = field(default_factory=Scope)
    count: int = 4
    """How many are wanted; fewer come where fewer belong."""
    relevance: float = 0.9
    """0 to 1: what relevance weighs against being unlike those chosen already; docs/suggest.md
    says what it costs."""
    counter_examples: int = 2

    def __post_init__(self) -> None:
        """Raise UsageError for what cannot be meant."""
        for value, what in ((self.image_weight, "image weight"), (self.relevance, "relevance")):
            if not 0 <= value <= 1:
                raise UsageError(f"The {what} is {value:g}; it goes from 0 to 1.")
        if not 1 <= self.count <= MAX_SUGGESTIONS:
            raise UsageError(
                f"{self.count} suggestions were asked for; 1 to {MAX_SUGGESTIONS} are given."
            )

    @property
    def weights(self) -> tuple[float, float]:
        """What picture and words weigh, given which of them there are."""
        has_image = self.picture is not None or bool(self.like)
        image = self.image_weight if has_image else 0.0
        words = 1 - self.image_weight if self.question.strip() else 0.0
        total = image + words
        return (image / total, words / total) if total else (0.0, 0.0)

"""What is suggested, with reasons; and one sentence where it is less than was asked for."""

from dataclasses import dataclass

from precedent_plugin.cases import Case
from precedent_plugin.suggest.reasons import OtherAnswer, Reason


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One case."""

    case: Case
    score: float
    """0..1: the weighted mean of the two likenesses."""
    image_likeness: float | None
    """0..1 on the library's own scale; None where the picture had no weight."""
    text_likeness: float | None
    """0..1; None where the words had no weight."""
    cosine: float | None
    """What the encoder says, unscaled."""
    reasons: tuple[Reason, ...]

    @property
    def has_other_answer(self) -> bool:
        """Whether it answers otherwise than most suggestions do."""
        return any(isinstance(reason, OtherAnswer) for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What to put beside a question."""

    rows: tuple[Suggestion, ...] = ()
    """The best first."""
    counter_examples: tuple[Suggestion, ...] = ()
    """The most alike that have another answer, and are not among the rows."""
    sentence: str = ""
    """Why there are fewer than were asked for; empty where there are not."""
    copies: int = 0
    """Cases that were left out because they show the very picture."""
    unseen: int = 0
    """Pictures that the index does not hold yet: refresh it and ask again."""

"""What a client asks to know of an answer, and what it is told, finding by finding.

All logarithms are natural, of the model's own probabilities at temperature 1. Shots are numbered
from 0 in prompt order. The formulas stand in docs/evidence.md.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from precedent_inference.protocol import AskRequest

Part = Literal["certainty", "influence", "agreement", "reliance", "baselines", "occlusion"]
PARTS: tuple[Part, ...] = get_args(Part)

Repetition = Literal["orders", "samples"]
Removal = Literal["query-picture", "shot-pictures", "shot-answers"]
Rule = Literal["majority", "nearest", "last", "zero-shot"]
Rest = Literal["precedents", "image", "majority", "last", "unstable", "unused"]

MATTERS = math.log(4 / 3)
"""Something matters when without it the answer loses a quarter of its probability, or wins as much.
Half would miss the very case it is for: of two equally likely answers, one has half of it all."""


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """An answered question, and what is to be found out about its answer."""

    asked: AskRequest
    answer: str
    """The answer's text as it was given."""
    parts: tuple[Part, ...] = PARTS


@dataclass(frozen=True, slots=True)
class Certainty:
    """How likely the model finds its answer, and the likeliest different one."""

    log_probability: float
    """The sum over the answer's tokens, its end included where the model learned to end."""
    per_token: float
    """The mean over them."""
    rival: str | None
    """The likeliest different answer that was found; None when there is none."""
    margin: float | None
    """Log-probability of the answer less that of its rival; below 0 the rival is likelier."""


@dataclass(frozen=True, slots=True)
class Influence:
    """What one shot does for the answer."""

    shot: int
    case_id: str
    change: float
    """Log-probability of the answer with all shots less that without this one: above 0 the shot
    speaks for the answer, below 0 against it."""


@dataclass(frozen=True, slots=True)
class Rerun:
    """The same question answered once more."""

    answer: str
    agrees: bool
    """Whether it says the same as the answer, by words and not by letters."""
    shots: tuple[int, ...]
    """The order in which the shots were read."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often the same question has the same answer."""

    by: Repetition
    """"orders": the shots in other orders. "samples": drawn at temperature 1."""
    runs: tuple[Rerun, ...]
    entropy: float
    """Of the distinct answers, the given one counted too; 0 when all say the same."""

    @property
    def agreeing(self) -> int:
        """Count the runs that say the same."""
        return sum(run.agrees for run in self.runs)


@dataclass(frozen=True, slots=True)
class Reliance:
    """What becomes of the answer when one source of it is taken away."""

    without: Removal
    """"query-picture", "shot-pictures": made grey. "shot-answers": exchanged among the shots."""
    answer: str
    """What the model then says."""
    has_moved: bool
    """Whether that is another answer."""
    change: float
    """Log-probability of the given answer as asked less that without the source."""
    expected: str | None = None
    """What the given answer is called once the shots' answers are exchanged; None where no shot has
    the given answer, and for pictures."""

    @property
    def matters(self) -> bool:
        """Whether the answer needs this source."""
        return self.has_moved or abs(self.change) >= MATTERS


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a rule that needs no model would say, or the model without shots."""

    rule: Rule
    answer: str | None
    """None where the rule does not decide: two answers are equally frequent."""
    agrees: bool
    """Whether it says the same as the answer."""
    shot: int | None = None
    """The shot that decides by "nearest" or "last"."""
    share: float | None = None
    """Of "majority": the share of the shots that have this answer."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle in pixels of a picture as it was sent; its corner is the upper left."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class OcclusionMap:
    """Which places of the question's picture carry the answer."""

    picture: int
    """Number of the picture in the question, from 0."""
    drops: tuple[tuple[float, ...], ...]
    """Rows of cells, from the top and the left: by how much the answer's log-probability falls when
    the cell is covered, the mean over the covers that hold it; below 0 it rises."""
    area: Rectangle
    """What the cells divide evenly: the part of the sent picture that the model saw."""

    @property
    def peak(self) -> tuple[int, int]:
        """Give row and column of the cell that carries the answer most."""
        cells = [
            (drop, row, at) for row, line in enumerate(self.drops) for at, drop in enumerate(line)
        ]
        _, row, column = max(cells, key=lambda cell: cell[0])
        return row, column

    @property
    def is_telling(self) -> bool:
        """Whether one place alone carries the answer; where none does, the peak is chance."""
        row, column = self.peak
        return self.drops[row][column] >= MATTERS

    def cell(self, row: int, column: int) -> Rectangle:
        """Give the place of a cell in the sent picture."""
        width = self.area.width / len(self.drops[0])
        height = self.area.height / len(self.drops)
        left, top = self.area.left + column * width, self.area.top + row * height
        return Rectangle(left, top, width, height)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the answer rests on, all findings taken together."""

    rests: Rest
    """"precedents": on the shots; "image": on the question's picture; "majority", "last": it copies
    these shots' answer; "unstable": asked again it says something else; "unused": the shots change
    nothing, and nor does the picture."""
    sentence: str
    """In plain words, with the reason."""


Finding = Certainty | Influence | Agreement | Reliance | Baseline | OcclusionMap | Verdict


@dataclass(frozen=True, slots=True)
class Evidence:
    """All findings about one answer."""

    findings: tuple[Finding, ...]
    """In the order in which they were made; the verdict, if there is one, is the last."""
    seconds: float
    """Spent on them."""

    @property
    def certainty(self) -> Certainty | None:
        """Give how likely the answer is; None when it was not asked for."""
        return next((found for found in self.findings if isinstance(found, Certainty)), None)

    @property
    def influences(self) -> tuple[Influence, ...]:
        """Give what each shot does for the answer, in prompt order."""
        return tuple(found for found in self.findings if isinstance(found, Influence))

    @property
    def agreements(self) -> tuple[Agreement, ...]:
        """Give how often the same question has the same answer."""
        return tuple(found for found in self.findings if isinstance(found, Agreement))

    @property
    def reliances(self) -> tuple[Reliance, ...]:
        """Give what became of the answer without each of its sources."""
        return tuple(found for found in self.findings if isinstance(found, Reliance))

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Give what other rules would say."""
        return tuple(found for found in self.findings if isinstance(found, Baseline))

    @property
    def maps(self) -> tuple[OcclusionMap, ...]:
        """Give the map of each picture of the question."""
        return tuple(found for found in self.findings if isinstance(found, OcclusionMap))

    @property
    def verdict(self) -> Verdict | None:
        """Give the verdict; None unless agreement, reliance and baselines were asked for."""
        return next((found for found in self.findings if isinstance(found, Verdict)), None)

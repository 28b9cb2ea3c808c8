"""What a hanging protocol says: for which studies, which series where, and how it looks. No Qt."""

from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import uuid4

from precedent_viewer.errors import ViewerError
from precedent_viewer.model.voi import Window
from precedent_viewer.views import MOST_COLUMNS, MOST_ROWS, Layout

Zoom = Literal["fit", "actual"]
LinkName = Literal["scroll", "place", "grey", "lines"]
LINKS: tuple[LinkName, ...] = ("scroll", "place", "grey", "lines")
MOST_PRIORS = 9


class RuleError(ViewerError):
    """A hanging protocol that cannot be used."""


def new_id() -> str:
    """Give a name that no other protocol has."""
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class StudyTest:
    """Which studies a protocol is for; what is empty is not asked."""

    modalities: tuple[str, ...] = ()
    """The study holds all of them."""
    body_parts: tuple[str, ...] = ()
    """Some series names one of them, in capitals as Body Part Examined has them."""
    words: tuple[str, ...] = ()
    """All stand in the study's description."""


EVERY_STUDY = StudyTest()


@dataclass(frozen=True, slots=True)
class SeriesTest:
    """Which series is meant; what is empty is not asked."""

    modality: str = ""
    orientation: str = ""
    body_parts: tuple[str, ...] = ()
    laterality: str = ""
    words: tuple[str, ...] = ()
    """All stand in its description."""
    without: tuple[str, ...] = ()
    """None stands in its description."""
    nth: int = 1
    """Which of those that pass, in the order of the series' numbers, from 1."""
    age: int = 0
    """0 is the study that is hung, 1 its newest prior, 2 the one before."""

    def __post_init__(self) -> None:
        if self.nth < 1:
            raise RuleError(f"The number of a series is {self.nth}.", "Count from 1.")
        if not 0 <= self.age <= MOST_PRIORS:
            raise RuleError(
                f"A study {self.age} places back is not offered.", f"Use 0 to {MOST_PRIORS}."
            )


@dataclass(frozen=True, slots=True)
class Look:
    """How a series is shown."""

    window: Window | None = None
    """None is what the file says."""
    inverted: bool = False
    colours: str | None = None
    """Name of a palette; None is grey."""
    quarters: int = 0
    """Clockwise quarter turns, 0 to 3, after the flips."""
    flipped_horizontally: bool = False
    flipped_vertically: bool = False
    zoom: Zoom = "fit"

    def __post_init__(self) -> None:
        if not 0 <= self.quarters <= 3:
            raise RuleError(f"A turn by {self.quarters} quarters is not offered.", "Use 0 to 3.")
        if self.zoom not in ("fit", "actual"):
            raise RuleError(f"The zoom {self.zoom!r} is not known.", "Use fit or actual.")


AS_IT_OPENS = Look()
"""Nothing is changed."""


@dataclass(frozen=True, slots=True)
class Place:
    """What one viewport shows."""

    series: SeriesTest | None = None
    """None leaves the viewport empty."""
    look: Look = AS_IT_OPENS


@dataclass(frozen=True, slots=True)
class Rule:
    """A hanging protocol."""

    name: str
    layout: Layout
    places: tuple[Place, ...]
    """One a viewport, row by row."""
    study: StudyTest = EVERY_STUDY
    links: tuple[LinkName, ...] = ()
    """What goes together: scrolling, zoom and pan, window; and reference lines."""
    is_on: bool = True
    """Whether it is applied by itself on opening."""
    id: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        rows, columns = self.layout
        if not (1 <= rows <= MOST_ROWS and 1 <= columns <= MOST_COLUMNS):
            raise RuleError(
                f"A layout of {rows} x {columns} is not offered.",
                f"Choose up to {MOST_ROWS} rows and {MOST_COLUMNS} columns.",
            )
        if len(self.places) != rows * columns:
            raise RuleError(
                f"{self.name} has {len(self.places)} places for {rows * columns} viewports.",
                "Give one place a viewport.",
            )
        if not self.name.strip():
            raise RuleError("A hanging protocol has no name.", "Give it one.")
        if not set(self.links) <= set(LINKS):
            raise RuleError(f"{self.name} links what is not known.", f"Use {', '.join(LINKS)}.")


def with_layout(rule: Rule, layout: Layout) -> Rule:
    """Change the layout; places keep row and column, new ones are empty, those outside go."""
    rows, columns = layout
    known = {divmod(at, rule.layout[1]): place for at, place in enumerate(rule.places)}
    places = tuple(
        known.get((row, column), Place()) for row in range(rows) for column in range(columns)
    )
    return replace(rule, layout=layout, places=places)

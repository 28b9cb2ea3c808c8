"""What a reader draws on an image. No Qt.

Points are image pixels as in `model/viewport.py`: (0, 0) is the outer corner of the first pixel.
"""

import math
import uuid
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from precedent_viewer.errors import ViewerError

Kind = Literal[
    "length", "angle", "cobb", "ellipse", "rectangle", "freehand", "polygon", "probe", "arrow",
    "text",
]  # fmt: skip
PointPx = tuple[float, float]
POINTS: dict[Kind, int | None] = {
    "length": 2, "angle": 3, "cobb": 4, "ellipse": 2, "rectangle": 2, "freehand": None,
    "polygon": None, "probe": 1, "arrow": 2, "text": 1,
}  # fmt: skip
"""How many points make one; None for three or more."""
AREAS: frozenset[Kind] = frozenset({"ellipse", "rectangle", "freehand", "polygon"})
"""Kinds that enclose pixels."""
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_POINTS = 20_000
LONGEST_TEXT = 2_000


class AnnotationError(ViewerError):
    """An annotation that cannot be."""


@dataclass(frozen=True, slots=True)
class ImageKey:
    """The image on which something is drawn."""

    sop_instance_uid: str
    frame: int
    """In its file, from 0."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One thing drawn. Raises AnnotationError when its points do not make its kind."""

    kind: Kind
    points: tuple[PointPx, ...]
    image: ImageKey
    series_uid: str
    study_uid: str
    text: str = ""
    """The reader's own words."""
    label_at: PointPx | None = None
    """Where the label lies; None is beside it."""
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        if self.kind not in POINTS:
            raise AnnotationError(f"There is no annotation of the kind {self.kind!r}.")
        wanted, count = POINTS[self.kind], len(self.points)
        if (wanted is not None and count != wanted) or (wanted is None and count < 3):
            need = "at least 3" if wanted is None else str(wanted)
            raise AnnotationError(f"A {self.kind} has {need} points, not {count}.")
        if count > MOST_POINTS or len(self.text) > LONGEST_TEXT:
            raise AnnotationError(f"The {self.kind} is too long to be kept.")
        if not all(math.isfinite(part) for point in self.points for part in point):
            raise AnnotationError(f"A point of the {self.kind} is no number.")

    @property
    def is_area(self) -> bool:
        """Whether it encloses pixels."""
        return self.kind in AREAS

    def with_point(self, index: int, point: PointPx) -> "Annotation":
        """Give it with one point elsewhere."""
        points = (*self.points[:index], point, *self.points[index + 1 :])
        return replace(self, points=points)

    def moved(self, across: float, down: float) -> "Annotation":
        """Give it elsewhere, its label with it."""
        label = self.label_at
        return replace(
            self,
            points=tuple((x + across, y + down) for x, y in self.points),
            label_at=None if label is None else (label[0] + across, label[1] + down),
        )

    def outline(self) -> tuple[PointPx, ...]:
        """Give the line that is drawn; an ellipse as a polygon of 72 sides for the eye alone."""
        if self.kind == "rectangle":
            (x0, y0), (x1, y1) = self.points
            return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        if self.kind == "ellipse":
            (x0, y0), (x1, y1) = self.points
            cx, cy, a, b = (x0 + x1) / 2, (y0 + y1) / 2, abs(x1 - x0) / 2, abs(y1 - y0) / 2
            steps = (2 * math.pi * at / 72 for at in range(72))
            return tuple((cx + a * math.cos(t), cy + b * math.sin(t)) for t in steps)
        return self.points

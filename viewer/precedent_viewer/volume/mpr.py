"""Three planes through one point of a volume, at right angles to each other. No Qt.

The planes may be turned together about any of their normals; whoever shows them follows the
signals.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

from psygnal import Signal

from precedent_viewer.model.plane import Orientation, Point
from precedent_viewer.model.stacks import orientation_word
from precedent_viewer.model.study import Series
from precedent_viewer.volume.reslice import THIN, PlaneStack, Slab, planes_through, reformat
from precedent_viewer.volume.stack import Volume

PlaneName = Literal["axial", "coronal", "sagittal"]
NAMES: tuple[PlaneName, ...] = ("axial", "coronal", "sagittal")
STRAIGHT: dict[PlaneName, Orientation] = {
    "axial": (1, 0, 0, 0, 1, 0),
    "coronal": (1, 0, 0, 0, 0, -1),
    "sagittal": (0, 1, 0, 0, 0, -1),
}
"""As radiologists look at them: right on the left, anterior on top or on the left, head on top."""


@dataclass(frozen=True, slots=True)
class Reformat:
    """One of the three planes."""

    stack: PlaneStack
    series: Series


class ThreePlanes:
    """The planes of one volume and the point in which they meet."""

    moved = Signal()
    """The point is another."""
    changed = Signal(str)
    """The plane of this name has other images."""

    def __init__(self, volume: Volume) -> None:
        self.volume = volume
        self._orientations = dict(STRAIGHT)
        self._slab = THIN
        self._point = volume.middle()
        self._reformats = {name: self._made(name) for name in NAMES}

    @property
    def point(self) -> Point:
        """Where the planes meet, mm LPS."""
        return self._point

    @property
    def slab(self) -> Slab:
        """How thick the reformats are."""
        return self._slab

    @property
    def is_oblique(self) -> bool:
        """Whether the planes were turned."""
        return self._orientations != STRAIGHT

    def reformat(self, name: PlaneName) -> Reformat:
        """Give a plane's images."""
        return self._reformats[name]

    def index(self, name: PlaneName) -> int:
        """Give the image of a plane that goes through the point."""
        return self._reformats[name].stack.nearest(self._point)

    def normal(self, name: PlaneName) -> Point:
        """Give a plane's normal."""
        return self._reformats[name].stack.first.normal

    def go_to(self, point: Point) -> None:
        """Let the planes meet elsewhere."""
        if point != self._point:
            self._point = point
            self.moved.emit()

    def turn(self, about: PlaneName, radians: float) -> None:
        """Turn the two other planes about this one's normal; clockwise as seen on this plane."""
        axis = self.normal(about)
        for name in NAMES:
            if name != about:
                self._orientations[name] = _turned(self._orientations[name], axis, radians)
                self._reformats[name] = self._made(name)
        for name in NAMES:
            if name != about:
                self.changed.emit(name)

    def straighten(self) -> None:
        """Turn the planes back to the patient's axes."""
        self._orientations = dict(STRAIGHT)
        self._make_all()

    def set_slab(self, slab: Slab) -> None:
        """Make all reformats thicker, thinner, or take another value through them."""
        if slab != self._slab:
            self._slab = slab
            self._make_all()

    def _make_all(self) -> None:
        self._reformats = {name: self._made(name) for name in NAMES}
        for name in NAMES:
            self.changed.emit(name)

    def _made(self, name: PlaneName) -> Reformat:
        stack = planes_through(self.volume, self._orientations[name])
        word = name if not self.is_oblique else f"oblique ({orientation_word(stack.first)})"
        return Reformat(stack, reformat(self.volume, stack, word, self._slab))


def _turned(orientation: Orientation, axis: Point, radians: float) -> Orientation:
    """Turn both directions of a plane about an axis. Source: Rodrigues' rotation formula."""
    row, column = _rotated(orientation[:3], axis, radians), _rotated(orientation[3:], axis, radians)
    return (*row, *column)


def _rotated(vector: tuple[float, ...], axis: Point, radians: float) -> Point:
    cos, sin = math.cos(radians), math.sin(radians)
    along = math.fsum(a * v for a, v in zip(axis, vector, strict=True))
    x, y, z = vector
    a, b, c = axis
    across = (b * z - c * y, c * x - a * z, a * y - b * x)
    turned = [
        v * cos + w * sin + one * along * (1 - cos)
        for v, w, one in zip(vector, across, axis, strict=True)
    ]
    length = math.hypot(*turned)
    return (turned[0] / length, turned[1] / length, turned[2] / length)


def with_thickness(slab: Slab, thickness_mm: float) -> Slab:
    """Give a slab of another thickness, between one plane and a hand's breadth."""
    return replace(slab, thickness_mm=min(max(thickness_mm, 0.0), 200.0))

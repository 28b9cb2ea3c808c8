"""Which stack of its series an image belongs on, found while the images come. No Qt.

A DICOM series may hold several stacks: a localizer's three orientations, reconstructions of other
sizes. Each is a series of its own in the list. Slices that follow the discs of a spine, a few
degrees apart, stay together, and so do views from all around.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from precedent_viewer.model.plane import Plane

if TYPE_CHECKING:
    from precedent_viewer.model.study import Instance

SAME_ANGLE_DEGREES = 3.0
"""Images that differ less lie on one stack, whatever their planes are called."""
SAME_SPACING_SHARE = 0.005
"""Distances of pixels that differ less are equal: files round them."""
TURNING = 4
"""So many angles with one image each are views from around, not stacks."""


@dataclass(slots=True)
class _Stack:
    number: int
    size: tuple[int, int] | None
    """Rows and columns; None for images without geometry, whose sizes may differ."""
    plane: Plane | None
    angles: list[tuple[Plane, int]] = field(default_factory=list)
    """Angles that came, each with the number of its images."""
    is_turning: bool = False

    def holds_size(self, size: tuple[int, int] | None, plane: Plane | None) -> bool:
        """Say whether images of a size and a spacing can lie on this stack."""
        if self.size != size or (self.plane is None) != (plane is None):
            return False
        mine = None if self.plane is None else self.plane.pixel_spacing_mm
        theirs = None if plane is None else plane.pixel_spacing_mm
        if mine is None or theirs is None:
            return mine == theirs
        return all(
            math.isclose(a, b, rel_tol=SAME_SPACING_SHARE)
            for a, b in zip(mine, theirs, strict=True)
        )

    def has_angle(self, plane: Plane) -> bool:
        """Say whether an image of nearly this angle is there, and count it."""
        for at, (angle, count) in enumerate(self.angles):
            if plane.is_turned_like(angle, SAME_ANGLE_DEGREES):
                self.angles[at] = (angle, count + 1)
                return True
        return False


@dataclass(frozen=True, slots=True)
class Place:
    """Where an image belongs."""

    number: int
    """Of its stack, from 1."""
    joined: tuple[int, ...] = ()
    """Stacks that turned out to be parts of this one: their images belong here too."""


class SeriesStacks:
    """The stacks of one DICOM series, as far as its images have come."""

    def __init__(self) -> None:
        self._stacks: list[_Stack] = []
        self._count = 0

    def place(self, instance: Instance) -> Place:
        """Say on which stack an image belongs; a number that is new means a new stack."""
        plane = instance.planes[0] if instance.planes else instance.plane
        size = None if plane is None else (instance.rows, instance.columns)
        fitting = [one for one in self._stacks if one.holds_size(size, plane)]
        if plane is None:
            return Place(fitting[0].number if fitting else self._new(size, None).number)
        for stack in fitting:
            if stack.has_angle(plane):
                return Place(stack.number)
        named = next(
            (one for one in fitting if one.is_turning or _is_named_alike(one, plane)), None
        )
        if named is None:
            fitting.append(self._new(size, plane))
        else:
            named.angles.append((plane, 1))
        return self._join(fitting) or Place((named or fitting[-1]).number)

    def _new(self, size: tuple[int, int] | None, plane: Plane | None) -> _Stack:
        self._count += 1
        angles = [] if plane is None else [(plane, 1)]
        stack = _Stack(self._count, size, plane, angles)
        self._stacks.append(stack)
        return stack

    def _join(self, stacks: list[_Stack]) -> Place | None:
        """Make one stack of views from around; None when these are none."""
        angles = [angle for stack in stacks for angle in stack.angles]
        is_around = len(angles) >= TURNING and all(count == 1 for _, count in angles)
        if len(stacks) == 1 or not is_around:
            return None
        first, *others = stacks
        first.angles, first.is_turning = angles, True
        self._stacks = [one for one in self._stacks if one not in others]
        return Place(first.number, tuple(one.number for one in others))


def _is_named_alike(stack: _Stack, plane: Plane) -> bool:
    return stack.plane is not None and _nearest_axis(stack.plane) == _nearest_axis(plane)


def _nearest_axis(plane: Plane) -> int:
    """Give the patient's axis that an image lies across: 0 sagittal, 1 coronal, 2 axial."""
    sizes = [abs(part) for part in plane.normal]
    return sizes.index(max(sizes))

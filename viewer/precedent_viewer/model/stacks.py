"""Which images belong on one stack, and what a reader must know of the stack's geometry. No Qt.

A DICOM series may hold several stacks: a localizer's three orientations, reconstructions of other
sizes. Each becomes a series of its own in the list.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from precedent_viewer.model.plane import Plane, Point

if TYPE_CHECKING:
    from precedent_viewer.model.study import Frame, Instance

StackKey: TypeAlias = "tuple[object, ...]"
REGULAR_SHARE = 0.02
"""Distances that differ by less than this share, or REGULAR_MM, count as equal."""
REGULAR_MM = 0.02
TILT_DEGREES = 0.5
"""A smaller angle between stack and normal is rounding in the file."""
MOST_NAMED = 3
"""So many gaps are named; the rest is counted."""


def stack_key(instance: Instance) -> StackKey:
    """Give what images must have in common to lie on one stack.

    Without geometry everything of a series stays together: views of a radiograph differ in size.
    """
    plane = instance.plane
    if plane is None or instance.planes:
        return ()
    direction = tuple(round(part, 1) + 0.0 for part in plane.orientation)
    spacing = plane.pixel_spacing_mm
    grid = None if spacing is None else tuple(round(one, 4) for one in spacing)
    return (direction, instance.rows, instance.columns, grid)


def orientation_word(plane: Plane) -> str:
    """Call a plane axial, coronal or sagittal by its normal's largest part, or oblique."""
    x, y, z = (abs(part) for part in plane.normal)
    most = max(x, y, z)
    if most < math.cos(math.radians(30)):
        return "oblique"
    return "sagittal" if most == x else "coronal" if most == y else "axial"


def stack_facts(frames: Sequence[Frame], phases: int = 1) -> tuple[str, ...]:
    """Say what is not regular about a stack: gaps, missing slices, tilt, uneven distances.

    frames: in reading order; phases: how many stacks of equal length follow each other.
    Sentences for the reader; empty when the stack is regular or has no geometry.
    """
    one_phase = frames[: len(frames) // max(phases, 1)]
    planes = [frame.plane for frame in one_phase]
    known = [plane for plane in planes if plane is not None]
    if len(known) < 3 or len(known) != len(planes):
        return ()
    if not all(plane.is_parallel_to(known[0]) for plane in known):
        return ("The images do not lie parallel: distances and reformats are not offered.",)
    depths = [known[0].distance_to(plane.position) for plane in known]
    steps = [abs(b - a) for a, b in pairwise(depths)]
    return tuple(fact for fact in (_gaps(steps), _tilt(known)) if fact)


def _gaps(steps: Sequence[float]) -> str:
    """Say where the distance between neighbours changes."""
    usual = statistics.median(steps)
    if usual <= 0:
        return ""
    allowed = max(REGULAR_MM, REGULAR_SHARE * usual)
    odd = [(at, step) for at, step in enumerate(steps) if abs(step - usual) > allowed]
    if not odd:
        return ""
    missing = sum(round(step / usual) - 1 for _, step in odd if _is_multiple(step, usual))
    if all(_is_multiple(step, usual) for _, step in odd):
        slices = "1 slice is" if missing == 1 else f"{missing} slices are"
        after = _listed([str(at + 1) for at, _ in odd])
        return f"{slices} missing, after image {after}; the others lie {usual:.3g} mm apart."
    if len(odd) <= MOST_NAMED:
        where = _listed([f"{step:.3g} mm after image {at + 1}" for at, step in odd])
        return f"The distance of the images is {usual:.3g} mm, but {where}."
    low, high = min(steps), max(steps)
    return f"The distance of the images varies from {low:.3g} to {high:.3g} mm."


def _is_multiple(step: float, usual: float) -> bool:
    times = round(step / usual)
    return times >= 2 and abs(step - times * usual) <= max(REGULAR_MM, REGULAR_SHARE * step)


def _tilt(planes: Sequence[Plane]) -> str:
    """Say by how much the way from slice to slice leans away from the normal."""
    first, last = planes[0], planes[-1]
    way: Point = (
        last.position[0] - first.position[0],
        last.position[1] - first.position[1],
        last.position[2] - first.position[2],
    )
    length = math.hypot(*way)
    along = abs(first.distance_to(last.position))
    if length == 0 or along == 0:
        return ""
    degrees = math.degrees(math.acos(min(along / length, 1.0)))
    if degrees < TILT_DEGREES:
        return ""
    return f"The stack leans by {degrees:.1f}° (gantry tilt): reformats straighten it."


def _listed(words: Sequence[str]) -> str:
    shown = [*words[:MOST_NAMED]]
    rest = len(words) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"

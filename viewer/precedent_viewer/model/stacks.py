"""What a reader must know of a stack's geometry: gaps, missing slices, tilt, angles. No Qt."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from precedent_viewer.model.plane import Plane, Point

if TYPE_CHECKING:
    from precedent_viewer.model.order import Reading

REGULAR_SHARE = 0.02
"""Distances that differ by less than this share, or REGULAR_MM, count as equal."""
REGULAR_MM = 0.02
TILT_DEGREES = 0.5
"""A smaller angle between stack and normal is rounding in the file."""
MOST_NAMED = 3
"""So many gaps are named; the rest is counted."""
GAP_SHARE = 1.5
"""Neighbours further apart than this many usual distances have a gap between them."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is not regular about a stack."""

    words: str
    """For a list: "1 slice missing"."""
    sentence: str


@dataclass(frozen=True, slots=True)
class StackFacts:
    """What is not regular about a stack."""

    facts: tuple[Fact, ...] = ()
    gaps: Mapping[int, str] = field(default_factory=dict)
    """Words for the images before and after a gap, by their place in a phase, from 0."""


NOTHING_ODD = StackFacts()


def orientation_word(plane: Plane) -> str:
    """Call a plane axial, coronal or sagittal by its normal's largest part, or oblique."""
    x, y, z = (abs(part) for part in plane.normal)
    most = max(x, y, z)
    if most < math.cos(math.radians(30)):
        return "oblique"
    return "sagittal" if most == x else "coronal" if most == y else "axial"


def stack_facts(reading: Reading) -> StackFacts:
    """Say what is not regular about a stack; nothing when it is regular or has no geometry."""
    uneven = _uneven(reading)
    if reading.angles > 1:
        return StackFacts((*uneven, _angles(reading)))
    if reading.lacking is not None or reading.repeated:
        # Neighbours in the order are then not neighbours in space.
        return StackFacts(uneven)
    one_phase = reading.frames[: len(reading.frames) // max(len(reading.phases), 1)]
    planes = [plane for frame in one_phase if (plane := frame.plane) is not None]
    if len(planes) < 3 or len(planes) != len(one_phase):
        return StackFacts(uneven)
    a, b, c = planes[0].normal
    depths = [a * x + b * y + c * z for x, y, z in (plane.position for plane in planes)]
    steps = [abs(b - a) for a, b in pairwise(depths)]
    usual = statistics.median(steps)
    found = (*uneven, _gap_fact(steps, usual), _tilt(planes))
    return StackFacts(tuple(fact for fact in found if fact is not None), _gaps(steps, usual))


def _uneven(reading: Reading) -> tuple[Fact, ...]:
    """Say what phases lack, or that places are repeated without a pattern."""
    if reading.lacking is not None:
        phases, missing = reading.lacking
        images = "1 image is" if missing == 1 else f"{missing} images are"
        return (
            Fact(
                f"{phases} phases, incomplete",
                f"{images} missing in its {phases} phases, which follow each other.",
            ),
        )
    if reading.repeated:
        places = "1 place holds" if reading.repeated == 1 else f"{reading.repeated} places hold"
        return (Fact("repeated places", f"{places} several images, without a pattern."),)
    return ()


def _angles(reading: Reading) -> Fact:
    count = reading.angles
    if count == len(reading.frames):
        return Fact(f"{count} angles", f"Each of its {count} images has an angle of its own.")
    return Fact(
        f"{count} angles",
        f"The images lie in {count} groups of different angles, which follow each other.",
    )


def _gap_fact(steps: Sequence[float], usual: float) -> Fact | None:
    """Say where the distance between neighbours changes."""
    odd = [(at, step) for at, step in enumerate(steps) if not _is_equal(step, usual)]
    if usual <= 0 or not odd:
        return None
    if all(_is_multiple(step, usual) for _, step in odd):
        missing = sum(round(step / usual) - 1 for _, step in odd)
        slices = "1 slice" if missing == 1 else f"{missing} slices"
        verb = "is" if missing == 1 else "are"
        after = _listed([str(at + 1) for at, _ in odd])
        return Fact(
            f"{slices} missing",
            f"{slices} {verb} missing, after image {after}; the others lie {usual:.3g} mm apart.",
        )
    if len(odd) <= MOST_NAMED:
        where = _listed([f"{step:.3g} mm after image {at + 1}" for at, step in odd])
        sentence = f"The distance of the images is {usual:.3g} mm, but {where}."
        return Fact("uneven distances", sentence)
    return Fact(
        "uneven distances",
        f"The distance of the images varies from {min(steps):.3g} to {max(steps):.3g} mm.",
    )


def _gaps(steps: Sequence[float], usual: float) -> dict[int, str]:
    """Give the words that stand on the images at either side of a gap."""
    words: dict[int, list[str]] = {}
    for at, step in enumerate(steps):
        if usual <= 0 or step < GAP_SHARE * usual:
            continue
        count = round(step / usual) - 1
        slices = "Slice missing" if count == 1 else f"{count} slices missing"
        said = slices if _is_multiple(step, usual) else f"Gap of {step:.3g} mm"
        words.setdefault(at, []).append(f"{said} after this image")
        words.setdefault(at + 1, []).append(f"{said} before this image")
    return {at: ", ".join(reversed(some)) for at, some in words.items()}


def _is_equal(step: float, usual: float) -> bool:
    return abs(step - usual) <= max(REGULAR_MM, REGULAR_SHARE * usual)


def _is_multiple(step: float, usual: float) -> bool:
    times = round(step / usual)
    return times >= 2 and abs(step - times * usual) <= max(REGULAR_MM, REGULAR_SHARE * step)


def _tilt(planes: Sequence[Plane]) -> Fact | None:
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
        return None
    degrees = math.degrees(math.acos(min(along / length, 1.0)))
    if degrees < TILT_DEGREES:
        return None
    return Fact(
        f"tilted {degrees:.1f}°",
        f"The stack leans by {degrees:.1f}° (gantry tilt): reformats straighten it.",
    )


def _listed(words: Sequence[str]) -> str:
    shown = [*words[:MOST_NAMED]]
    rest = len(words) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"

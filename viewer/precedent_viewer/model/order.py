"""The order in which the frames of a series are read, and the phases that repeat their places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from precedent_viewer.model.phases import Said, find_phases
from precedent_viewer.model.plane import Plane

if TYPE_CHECKING:
    from precedent_viewer.model.study import Frame

NaturalKey: TypeAlias = "tuple[tuple[int, str], ...]"
FileKey: TypeAlias = "tuple[bool, int, NaturalKey, int]"

SAME_PLACE_MM = 0.01
"""Frames nearer than this along the normal lie in the same place (time points, echoes)."""
SAME_PLACE_SHARE = 0.02
"""The same as a share of the distance between pixels, where that is known."""
SAME_ANGLE_DEGREES = 0.3
"""Frames that differ less are parallel; files round their directions."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A frame and what decides its place, found once: a long series is sorted while it grows."""

    frame: Frame
    file_key: FileKey
    plane: Plane | None
    said: Said
    """What the file says about its phase."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The frames of a series in reading order."""

    frames: tuple[Frame, ...]
    phases: tuple[str, ...] = ()
    """Names of the time points, echoes or b-values, each of which is a whole stack; empty when
    every place has one frame. Phase p holds `frames[p * n : (p + 1) * n]`."""
    angles: int = 1
    """Groups of parallel frames, which follow each other."""
    lacking: tuple[int, int] | None = None
    """Phases, and images that they lack, where they are not of one length: then `phases` is empty,
    but the frames follow each other phase by phase."""
    repeated: int = 0
    """Places that hold several frames although there is no pattern of phases."""


def placed(frame: Frame, path_key: NaturalKey) -> Placed:
    """Find what decides a frame's place. path_key: `natural_key` of its file's path."""
    number = frame.instance.instance_number
    phases = frame.instance.phases
    said = phases[min(frame.index, len(phases) - 1)] if phases else ()
    return Placed(
        frame, (number is None, number or 0, path_key, frame.index), frame.plane, dict(said)
    )


def in_reading_order(frames: Iterable[Placed]) -> Reading:
    """Sort by geometry, else by instance number, else by path.

    Frames of one orientation form a stack along their normal, beginning at the end that has the
    lower instance numbers. Where every place holds the same number of frames, each phase (time
    point, echo, b-value) is a stack of its own. Stacks follow each other by their lowest instance
    number.
    """
    numbered = sorted(frames, key=lambda one: one.file_key)
    stacks = _parallel(numbered)
    if not stacks:
        return Reading(tuple(one.frame for one in numbered))
    read = [_along_normal(stack) for stack in stacks]
    if len(read) == 1:
        return read[0]
    return Reading(tuple(frame for stack in read for frame in stack.frames), angles=len(read))


def natural_key(text: str) -> NaturalKey:
    """Give a key by which `im9` comes before `im10`."""
    return tuple(
        (int(part), "") if part.isdecimal() else (-1, part.casefold())
        for part in re.split(r"(\d+)", text)
    )


def _parallel(numbered: Sequence[Placed]) -> list[list[tuple[Placed, Plane]]]:
    """Group frames by their orientation; empty when one of them has none."""
    groups: list[list[tuple[Placed, Plane]]] = []
    known: dict[tuple[float, ...], list[tuple[Placed, Plane]]] = {}
    for one in numbered:
        plane = one.plane
        if plane is None:
            return []
        group = known.get(plane.orientation)
        if group is None:
            near = (some for some in groups if plane.is_turned_like(some[0][1], SAME_ANGLE_DEGREES))
            group = next(near, None)
        if group is None:
            group = []
            groups.append(group)
        known[plane.orientation] = group
        group.append((one, plane))
    return groups


def _along_normal(stack: Sequence[tuple[Placed, Plane]]) -> Reading:
    """Sort frames of one orientation, given in file order."""
    frames = [one.frame for one, _ in stack]
    places = _places([plane for _, plane in stack])
    phases = find_phases(places, [one.said for one, _ in stack])
    if phases is None:
        repeated = sum(len(place) > 1 for place in places)
        return Reading(tuple(frames[at] for place in places for at in place), repeated=repeated)
    in_order = tuple(frames[at] for phase in phases.order for at in phase)
    if phases.missing:
        return Reading(in_order, lacking=(len(phases.order), phases.missing))
    return Reading(in_order, phases.names)


def _places(planes: Sequence[Plane]) -> list[list[int]]:
    """Give the numbers of the frames at each place, along the normal of the first."""
    first = planes[0]
    spacing = first.pixel_spacing_mm
    near = SAME_PLACE_SHARE * min(spacing) if spacing and min(spacing) > 0 else SAME_PLACE_MM
    a, b, c = first.normal
    depths = [a * x + b * y + c * z for x, y, z in (plane.position for plane in planes)]
    places: list[list[int]] = []
    for at in sorted(range(len(planes)), key=depths.__getitem__):
        if places and depths[at] - depths[places[-1][0]] < near:
            places[-1].append(at)
        else:
            places.append([at])
    for place in places:
        place.sort()
    if min(places[-1]) < min(places[0]):
        places.reverse()
    return places

"""The order in which the frames of a stack are read, and the phases that repeat its places."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from precedent_viewer.model.plane import Point

if TYPE_CHECKING:
    from precedent_viewer.model.study import Frame

NaturalKey: TypeAlias = "tuple[tuple[int, str], ...]"
FileKey: TypeAlias = "tuple[bool, int, NaturalKey, int]"
Phase: TypeAlias = "tuple[tuple[str, float], ...]"
"""What a file says about echo, diffusion and time, the most telling first: `(("echo", 4.6),)`."""

SAME_PLACE_MM = 0.01
"""Frames nearer than this along the normal lie in the same place (time points, echoes)."""
PHASE_WORDS = {"echo": "Echo {:g} ms", "b": "b {:g}", "trigger": "{:g} ms after the trigger"}
"""How a phase is called by what varies; by its number where it has no word of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A frame and what decides its place, found once: a long series is sorted while it grows."""

    frame: Frame
    file_key: FileKey
    direction: tuple[float, ...]
    """Of its rows and columns, rounded; empty when the file does not say."""
    position: Point | None
    normal: Point | None
    phase: Phase


@dataclass(frozen=True, slots=True)
class Reading:
    """The frames of a series in reading order."""

    frames: tuple[Frame, ...]
    phases: tuple[str, ...] = ()
    """Names of the time points, echoes or b-values, each of which is a whole stack; empty when
    every place has one frame. Phase p holds `frames[p * n : (p + 1) * n]`."""


def placed(frame: Frame, path_key: NaturalKey) -> Placed:
    """Find what decides a frame's place. path_key: `natural_key` of its file's path."""
    number, plane = frame.instance.instance_number, frame.plane
    file_key = (number is None, number or 0, path_key, frame.index)
    phases = frame.instance.phases
    phase = phases[min(frame.index, len(phases) - 1)] if phases else ()
    if plane is None:
        return Placed(frame, file_key, (), None, None, phase)
    direction = tuple(round(part, 2) + 0.0 for part in plane.orientation)
    return Placed(frame, file_key, direction, plane.position, plane.normal, phase)


def in_reading_order(frames: Iterable[Placed]) -> Reading:
    """Sort by geometry, else by instance number, else by path.

    Frames of one orientation form a stack along their normal, beginning at the end that has the
    lower instance numbers. Where every place holds the same number of frames, each phase (time
    point, echo, b-value) is a stack of its own. Stacks follow each other by their lowest instance
    number.
    """
    numbered = sorted(frames, key=lambda one: one.file_key)
    if any(one.position is None for one in numbered):
        return Reading(tuple(one.frame for one in numbered))
    stacks: dict[tuple[float, ...], list[Placed]] = defaultdict(list)
    for one in numbered:
        stacks[one.direction].append(one)
    read = [_along_normal(stack) for stack in stacks.values()]
    if len(read) == 1:
        return read[0]
    return Reading(tuple(frame for stack in read for frame in stack.frames))


def natural_key(text: str) -> NaturalKey:
    """Give a key by which `im9` comes before `im10`."""
    return tuple(
        (int(part), "") if part.isdecimal() else (-1, part.casefold())
        for part in re.split(r"(\d+)", text)
    )


def _along_normal(stack: Sequence[Placed]) -> Reading:
    """Sort frames of one orientation, given in file order."""
    depths = _depths(stack)
    places: list[list[int]] = []
    for at in sorted(range(len(stack)), key=depths.__getitem__):
        if places and depths[at] - depths[places[-1][0]] < SAME_PLACE_MM:
            places[-1].append(at)
        else:
            places.append([at])
    varying = _varying(stack, places)
    for place in places:
        place.sort(key=lambda at: (_phase_key(stack[at], varying), at))
    if min(places[-1]) < min(places[0]):
        places.reverse()
    count = len(places[0])
    if any(len(place) != count for place in places):
        return Reading(tuple(stack[at].frame for place in places for at in place))
    frames = tuple(stack[place[time]].frame for time in range(count) for place in places)
    if count == 1:
        return Reading(frames)
    first = [_phase_key(stack[at], varying) for at in places[0]]
    return Reading(frames, _names(varying, first))


def _varying(stack: Sequence[Placed], places: Sequence[Sequence[int]]) -> tuple[str, ...]:
    """Say what tells the frames of one place apart: what every frame has and most places vary."""
    if len(places[0]) == 1:
        return ()
    known = [dict(stack[at].phase) for at in places[0]]
    names = [name for name, _ in stack[places[0][0]].phase]
    everywhere = [
        name
        for name in names
        if all(name in one for one in known) and all(name in dict(one.phase) for one in stack)
    ]
    return tuple(name for name in everywhere if len({one[name] for one in known}) > 1)


def _phase_key(one: Placed, varying: tuple[str, ...]) -> tuple[float, ...]:
    said = dict(one.phase)
    return tuple(said[name] for name in varying)


def _names(varying: tuple[str, ...], keys: Sequence[tuple[float, ...]]) -> tuple[str, ...]:
    """Name phases by the most telling attribute that gives each its own value."""
    for at, name in enumerate(varying):
        values = [key[at] for key in keys]
        if name in PHASE_WORDS and len(set(values)) == len(values):
            return tuple(PHASE_WORDS[name].format(value) for value in values)
    return tuple(f"Phase {number}" for number in range(1, len(keys) + 1))


def _depths(stack: Sequence[Placed]) -> list[float]:
    """Give how far along the first frame's normal each frame lies, mm."""
    x, y, z = stack[0].normal or (0.0, 0.0, 0.0)
    positions = (one.position or (0.0, 0.0, 0.0) for one in stack)
    return [x * right + y * back + z * up for right, back, up in positions]

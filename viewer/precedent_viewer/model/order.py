"""The order in which the frames of a series are read: along the slice normal when there is one."""

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

SAME_PLACE_MM = 0.01
"""Frames nearer than this along the normal lie in the same place (time points, echoes)."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A frame and what decides its place, found once: a long series is sorted while it grows."""

    frame: Frame
    file_key: FileKey
    direction: tuple[float, ...]
    """Of its rows and columns, rounded; empty when the file does not say."""
    position: Point | None
    normal: Point | None


def placed(frame: Frame, path_key: NaturalKey) -> Placed:
    """Find what decides a frame's place. path_key: `natural_key` of its file's path."""
    number, plane = frame.instance.instance_number, frame.plane
    file_key = (number is None, number or 0, path_key, frame.index)
    if plane is None:
        return Placed(frame, file_key, (), None, None)
    direction = tuple(round(part, 2) + 0.0 for part in plane.orientation)
    return Placed(frame, file_key, direction, plane.position, plane.normal)


def in_reading_order(frames: Iterable[Placed]) -> tuple[Frame, ...]:
    """Sort by geometry, else by instance number, else by path.

    Frames of one orientation form a stack along their normal, beginning at the end that has the
    lower instance numbers. Where every place holds the same number of frames (time points), each
    time point is a stack of its own. Stacks follow each other by their lowest instance number.
    """
    numbered = sorted(frames, key=lambda one: one.file_key)
    if any(one.position is None for one in numbered):
        return tuple(one.frame for one in numbered)
    stacks: dict[tuple[float, ...], list[Placed]] = defaultdict(list)
    for one in numbered:
        stacks[one.direction].append(one)
    return tuple(frame for stack in stacks.values() for frame in _along_normal(stack))


def natural_key(text: str) -> NaturalKey:
    """Give a key by which `im9` comes before `im10`."""
    return tuple(
        (int(part), "") if part.isdecimal() else (-1, part.casefold())
        for part in re.split(r"(\d+)", text)
    )


def _along_normal(stack: Sequence[Placed]) -> list[Frame]:
    """Sort frames of one orientation, given in file order."""
    depths = _depths(stack)
    places: list[list[int]] = []
    for at in sorted(range(len(stack)), key=depths.__getitem__):
        if places and depths[at] - depths[places[-1][0]] < SAME_PLACE_MM:
            places[-1].append(at)
        else:
            places.append([at])
    for place in places:
        place.sort()
    if places[-1][0] < places[0][0]:
        places.reverse()
    count = len(places[0])
    if any(len(place) != count for place in places):
        return [stack[at].frame for place in places for at in place]
    return [stack[place[time]].frame for time in range(count) for place in places]


def _depths(stack: Sequence[Placed]) -> list[float]:
    """Give how far along the first frame's normal each frame lies, mm."""
    x, y, z = stack[0].normal or (0.0, 0.0, 0.0)
    positions = (one.position or (0.0, 0.0, 0.0) for one in stack)
    return [x * right + y * back + z * up for right, back, up in positions]

"""The order in which the frames of a series are read: along the slice normal when there is one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from precedent_viewer.model.study import Frame

SAME_PLACE_MM = 0.01
"""Frames nearer than this along the normal lie in the same place (time points, echoes)."""


def in_reading_order(frames: Iterable[Frame]) -> tuple[Frame, ...]:
    """Sort by geometry, else by instance number, else by path.

    Frames of one orientation form a stack along their normal, beginning at the end that has the
    lower instance numbers. Where every place holds the same number of frames (time points), each
    time point is a stack of its own. Stacks follow each other by their lowest instance number.
    """
    numbered = sorted(frames, key=_file_key)
    if not numbered or any(frame.plane is None for frame in numbered):
        return tuple(numbered)
    stacks: dict[tuple[float, ...], list[Frame]] = defaultdict(list)
    for frame in numbered:
        stacks[_direction(frame)].append(frame)
    return tuple(frame for stack in stacks.values() for frame in _along_normal(stack))


def natural_key(text: str) -> tuple[tuple[int, str], ...]:
    """Give a key by which `im9` comes before `im10`."""
    return tuple(
        (int(part), "") if part.isdecimal() else (-1, part.casefold())
        for part in re.split(r"(\d+)", text)
    )


def _file_key(frame: Frame) -> tuple[bool, int, tuple[tuple[int, str], ...], int]:
    number = frame.instance.instance_number
    path = natural_key(str(frame.instance.path))
    return (number is None, number or 0, path, frame.index)


def _direction(frame: Frame) -> tuple[float, ...]:
    plane = frame.plane
    return () if plane is None else tuple(round(part, 2) + 0.0 for part in plane.orientation)


def _along_normal(stack: Sequence[Frame]) -> list[Frame]:
    """Sort frames of one orientation, given in file order."""
    depths = _depths(stack)
    places: list[list[int]] = []
    for at in sorted(range(len(stack)), key=lambda at: depths[at]):
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
        return [stack[at] for place in places for at in place]
    return [stack[place[time]] for time in range(count) for place in places]


def _depths(stack: Sequence[Frame]) -> list[float]:
    """Give how far along the first frame's normal each frame lies, mm."""
    planes = [frame.plane for frame in stack]
    normal = next(plane.normal for plane in planes if plane is not None)
    return [
        0.0 if plane is None else sum(p * n for p, n in zip(plane.position, normal, strict=True))
        for plane in planes
    ]

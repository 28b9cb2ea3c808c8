"""Lay segments on the pixels of a shown frame, by reference where there is one, else by geometry.

The nearest plane and the nearest pixel are taken, so no value appears that the file does not hold.
"""

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.linking.nearest import share_space
from precedent_viewer.model.plane import Plane
from precedent_viewer.model.study import Frame
from precedent_viewer.objects.planes import (
    PlaneStack,
    Size,
    nearest_values,
    pixel_map,
)
from precedent_viewer.objects.segmentation import Segmentation

Shares = NDArray[np.float32]
Resample = Callable[[NDArray[Any]], NDArray[Any]]
SAME_PLACE_MM = 0.1


def refusal(segmentation: Segmentation, frame: Frame) -> str | None:
    """Say why a segmentation cannot be laid on a frame, None when it can be."""
    if _referenced(segmentation, frame):
        return None
    own = Frame(segmentation.instance, 0)
    if own.plane is None:
        return f"{segmentation.title} does not say where it lies, and does not name this image."
    if frame.plane is None:
        return f"{segmentation.title} is not shown here: this image does not say where it lies."
    if not share_space(own, frame):
        return (
            f"{segmentation.title} is not shown here: its frame of reference is not that of this "
            "image."
        )
    return None


def placed_segments(
    segmentation: Segmentation, frame: Frame, wanted: Iterable[int]
) -> dict[int, Shares]:
    """Give the share of each wanted segment (its number) in each pixel of a frame.

    Segments that have nothing there are left out; reads frames of the file, so for a worker.
    """
    numbers = set(wanted)
    direct = _referenced(segmentation, frame)
    if direct:
        size = (frame.instance.rows, frame.instance.columns)
        return _taken(segmentation, dict.fromkeys(direct), numbers, size)
    if refusal(segmentation, frame) is not None:
        return {}
    return _resampled(segmentation, frame, numbers)


def _referenced(segmentation: Segmentation, frame: Frame) -> list[int]:
    """Give the frames that were drawn on this very frame, pixel for pixel."""
    own = segmentation.instance
    if (own.rows, own.columns) != (frame.instance.rows, frame.instance.columns):
        return []
    uid, place = frame.instance.sop_instance_uid, frame.index + 1
    return [
        at
        for at, one in enumerate(segmentation.frames)
        if any(
            source.sop_instance_uid == uid and (not source.frames or place in source.frames)
            for source in one.sources
        )
        and _is_same_place(Frame(own, at).plane, frame.plane)
    ]


def _is_same_place(one: Plane | None, other: Plane | None) -> bool:
    """Say whether planes agree at two far points; the reference decides where one is unknown."""
    if one is None or other is None:
        return True
    for at in (0.5, 200.5):
        mine, theirs = one.point_at(at, at), other.point_at(at, at)
        if mine is None or theirs is None:
            return True
        if math.dist(mine, theirs) > SAME_PLACE_MM:
            return False
    return True


def _resampled(segmentation: Segmentation, frame: Frame, wanted: set[int]) -> dict[int, Shares]:
    target, own = frame.plane, segmentation.instance
    assert target is not None
    size = (frame.instance.rows, frame.instance.columns)
    found: dict[int, Shares] = {}
    for frames in _stacks(segmentation, wanted).values():
        planes = [Frame(own, at).plane for at in frames]
        stack = PlaneStack([one for one in planes if one is not None], segmentation.thickness_mm)
        first = pixel_map(target, size, stack.first)
        if first is None:
            continue
        nearest = stack.nearest(first.away_mm)
        for place in np.unique(nearest[nearest >= 0]):
            mapped = pixel_map(target, size, stack.planes[place])
            if mapped is None:
                continue
            mask = nearest == place
            at = frames[int(stack.order[place])]
            # Only what lies in this slice of the stack; the rest comes from other planes.
            part = _taken(segmentation, {at: partial(nearest_values, mapped)}, wanted, size)
            for number, shares in part.items():
                shares = np.where(mask, shares, np.float32(0))
                before = found.get(number)
                found[number] = shares if before is None else np.maximum(before, shares)
    return {number: shares for number, shares in found.items() if shares.any()}


def _stacks(segmentation: Segmentation, wanted: set[int]) -> dict[int, list[int]]:
    """Give the frames of each wanted segment; those of a label map belong to all at once."""
    stacks: dict[int, list[int]] = {}
    for at, one in enumerate(segmentation.frames):
        if one.segment is None or one.segment in wanted:
            stacks.setdefault(one.segment or 0, []).append(at)
    return stacks


def _taken(
    segmentation: Segmentation, frames: dict[int, Resample | None], wanted: set[int], size: Size
) -> dict[int, Shares]:
    """Read frames, each through its resampling when it has one, and part them into segments."""
    found: dict[int, Shares] = {}
    for at, resample in frames.items():
        segment = segmentation.frames[at].segment
        if segment is None:
            labels = segmentation.labels(at)
            labels = labels if resample is None else resample(labels)
            present = wanted & {int(one) for one in np.unique(labels)}
            parts = {number: (labels == number).astype(np.float32) for number in present}
        elif segment in wanted:
            shares = segmentation.shares(at)
            parts = {segment: shares if resample is None else resample(shares)}
        else:
            continue
        for number, shares in parts.items():
            if shares.shape == size and shares.any():
                before = found.get(number)
                found[number] = shares if before is None else np.maximum(before, shares)
    return found

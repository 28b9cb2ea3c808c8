"""Overlay planes of a file: single bits that lie over the image, up to sixteen planes.

Sources: PS3.3 C.9.2 (planes), C.9.3 (planes of many frames, withdrawn but met), C.11.7 (activation
by a presentation state); PS3.5 8.1.2 (planes in unused bits of the pixels, withdrawn but met).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from precedent_viewer.dicom.image_pixel import ImagePixel
from precedent_viewer.dicom.values import MALFORMED

Mask = NDArray[np.bool_]
Size = tuple[int, int]
"""Rows, columns."""
GROUPS = range(0x6000, 0x6020, 2)
ROWS, COLUMNS, FRAMES, DESCRIPTION = 0x0010, 0x0011, 0x0015, 0x0022
ORIGIN, FIRST_FRAME, BIT_POSITION = 0x0050, 0x0051, 0x0102
ACTIVATION, LABEL, DATA = 0x1001, 0x1500, 0x3000


@dataclass(frozen=True, slots=True, eq=False)
class OverlayPlane:
    """The plane of one frame."""

    group: int
    layer: str
    """The graphic layer of a presentation state on which it is shown; "" for none."""
    bits: NDArray[np.uint8]
    """(rows, columns) of 0 and 1."""
    row: int
    column: int
    """Of the image's first row and column on which it begins, from 0."""
    label: str = ""

    def on(self, size: Size) -> Mask:
        """Give the plane on the grid of an image."""
        mask = np.zeros(size, np.bool_)
        rows, columns = self.bits.shape
        top, left = max(self.row, 0), max(self.column, 0)
        bottom = min(self.row + rows, size[0])
        right = min(self.column + columns, size[1])
        if bottom > top and right > left:
            part = self.bits[
                top - self.row : bottom - self.row, left - self.column : right - self.column
            ]
            mask[top:bottom, left:right] = part != 0
        return mask


@dataclass(frozen=True, slots=True)
class OverlayGroup:
    """What a file says in one group 60xx."""

    group: int
    rows: int
    columns: int
    row: int
    column: int
    """Where it begins on the image, from 0."""
    layer: str
    label: str
    frames: int | None
    """Planes one after the other, each for a frame of its own; None for one that all share."""
    first_frame: int
    """The frame of the image that has the first plane, from 0."""
    packed: bytes | None
    """The bits, the least significant first; None for a plane in the pixels."""
    bit_position: int
    """Of a plane in the pixels."""

    def plane(self, index: int) -> OverlayPlane | None:
        """Give the plane over a frame; None where it has none, or where it lies in the pixels."""
        at = 0 if self.frames is None else index - self.first_frame
        if self.packed is None or not 0 <= at < (self.frames or 1):
            return None
        size = self.rows * self.columns
        first, last = at * size // 8, math.ceil((at + 1) * size / 8)
        if last > len(self.packed):
            return None
        bits = np.unpackbits(np.frombuffer(self.packed[first:last], np.uint8), bitorder="little")
        start = at * size - 8 * first
        return self._made(bits[start : start + size].reshape(self.rows, self.columns))

    def plane_in(self, values: NDArray[Any]) -> OverlayPlane | None:
        """Take the plane out of a frame's values as they were stored, unused bits and all."""
        is_there = values.dtype.kind in "iu" and self.bit_position < 8 * values.dtype.itemsize
        if self.packed is not None or not is_there:
            return None
        unsigned = values.view(f"u{values.dtype.itemsize}")
        return self._made(((unsigned >> self.bit_position) & 1).astype(np.uint8))

    def _made(self, bits: NDArray[np.uint8]) -> OverlayPlane:
        return OverlayPlane(self.group, self.layer, bits, self.row, self.column, self.label)


def read_overlay_groups(dataset: Dataset, *, is_little: bool) -> tuple[OverlayGroup, ...]:
    """Read every group that can be understood; the others are left out."""
    found = (_group(dataset, group, is_little=is_little) for group in GROUPS)
    return tuple(one for one in found if one is not None)


def planes_of(groups: Sequence[OverlayGroup], index: int) -> tuple[OverlayPlane, ...]:
    """Give the planes over a frame that do not lie in its pixels."""
    found = (group.plane(index) for group in groups)
    return tuple(one for one in found if one is not None)


def groups_in_pixels(groups: Sequence[OverlayGroup], pixel: ImagePixel) -> tuple[OverlayGroup, ...]:
    """Give those whose bit is one that the image's own values leave free."""
    if pixel.kind != "integer" or pixel.samples_per_pixel > 1:
        return ()
    taken = range(pixel.lowest_bit, pixel.lowest_bit + pixel.bits_stored)
    free = set(range(pixel.bits_allocated)).difference(taken)
    return tuple(one for one in groups if one.packed is None and one.bit_position in free)


def _group(dataset: Dataset, group: int, *, is_little: bool) -> OverlayGroup | None:
    if (group, ROWS) not in dataset:
        return None
    raw = _value(dataset, group, DATA)
    rows, columns = _whole(dataset, group, ROWS), _whole(dataset, group, COLUMNS)
    if not rows or not columns or rows < 1 or columns < 1:
        return None
    packed = raw if isinstance(raw, bytes) and raw else None
    if packed is None and not _whole(dataset, group, BIT_POSITION):
        return None
    if packed is not None and not is_little:
        packed = _words_turned(packed)
    origin = _value(dataset, group, ORIGIN)
    row, column = _origin(origin)
    return OverlayGroup(
        group=group,
        rows=rows,
        columns=columns,
        row=row,
        column=column,
        layer=str(_value(dataset, group, ACTIVATION) or ""),
        label=str(
            _value(dataset, group, LABEL) or _value(dataset, group, DESCRIPTION) or ""
        ).strip(),
        frames=_whole(dataset, group, FRAMES) or None,
        first_frame=(_whole(dataset, group, FIRST_FRAME) or 1) - 1,
        packed=packed,
        bit_position=_whole(dataset, group, BIT_POSITION) or 0,
    )


def _origin(value: object) -> tuple[int, int]:
    """Read row and column, counted from 1; a plane without them begins at the first pixel."""
    try:
        row, column = (int(one) for one in value)  # type: ignore[attr-defined]
    except MALFORMED:
        return 0, 0
    return row - 1, column - 1


def _words_turned(packed: bytes) -> bytes:
    """Give bits of big endian words in the order of bytes. PS3.5 8.1.2."""
    words = np.frombuffer(packed[: len(packed) // 2 * 2], np.uint8)
    return words.reshape(-1, 2)[:, ::-1].tobytes()


def _value(dataset: Dataset, group: int, element: int) -> object:
    try:
        found: object = dataset[group, element].value
    except MALFORMED:
        return None
    return found


def _whole(dataset: Dataset, group: int, element: int) -> int | None:
    value = _value(dataset, group, element)
    return int(value) if isinstance(value, int) else None


def activated_groups(dataset: Dataset) -> frozenset[int]:
    """Give the groups that a presentation state puts on one of its graphic layers."""
    return frozenset(group for group in GROUPS if _value(dataset, group, ACTIVATION))

"""Colour spaces and palettes: everything becomes RGB. PS3.3 C.7.6.3.1.2 and C.7.6.3.1.5."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from precedent_viewer.dicom.values import numbers, value
from precedent_viewer.errors import DecodeError

PALETTE_COLOURS = ("Red", "Green", "Blue")
LONGEST_PALETTE = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """Palette Color Lookup Table, reduced to 8 bits."""

    first: int
    """The index of the first entry; indices outside take the nearest entry."""
    colours: NDArray[np.uint8]
    """(entries, 3)."""


def rgb_of_ybr(ybr: NDArray[Any], bits: int = 8, *, is_partial: bool = False) -> NDArray[Any]:
    """Convert YBR of so many unsigned bits, (rows, columns, 3), to RGB, rounded and clipped.

    is_partial: YBR_PARTIAL, whose luminance is 16 to 235 and chroma 16 to 240 of 8 bits.
    The inverse of the matrices in PS3.3 C.7.6.3.1.2.
    """
    middle, most = np.float32(1 << bits - 1), np.float32((1 << bits) - 1)
    y = ybr[..., 0].astype(np.float32)
    cb = ybr[..., 1].astype(np.float32) - middle
    cr = ybr[..., 2].astype(np.float32) - middle
    if is_partial:
        unit = np.float32(1 << bits - 8)
        y = (y - 16 * unit) * (most / (219 * unit))
        cb, cr = (one * (most / (224 * unit)) for one in (cb, cr))
    rgb = np.empty((*ybr.shape[:2], 3), np.float32)
    rgb[..., 0] = y + 1.402 * cr
    rgb[..., 1] = y - 0.344136286 * cb - 0.714136286 * cr
    rgb[..., 2] = y + 1.772 * cb
    np.rint(rgb, out=rgb)
    return np.clip(rgb, 0, most, out=rgb).astype(ybr.dtype)


def read_palette(dataset: Dataset, name: str, *, is_signed: bool, is_little: bool) -> Palette:
    """Read the palette of a PALETTE COLOR image. Raises DecodeError."""
    columns: list[NDArray[np.uint16]] = []
    first = 0
    for colour in PALETTE_COLOURS:
        descriptor = numbers(dataset, f"{colour}PaletteColorLookupTableDescriptor")
        if len(descriptor) != 3:
            raise DecodeError(f"{name}: the {colour.lower()} table of its palette is missing.")
        count = int(descriptor[0]) & 0xFFFF or LONGEST_PALETTE
        first = signed_first(int(descriptor[1]), is_signed=is_signed)
        entries = _entries(dataset, colour, count, int(descriptor[2]), is_little=is_little)
        if entries.size == 0:
            raise DecodeError(f"{name}: the {colour.lower()} table of its palette is empty.")
        columns.append(_padded(entries, count))
    if len({column.size for column in columns}) > 1:
        raise DecodeError(f"{name}: the three tables of its palette differ in length.")
    return Palette(first, _eight_bits(np.stack(columns, axis=1)))


def apply_palette(indices: NDArray[Any], palette: Palette) -> NDArray[np.uint8]:
    """Give (rows, columns, 3); indices outside take the nearest entry."""
    last = len(palette.colours) - 1
    at = np.clip(indices.astype(np.int64) - palette.first, 0, last)
    return palette.colours[at]


def signed_first(raw: int, *, is_signed: bool) -> int:
    """Read the second number of a table's descriptor, whatever type pydicom took it for."""
    unsigned = raw & 0xFFFF
    return unsigned - 0x10000 if is_signed and unsigned > 0x7FFF else unsigned


def _entries(
    dataset: Dataset, colour: str, count: int, bits: int, *, is_little: bool
) -> NDArray[np.uint16]:
    """Give one colour's entries as they are stored."""
    raw = value(dataset, f"{colour}PaletteColorLookupTableData")
    order = "<" if is_little else ">"
    if isinstance(raw, bytes) and raw:
        if bits == 8 and len(raw) < 2 * count:
            return np.frombuffer(raw[:count], np.uint8).astype(np.uint16)
        words = np.frombuffer(raw[: len(raw) // 2 * 2], f"{order}u2")
        return words[:count].astype(np.uint16)
    segmented = value(dataset, f"Segmented{colour}PaletteColorLookupTableData")
    if isinstance(segmented, bytes) and segmented:
        is_byte = bits == 8 and len(segmented) % 2 == 1
        kind = "u1" if is_byte else f"{order}u2"
        size = 1 if is_byte else 2
        words = np.frombuffer(segmented[: len(segmented) // size * size], kind)
        return np.array(expanded_segments(words.tolist(), count), np.uint16)
    return np.empty(0, np.uint16)


def _eight_bits(words: NDArray[Any]) -> NDArray[np.uint8]:
    """Reduce entries to 8 bits: the high byte, or all of it where only the low byte is used.

    Files that say 16 bits but hold 0 to 255 are common; the others fill the whole range.
    """
    if words.size and int(words.max()) > 255:
        return (words.astype(np.uint16) >> 8).astype(np.uint8)
    return words.astype(np.uint8)


def expanded_segments(words: list[int], count: int) -> list[int]:
    """Expand a segmented palette to at most `count` entries. PS3.3 C.7.9.2.

    Segments are (0, length, values...) discrete, (1, length, end) linear, and
    (2, segments, offset low, offset high) indirect.
    """
    entries: list[int] = []
    at = 0
    while at + 1 < len(words) and len(entries) < count:
        at = _expand_one(words, at, entries, count)
    return entries[:count]


def _expand_one(words: list[int], at: int, entries: list[int], count: int) -> int:
    """Expand the segment at a place; gives the place of the next."""
    code, length = words[at], words[at + 1]
    if code == 0:
        entries.extend(words[at + 2 : at + 2 + length])
        return at + 2 + length
    if code == 1 and at + 2 < len(words):
        start, end = (entries[-1] if entries else 0), words[at + 2]
        entries.extend(
            round(start + (end - start) * step / length) for step in range(1, length + 1)
        )
        return at + 3
    if code == 2 and at + 3 < len(words):
        back = words[at + 2] | words[at + 3] << 16
        for _ in range(length):
            # An indirect segment may not hold another one, so this goes one level deep.
            if back + 1 >= at or words[back] == 2 or len(entries) >= count:
                break
            back = _expand_one(words, back, entries, count)
        return at + 4
    return len(words)


def _padded(entries: NDArray[np.uint16], count: int) -> NDArray[np.uint16]:
    """Repeat the last entry where a table is shorter than it says."""
    return np.pad(entries, (0, max(count - entries.size, 0)), mode="edge")

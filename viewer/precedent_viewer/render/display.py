"""From one frame to the 8-bit picture that is painted.

Grey of up to 16 bits goes through one table that holds the whole pipeline (modality, VOI,
inversion, padding); wider integers and floats through the formulas.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.colour import Palette, apply_palette
from precedent_viewer.dicom.frames import FramePixels, modality_values
from precedent_viewer.dicom.lut import (
    FloatImage,
    LookupTable,
    Rescale,
    apply_modality,
    apply_voi_table,
    apply_window,
)
from precedent_viewer.model.voi import Window

ByteImage = NDArray[np.uint8]
OUTLIERS_PERCENT = 0.5
"""Share of the values at each end that the automatic window leaves out."""
LARGE = 1 << 20
"""Pixels from which on a frame is worth a closer look at how it is painted."""
STRIP = 1 << 16
"""Values worked on at once, so that they stay in the processor's own memory."""
SAMPLED_VALUES = 1 << 18
"""The automatic window looks at about this many values, evenly spread."""
IDENTITY_WINDOW = Window(127.5, 255.0, "LINEAR_EXACT")


def default_window(pixels: FramePixels) -> Window:
    """Give the window to begin with: the file's first, else one over the input of its VOI LUT,
    else `automatic_window`. Colour gets the identity on 0 to 255.

    To paint what the file says, pass None to `render`: that also applies a VOI LUT, which no
    window can express.
    """
    if pixels.is_colour:
        return IDENTITY_WINDOW
    if pixels.windows:
        return pixels.windows[0]
    if pixels.voi_luts:
        return _over_table(pixels.voi_luts[0])
    return automatic_window(pixels)


def automatic_window(pixels: FramePixels) -> Window:
    """Give a window over the values of this frame, padding and outliers aside."""
    if pixels.is_colour:
        return IDENTITY_WINDOW
    stored = pixels.stored
    if stored.dtype == np.uint8 and not pixels.windows and pixels.bits_stored == 8:
        return _whole_range(pixels)
    sample = _sample(pixels)
    if sample.size == 0:
        return IDENTITY_WINDOW
    values = apply_modality(sample, pixels.modality_lut)
    low, high = (
        float(one) for one in np.percentile(values, (OUTLIERS_PERCENT, 100 - OUTLIERS_PERCENT))
    )
    if high <= low:
        low, high = float(values.min()), float(values.max())
    return _between(low, high)


def voi_values(pixels: FramePixels, window: Window | None) -> FloatImage:
    """Give a grey frame after its window or VOI LUT, before inversion: (rows, columns), 0 to 1.

    window: as for `render`. Raises UnsupportedError for colour, which has no window.
    """
    return _voi(pixels, window)(modality_values(pixels))


def render(pixels: FramePixels, window: Window | None, *, invert: bool = False) -> ByteImage:
    """Paint a frame: (rows, columns) grey or (rows, columns, 3) RGB, C-contiguous.

    window: None for what the file says: its first window, its VOI LUT, or the automatic window.
    Windows are ignored for colour. `invert` exchanges black and white; padding stays black.
    """
    if pixels.is_colour:
        colour = _colour(pixels)
        return ~colour if invert else colour
    is_inverted = invert != (pixels.photometric == "MONOCHROME1")
    levels = levels_of(pixels, window, is_inverted=is_inverted)(pixels.stored)
    return levels if pixels.supplement is None else _supplemented(levels, pixels, pixels.supplement)


def _supplemented(levels: ByteImage, pixels: FramePixels, palette: Palette) -> ByteImage:
    """Colour the values that a supplemental palette has colours for. PS3.3 C.7.6.19."""
    rgb = np.repeat(levels[:, :, np.newaxis], 3, axis=2)
    has_colour = pixels.stored >= palette.first
    rgb[has_colour] = apply_palette(pixels.stored[has_colour], palette)
    return rgb


def level_table(pixels: FramePixels, window: Window | None, *, is_inverted: bool) -> ByteImage:
    """Give the grey level of every bit pattern of a frame's 8- or 16-bit values, from 0 on."""
    return _painter(pixels, window, is_inverted=is_inverted)(_every(pixels.stored.dtype))


def levels_of(
    pixels: FramePixels, window: Window | None, *, is_inverted: bool
) -> Callable[[NDArray[Any]], ByteImage]:
    """Give the function from a grey frame's stored values, or a part of them, to grey levels."""
    stored = pixels.stored
    if stored.dtype.kind == "f" or stored.dtype.itemsize > 2:
        return _painter(pixels, window, is_inverted=is_inverted)
    every = _every(stored.dtype)
    if stored.size < every.size // 4:
        return _painter(pixels, window, is_inverted=is_inverted)
    table = level_table(pixels, window, is_inverted=is_inverted)
    if stored.size >= LARGE:
        ramp = _ramp(pixels, window, is_inverted=is_inverted)
        if ramp is not None and np.array_equal(_on_ramp(every, ramp), table):
            # Arithmetic is twice as fast as looking up, and here it gives the very same levels.
            return lambda part: _on_ramp(part, ramp)
    unsigned = np.dtype(f"u{stored.dtype.itemsize}")
    return lambda part: table[np.ascontiguousarray(part).view(unsigned)]


def _every(kind: np.dtype[Any]) -> NDArray[Any]:
    """Give every value of an integer type, by its bit pattern from 0 on."""
    return np.arange(1 << 8 * kind.itemsize, dtype=np.dtype(f"u{kind.itemsize}")).view(kind)


def _painter(
    pixels: FramePixels, window: Window | None, *, is_inverted: bool
) -> Callable[[NDArray[Any]], ByteImage]:
    """Give the function from stored values to grey levels."""
    voi = _voi(pixels, window)

    def paint(stored: NDArray[Any]) -> ByteImage:
        share = voi(apply_modality(stored, pixels.modality_lut))
        np.nan_to_num(share, copy=False, nan=0.0)
        if is_inverted:
            share = np.float32(1) - share
        levels: ByteImage = np.rint(share * np.float32(255)).astype(np.uint8)
        if pixels.padding is not None:
            low, high = pixels.padding
            levels[(stored >= low) & (stored <= high)] = 0
        return levels

    return paint


def _voi(pixels: FramePixels, window: Window | None) -> Callable[[FloatImage], FloatImage]:
    if window is None and not pixels.windows and pixels.voi_luts:
        table = pixels.voi_luts[0]
        return lambda values: apply_voi_table(values, table)
    chosen = default_window(pixels) if window is None else window
    return lambda values: apply_window(values, chosen)


def _ramp(
    pixels: FramePixels, window: Window | None, *, is_inverted: bool
) -> tuple[np.float32, np.float32] | None:
    """Give factor and offset from stored values to levels, where a window is a straight line.

    Source: PS3.3 C.11.1.1.2, C.11.2.1.2.1 and C.11.2.1.3.2, one put into the other.
    """
    lut = pixels.modality_lut
    is_table = window is None and not pixels.windows and bool(pixels.voi_luts)
    if pixels.padding is not None or not isinstance(lut, Rescale) or is_table:
        return None
    chosen = default_window(pixels) if window is None else window
    less = {"LINEAR": (0.5, 1.0), "LINEAR_EXACT": (0.0, 0.0)}.get(chosen.function)
    if less is None or chosen.width - less[1] <= 0:
        return None
    width = chosen.width - less[1]
    factor = 255 * lut.slope / width
    offset = 255 * ((lut.intercept - (chosen.center - less[0])) / width + 0.5)
    if is_inverted:
        factor, offset = -factor, 255 - offset
    return np.float32(factor), np.float32(offset)


def _on_ramp(stored: NDArray[Any], ramp: tuple[np.float32, np.float32]) -> ByteImage:
    """Map stored values along a straight line to 0..255, a strip at a time."""
    flat = stored.reshape(-1)
    levels = np.empty(flat.shape, np.uint8)
    strip = np.empty(min(STRIP, flat.size), np.float32)
    for start in range(0, flat.size, STRIP):
        part = flat[start : start + STRIP]
        work = strip[: part.size]
        np.multiply(part, ramp[0], out=work, casting="unsafe")
        np.add(work, ramp[1], out=work)
        np.clip(work, 0, 255, out=work)
        np.rint(work, out=work)
        levels[start : start + STRIP] = work
    return levels.reshape(stored.shape)


def _colour(pixels: FramePixels) -> ByteImage:
    if pixels.palette is not None:
        return np.ascontiguousarray(apply_palette(pixels.stored, pixels.palette))
    if pixels.stored.dtype == np.uint8:
        return np.ascontiguousarray(pixels.stored)
    shift = max(pixels.bits_stored - 8, 0)
    return np.ascontiguousarray((pixels.stored >> shift).astype(np.uint8))


def _sample(pixels: FramePixels) -> NDArray[Any]:
    """Give stored values spread over the frame, without padding and without what is no number."""
    flat = pixels.stored.reshape(-1)
    sample = flat[:: max(flat.size // SAMPLED_VALUES, 1)]
    if pixels.padding is not None:
        low, high = pixels.padding
        sample = sample[(sample < low) | (sample > high)]
    return sample[np.isfinite(sample)] if sample.dtype.kind == "f" else sample


def _whole_range(pixels: FramePixels) -> Window:
    ends = apply_modality(np.array([0, 255], np.uint8), pixels.modality_lut)
    return _between(float(ends.min()), float(ends.max()))


def _over_table(table: LookupTable) -> Window:
    return _between(float(table.first), float(table.first + table.values.size - 1))


def _between(low: float, high: float) -> Window:
    """Give the window whose black is `low` and whose white is `high`."""
    width = high - low
    if not math.isfinite(width) or width <= 0:
        return Window(low, 1.0)
    return Window((low + high) / 2, width, "LINEAR_EXACT")

"""A picture as the directions of its grey-level gradient: what no window changes.

A window is a rising function of the values, so each direction stays; inversion turns all about.
"""

import io
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GreyImage = NDArray[np.float32]
Directions = NDArray[np.complex64]
"""(rows, columns): unit gradients, right + i down, 0 on flat ground."""

FLAT: Final = 3.0
"""Grey levels a pixel; a weaker gradient has no direction worth counting."""
VARIANTS: Final = 8
"""Four quarter turns, then the same mirrored."""
LARGEST: Final = 320
"""Pixels along the longest side that are kept of a decoded picture."""


def directions(grey: GreyImage) -> Directions:
    """Give the direction of each pixel's gradient, 0 on flat ground.

    The outermost pixels have none: a crop's edge is no edge of the picture.
    """
    down, right = np.gradient(grey)
    steep = np.hypot(down, right)
    units = np.where(steep > FLAT, (right + 1j * down) / np.maximum(steep, 1e-6), 0)
    units[[0, -1], :] = 0
    units[:, [0, -1]] = 0
    return units.astype(np.complex64)


@lru_cache(maxsize=512)
def directions_at(png: bytes, side: int, scale: float = 1.0) -> Directions:
    """Give the directions of an encoded picture whose longest side is `side * scale` pixels."""
    whole = _grey(png)
    rows, columns = whole.shape
    step = side * scale / max(rows, columns)
    size = max(4, round(columns * step)), max(4, round(rows * step))
    way = Image.Resampling.BOX if step < 1 else Image.Resampling.BICUBIC
    return directions(np.asarray(Image.fromarray(whole).resize(size, way), dtype=np.float32))


def turned(field: Directions, variant: int) -> Directions:
    """Give the directions of a picture that was turned left by quarters, and mirrored from 4 on."""
    quarters = variant % (VARIANTS // 2)
    # A quarter turn to the left takes right to up, which is -i; a mirror takes right to left.
    view = np.rot90(field, quarters) * np.complex64((-1j) ** quarters)
    return -np.conj(view[:, ::-1]) if variant >= VARIANTS // 2 else view


@lru_cache(maxsize=32)
def _grey(png: bytes) -> GreyImage:
    with Image.open(io.BytesIO(png)) as picture:
        grey = picture.convert("L")
        grey.thumbnail((LARGEST, LARGEST), Image.Resampling.BOX, reducing_gap=2.0)
        return np.asarray(grey, dtype=np.float32)

"""Arrays to Qt images, at the size in which they will be painted. Safe to call on any thread.

The heavy steps are numpy's, because those let the GUI thread run; Qt's own conversions would hold
the interpreter's lock.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QImage
from PyQt6.sip import voidptr

ByteImage = NDArray[np.uint8]
STRIP_ROWS = 16
"""Rows of the halved picture that are made at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An image that Qt paints fast, and the array whose memory it uses."""

    image: QImage
    array: ByteImage
    """(rows, columns, 4): blue, green, red, unused. Must live as long as `image`."""
    level: int
    """How often it was halved."""

    def at_level(self, level: int) -> "Picture":
        """Give the same picture as one that was halved elsewhere."""
        return replace(self, level=level)

    def source(self, rows: int, columns: int) -> QRectF:
        """Give the part that holds the picture; halving odd sizes adds a border to the rest."""
        return QRectF(0, 0, columns / 2**self.level, rows / 2**self.level)


def picture_of(pixels: ByteImage, level: int = 0) -> Picture:
    """Halve grey (rows, columns) or colour (rows, columns, 3) and lay it out for Qt."""
    for _ in range(level):
        pixels = halved(pixels)
    rows, columns = pixels.shape[:2]
    array = np.full((rows, columns, 4), 255, np.uint8)
    array[:, :, :3] = pixels[:, :, np.newaxis] if pixels.ndim == 2 else pixels[:, :, ::-1]
    address = voidptr(array.ctypes.data)
    form = QImage.Format.Format_RGB32
    # PyQt takes any address; its stubs (6.11) know of bytes alone, which would copy.
    image = QImage(address, columns, rows, 4 * columns, form)  # type: ignore[call-overload]
    return Picture(image, array, level)


def picture_in_strips(
    paint: Callable[[NDArray[Any]], ByteImage], stored: NDArray[Any], level: int
) -> Picture:
    """Paint and halve a large grey frame strip by strip; the same as doing one after the other."""
    rows = stored.shape[0]
    step = STRIP_ROWS * 2**level
    parts = []
    for start in range(0, rows, step):
        part = paint(stored[start : start + step])
        for _ in range(level):
            part = halved(part)
        parts.append(part)
    return picture_of(np.concatenate(parts)).at_level(level)


def halved(pixels: ByteImage) -> ByteImage:
    """Give the means of squares of four pixels; an odd last row or column counts twice."""
    rows, columns = pixels.shape[:2]
    if rows % 2 or columns % 2:
        edges = ((0, rows % 2), (0, columns % 2)) + ((0, 0),) * (pixels.ndim - 2)
        pixels = np.pad(pixels, edges, mode="edge")
    total = pixels[0::2, 0::2].astype(np.uint16)
    for part in (pixels[0::2, 1::2], pixels[1::2, 0::2], pixels[1::2, 1::2]):
        total += part
    total += 2
    total >>= 2
    return total.astype(np.uint8)


def level_for(scale: float) -> int:
    """Say how often to halve an image that is painted with `scale` device pixels per pixel.

    Painting interpolates between four pixels, so it must never shrink to less than half.
    """
    return max(0, math.floor(-math.log2(scale))) if scale > 0 else 0


def thumbnail_of(pixels: ByteImage, side_px: int, aspect: float) -> QImage:
    """Shrink an image into a square; `aspect` is the height of a pixel over its width."""
    rows, columns = pixels.shape[:2]
    factor = side_px / max(columns, rows * aspect)
    picture = picture_of(pixels, level_for(factor * min(1.0, aspect)))
    part = picture.image.copy(picture.source(rows, columns).toAlignedRect())
    return part.scaled(
        max(1, round(columns * factor)),
        max(1, round(rows * aspect * factor)),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )

"""Arrays to Qt images, at the size in which they will be painted. Safe to call on any thread."""

import math

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage

ByteImage = NDArray[np.uint8]


def image_of(pixels: ByteImage) -> QImage:
    """Copy (rows, columns) grey or (rows, columns, 3) colour into an image of Qt's own."""
    rows, columns = pixels.shape[:2]
    is_grey = pixels.ndim == 2
    form = QImage.Format.Format_Grayscale8 if is_grey else QImage.Format.Format_RGB888
    flat = np.ascontiguousarray(pixels)
    return QImage(flat.tobytes(), columns, rows, flat.strides[0], form).copy()


def level_for(scale: float) -> int:
    """Say how often to halve an image that is painted with `scale` device pixels per pixel.

    Painting interpolates between four pixels, so it must never shrink to less than half.
    """
    return max(0, math.floor(-math.log2(scale))) if scale > 0 else 0


def reduced(image: QImage, level: int) -> QImage:
    """Halve an image `level` times, each new pixel the mean of those it covers."""
    if level == 0:
        return image
    width = max(1, round(image.width() / 2**level))
    height = max(1, round(image.height() / 2**level))
    return image.scaled(
        width,
        height,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def fitted(image: QImage, side_px: int, aspect: float = 1.0) -> QImage:
    """Shrink an image into a square; `aspect` is the height of a pixel over its width."""
    width, height = image.width(), image.height() * aspect
    factor = side_px / max(width, height)
    return image.scaled(
        max(1, round(width * factor)),
        max(1, round(height * factor)),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )

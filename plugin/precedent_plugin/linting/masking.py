"""Painting text out of a picture's pixels."""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image

from precedent_plugin.linting.finding import Box
from precedent_plugin.preprocess import encode_png

RING: Final = 3
"""Pixels about a box whose median it is filled with: the ground, not the letters."""


def masked(png: bytes, boxes: Sequence[Box]) -> bytes:
    """Give a picture with boxes filled by the colour of what is about them; all else is kept."""
    with Image.open(io.BytesIO(png)) as opened:
        pixels = np.array(opened.convert("RGB"))
    ground = pixels.copy()
    for left, top, width, height in boxes:
        right, bottom = left + width, top + height
        around = np.zeros(pixels.shape[:2], bool)
        around[max(0, top - RING) : bottom + RING, max(0, left - RING) : right + RING] = True
        around[top:bottom, left:right] = False
        colour = np.median(ground[around], axis=0) if around.any() else np.zeros(3)
        pixels[top:bottom, left:right] = np.rint(colour).astype(np.uint8)
    return encode_png(pixels)

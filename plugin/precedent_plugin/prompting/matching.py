"""Pictures made alike: in one window, at one scale, whole inside a square."""

import io
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from precedent_plugin.cases import Case, Provenance
from precedent_plugin.errors import PictureError
from precedent_plugin.originals import Values
from precedent_plugin.pictures import content_hash
from precedent_plugin.preprocess import ViewImage, encode_png

LARGEST_STEP: Final = 8.0
"""A picture is made larger or smaller by at most this factor."""


def in_window(values: Values, window: tuple[float, float]) -> NDArray[np.uint8]:
    """Give values as 8-bit grey with the LINEAR VOI function.

    window: center and width, width at least 1. Source: PS3.3 C.11.2.1.2.1.
    """
    center, width = window
    span = max(width - 1, 1e-6)
    shown = ((values - (center - 0.5)) / span + 0.5) * 255
    grey: NDArray[np.uint8] = np.clip(np.rint(shown), 0, 255).astype(np.uint8)
    return grey


def windowed(case: Case, values: Values, window: tuple[float, float]) -> tuple[Case, bytes]:
    """Give a case with its first picture in another window, and that picture's PNG."""
    grey = in_window(values, window)
    png = encode_png(255 - grey if case.provenance.is_inverted else grey)
    return _shown(case, png, replace(case.provenance, window=window)), png


def scaled(case: Case, png: bytes, pixel_mm: float) -> tuple[Case, bytes]:
    """Give a case with its first picture at another scale, and that picture's PNG.

    Raises PictureError where its own scale is not known, or too far off.
    """
    own = case.provenance.pixel_mm
    if own is None:
        raise PictureError(
            f"The scale of the reference “{case.answer}” is not known.", "Mute it instead."
        )
    larger = at_scale(png, own, pixel_mm)
    return _shown(case, larger, case.provenance.enlarged(own / pixel_mm)), larger


def at_scale(png: bytes, spacing_mm: float, wanted_mm: float) -> bytes:
    """Give a picture resampled so that its pixels are `wanted_mm` apart instead of `spacing_mm`.

    Raises PictureError unless both are above 0 and at most `LARGEST_STEP` apart.
    """
    if not (spacing_mm > 0 and wanted_mm > 0):
        raise PictureError(
            f"Pixels cannot be {min(spacing_mm, wanted_mm):g} mm apart.", "Check the file's scale."
        )
    step = spacing_mm / wanted_mm
    if not 1 / LARGEST_STEP <= step <= LARGEST_STEP:
        raise PictureError(
            f"The picture would be scaled by {step:.2g}; at most {LARGEST_STEP:g} times is done.",
            "Choose another reference, or another magnification.",
        )
    with Image.open(io.BytesIO(png)) as picture:
        colour = picture.convert("RGB")
    size = max(2, round(colour.width * step)), max(2, round(colour.height * step))
    return encode_png(np.asarray(colour.resize(size, Image.Resampling.BICUBIC)))


def squared(png: bytes) -> bytes:
    """Give a picture whole inside a black square, so that a central crop cuts nothing of it."""
    with Image.open(io.BytesIO(png)) as picture:
        colour = picture.convert("RGB")
    if colour.width == colour.height:
        return png
    side = max(colour.size)
    square = Image.new("RGB", (side, side))
    square.paste(colour, ((side - colour.width) // 2, (side - colour.height) // 2))
    return encode_png(np.asarray(square))


def squared_view(image: ViewImage) -> ViewImage:
    """Give the picture of a view as `squared` does."""
    png = squared(image.png)
    side = max(image.width, image.height)
    cutout = None if image.cutout is None else image.cutout.within(side, side)
    return replace(image, png=png, sha256=content_hash(png), width=side, height=side, cutout=cutout)


def _shown(case: Case, png: bytes, where: Provenance) -> Case:
    return replace(case, images=(content_hash(png), *case.images[1:]), provenance=where)

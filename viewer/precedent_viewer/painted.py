"""The pixels exactly as the reader sees them, at the image's own resolution. No Qt."""

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.colour_maps import coloured
from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.region import Region
from precedent_viewer.render.display import render
from precedent_viewer.view import View


def in_colours(values: NDArray[np.uint8], palette: str | None) -> NDArray[np.uint8]:
    """Give grey levels in the colours of a palette; colour images and grey ones stay."""
    return values if palette is None or values.ndim == 3 else coloured(values, palette)


def as_colour(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give (rows, columns, 3), copied, from grey or colour."""
    if values.ndim == 2:
        return np.repeat(values[:, :, np.newaxis], 3, axis=2)
    return values.copy()


def cropped(values: NDArray[np.uint8], region: Region | None) -> NDArray[np.uint8]:
    """Give the part of an image inside a region; a view."""
    if region is None:
        return values
    return values[region.y : region.y + region.height, region.x : region.x + region.width]


def turned(
    values: NDArray[np.uint8], quarters: int, *, horizontal: bool, vertical: bool
) -> NDArray[np.uint8]:
    """Flip, then rotate clockwise by quarter turns; a view."""
    if horizontal:
        values = values[:, ::-1]
    if vertical:
        values = values[::-1]
    return np.rot90(values, -quarters)


def paint(view: View, pixels: FramePixels, *, region_only: bool) -> NDArray[np.uint8]:
    """Give (rows, columns, 3): windowed, cropped, flipped and rotated as on the canvas."""
    viewport = view.place.viewport
    values = in_colours(
        render(pixels, view.grey.choice.window, invert=view.grey.choice.inverted),
        view.grey.choice.colours,
    )
    part = cropped(values, view.region if region_only else None)
    seen = turned(
        part,
        viewport.rotation_quarters,
        horizontal=viewport.flipped_horizontally,
        vertical=viewport.flipped_vertically,
    )
    return as_colour(np.ascontiguousarray(seen))

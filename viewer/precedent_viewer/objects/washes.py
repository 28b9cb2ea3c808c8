"""Colour over an image: segments with their outlines, and maps of values. No datasets."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.colour_maps import colour_table
from precedent_viewer.layers import Wash
from precedent_viewer.objects.cielab import rgb_of

Shares = NDArray[np.float32]
HALF = 0.5
"""From this share on a pixel is inside the outline."""


def segment_wash(
    parts: Mapping[int, Shares], colours: Mapping[int, str], opacity: float
) -> Wash | None:
    """Lay segments over each other, the last on top; None when there are none.

    The inside is as opaque as asked times the pixel's share; outlines, on the segment's own
    pixels, are opaque, so that they are seen at any opacity.
    """
    if not parts:
        return None
    size = next(iter(parts.values())).shape
    colour = np.zeros((*size, 3), np.float32)
    alpha = np.zeros(size, np.float32)
    for number, shares in parts.items():
        over = np.clip(shares, 0, 1) * np.float32(opacity)
        over[outline(shares >= HALF)] = 1.0
        rgb = np.array(rgb_of(colours[number]), np.float32)
        # Porter and Duff's "over" with straight colours.
        total = over + alpha * (1 - over)
        blend = np.divide(over, total, out=np.zeros_like(over), where=total > 0)[..., np.newaxis]
        colour = rgb * blend + colour * (1 - blend)
        alpha = total
    rgba = np.empty((*size, 4), np.uint8)
    rgba[..., :3] = np.rint(colour)
    rgba[..., 3] = np.rint(alpha * 255)
    return Wash(rgba)


def outline(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Give the pixels of a mask that have a neighbour outside, or lie at the image's edge."""
    inner = np.zeros_like(mask)
    inner[1:-1, 1:-1] = (
        mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:] & mask[1:-1, 1:-1]
    )
    return mask & ~inner


def value_wash(values: Shares, limits: tuple[float, float], palette: str, opacity: float) -> Wash:
    """Colour values between two limits; nothing is drawn below the lower one or without a value."""
    low, high = limits
    width = max(high - low, 1e-9)
    share = np.nan_to_num((values - np.float32(low)) / np.float32(width), nan=-1.0)
    levels = np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)
    rgba = np.empty((*values.shape, 4), np.uint8)
    rgba[..., :3] = colour_table(palette)[levels]
    rgba[..., 3] = np.where(share >= 0, 255, 0)
    return Wash(rgba, opacity)


def palette_colours(palette: str, shares: Sequence[float]) -> tuple[str, ...]:
    """Give the colours of a palette at shares of its range, as `#rrggbb`."""
    table = colour_table(palette)
    rows = [table[round(min(max(one, 0.0), 1.0) * 255)] for one in shares]
    return tuple(f"#{row[0]:02x}{row[1]:02x}{row[2]:02x}" for row in rows)

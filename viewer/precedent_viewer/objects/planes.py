"""From the pixels of a shown image to the planes of an object in the same space. No datasets.

Every mapping is affine, so an image of any angle is sampled: slices, reformats, other sizes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from precedent_viewer.model.plane import Plane

Size = tuple[int, int]
"""Rows, columns."""
FloatGrid = NDArray[np.float64]
SAME_MM = 1e-3
USUAL_THICKNESS_MM = 1.0
"""Of a single plane whose file does not say how thick it is."""


@dataclass(frozen=True, slots=True, eq=False)
class PixelMap:
    """Where each pixel of an image lies on a plane of an object."""

    x: FloatGrid
    y: FloatGrid
    """(rows, columns): image points of the plane, (0.5, 0.5) the centre of its first pixel."""
    away_mm: FloatGrid
    """Distance along the plane's normal."""


def pixel_map(target: Plane, size: Size, source: Plane) -> PixelMap | None:
    """Map the pixel centres of an image to a plane; None where a spacing is missing."""
    corners = [target.point_at(x, y) for x, y in ((0.5, 0.5), (1.5, 0.5), (0.5, 1.5))]
    mapped = [None if point is None else source.pixel_of(point) for point in corners]
    first, across, down = mapped
    if first is None or across is None or down is None:
        return None
    columns, rows = np.arange(size[1], dtype=np.float64), np.arange(size[0], dtype=np.float64)
    grids = [
        first[axis]
        + columns * (across[axis] - first[axis])
        + rows[:, np.newaxis] * (down[axis] - first[axis])
        for axis in range(3)
    ]
    return PixelMap(*grids)


class PlaneStack:
    """Parallel planes in order along their normal."""

    def __init__(self, planes: list[Plane], thickness_mm: float | None = None) -> None:
        first = planes[0]
        distances = np.array([first.distance_to(plane.position) for plane in planes])
        self.order = np.argsort(distances, kind="stable")
        """Index of each plane in the list that was given, the lowest first."""
        self.planes = [planes[at] for at in self.order]
        self.offsets = distances[self.order]
        """Millimetres along the normal of the first plane given."""
        self.first = first
        steps = np.diff(self.offsets)
        steps = steps[steps > SAME_MM]
        least = float(steps.min()) if steps.size else USUAL_THICKNESS_MM
        self.thickness_mm = least if not thickness_mm or thickness_mm <= 0 else thickness_mm

    def nearest(self, away_mm: FloatGrid) -> NDArray[np.int64]:
        """Give the place in `planes` of the nearest one for each distance, -1 when it is far."""
        above = np.clip(np.searchsorted(self.offsets, away_mm), 1, max(len(self.offsets) - 1, 1))
        above = np.minimum(above, len(self.offsets) - 1)
        below = np.maximum(above - 1, 0)
        is_lower = np.abs(away_mm - self.offsets[below]) <= np.abs(away_mm - self.offsets[above])
        found = np.where(is_lower, below, above)
        far = np.abs(away_mm - self.offsets[found]) > self.thickness_mm / 2 + SAME_MM
        return np.where(far, -1, found).astype(np.int64)

    def positions(self, away_mm: FloatGrid) -> FloatGrid:
        """Give the place between planes for each distance; NaN outside the stack.

        Half a slice beyond the ends still belongs to the end.
        """
        half = self.thickness_mm / 2 if len(self.offsets) > 1 else self.thickness_mm
        found = np.interp(away_mm, self.offsets, np.arange(len(self.offsets), dtype=np.float64))
        outside = (away_mm < self.offsets[0] - half) | (away_mm > self.offsets[-1] + half)
        return np.where(outside, np.nan, found)


def nearest_values(found: PixelMap, image: NDArray[Any]) -> NDArray[Any]:
    """Take the value of the nearest pixel of a plane's image, 0 outside of it."""
    rows, columns = image.shape
    column, row = np.floor(found.x).astype(np.int64), np.floor(found.y).astype(np.int64)
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    taken = image[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)]
    return np.where(inside, taken, np.zeros((), image.dtype))


def linear_values(volume: NDArray[np.float32], stack: PlaneStack, target: Plane,
                  size: Size) -> NDArray[np.float32] | None:  # fmt: skip
    """Interpolate a stack's values, in the order of its planes, on an image's pixels; NaN outside.

    volume: (plane, row, column). Half a pixel beyond the outermost centres still has values.
    """
    found = pixel_map(target, size, stack.first)
    if found is None:
        return None
    depth = stack.positions(found.away_mm)
    _, rows, columns = volume.shape
    inside = (found.x >= 0) & (found.x <= columns) & (found.y >= 0) & (found.y <= rows)
    inside &= np.isfinite(depth)
    values = np.full(size, np.nan, np.float32)
    if inside.any():
        places = np.array([depth[inside], found.y[inside] - 0.5, found.x[inside] - 0.5])
        values[inside] = map_coordinates(volume, places, order=1, mode="nearest")
    return values

"""Display shutters: what of an image is covered.

Sources: PS3.3 C.7.6.11 (shapes), C.7.6.15 (bitmap).
"""

from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset

from precedent_viewer.dicom.overlay_planes import Mask, OverlayPlane, Size
from precedent_viewer.dicom.values import integer, numbers, texts
from precedent_viewer.layers import Shutter


@dataclass(frozen=True, slots=True)
class ShutterShapes:
    """Shapes outside of which the image is covered; several are all obeyed."""

    level: int
    """Grey level of the cover, 0 to 255."""
    rectangle: tuple[float, float, float, float] | None = None
    """Left, top, right, bottom edge: columns and rows counted from 1."""
    circle: tuple[float, float, float] | None = None
    """Row and column of the centre counted from 1, and the radius in rows."""
    polygon: tuple[tuple[float, float], ...] = ()
    """(row, column) of the corners counted from 1."""
    bitmap_group: int | None = None


def read_shutter(dataset: Dataset) -> ShutterShapes | None:
    """Read the Display Shutter module, None when there is none."""
    shapes = texts(dataset, "ShutterShape")
    if not shapes:
        return None
    edges = [
        integer(dataset, f"Shutter{side}Edge")
        for side in ("LeftVertical", "UpperHorizontal", "RightVertical", "LowerHorizontal")
    ]
    center = numbers(dataset, "CenterOfCircularShutter")
    radius = integer(dataset, "RadiusOfCircularShutter")
    flat = numbers(dataset, "VerticesOfThePolygonalShutter")
    left, top, right, bottom = edges
    has_edges = None not in edges and "RECTANGULAR" in shapes
    has_circle = len(center) == 2 and radius is not None and "CIRCULAR" in shapes
    return ShutterShapes(
        level=(integer(dataset, "ShutterPresentationValue") or 0) >> 8,
        rectangle=(left or 0, top or 0, right or 0, bottom or 0) if has_edges else None,
        circle=(center[0], center[1], float(radius or 0)) if has_circle else None,
        polygon=tuple((flat[at], flat[at + 1]) for at in range(0, len(flat) - 1, 2))
        if "POLYGONAL" in shapes
        else (),
        bitmap_group=integer(dataset, "ShutterOverlayGroup") if "BITMAP" in shapes else None,
    )


def shutter_of(shapes: ShutterShapes, bitmaps: tuple[OverlayPlane, ...], size: Size,
               aspect: float = 1.0) -> Shutter:  # fmt: skip
    """Give the cover of an image of this size. aspect: height of a pixel over its width."""
    covered = np.zeros(size, np.bool_)
    rows, columns = np.arange(1, size[0] + 1)[:, np.newaxis], np.arange(1, size[1] + 1)
    if shapes.rectangle is not None:
        left, top, right, bottom = shapes.rectangle
        covered |= (columns < left) | (columns > right) | (rows < top) | (rows > bottom)
    if shapes.circle is not None:
        row, column, radius = shapes.circle
        across = (columns - column) / aspect
        covered |= np.hypot(rows - row, across) > radius
    if len(shapes.polygon) > 2:
        covered |= ~inside_polygon(shapes.polygon, size)
    for bitmap in bitmaps:
        if bitmap.group == shapes.bitmap_group:
            covered |= bitmap.on(size)
    return Shutter(covered, shapes.level)


def inside_polygon(corners: tuple[tuple[float, float], ...], size: Size) -> Mask:
    """Say which pixel centres lie inside or on a polygon of (row, column) counted from 1."""
    rows = np.arange(1, size[0] + 1, dtype=np.float64)[:, np.newaxis]
    columns = np.arange(1, size[1] + 1, dtype=np.float64)
    inside = np.zeros(size, np.bool_)
    edge = np.zeros(size, np.bool_)
    for (row, column), (next_row, next_column) in zip(
        corners, (*corners[1:], corners[0]), strict=True
    ):
        high, low = max(row, next_row), min(row, next_row)
        if high == low:
            ends = sorted((column, next_column))
            edge |= (rows == row) & (columns >= ends[0]) & (columns <= ends[1])
            continue
        at = column + (rows - row) * (next_column - column) / (next_row - row)
        inside ^= (rows >= low) & (rows < high) & (columns < at)
        edge |= (rows >= low) & (rows <= high) & (np.abs(columns - at) < 1e-9)
    return inside | edge

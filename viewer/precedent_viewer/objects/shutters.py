"""Display shutters and overlay bitmaps of a presentation state.

Sources: PS3.3 C.7.6.11 (shapes), C.7.6.15 (bitmap), C.9.2 and C.11.7 (overlay planes, activation).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from precedent_viewer.dicom.values import MALFORMED, integer, numbers, texts
from precedent_viewer.layers import Shutter, Wash

Mask = NDArray[np.bool_]
Size = tuple[int, int]
"""Rows, columns."""
GROUPS = range(0x6000, 0x6020, 2)
ROWS, COLUMNS, ORIGIN, DATA, ACTIVATION = 0x10, 0x11, 0x50, 0x3000, 0x1001
OVERLAY_RGB = (255, 209, 102)


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


@dataclass(frozen=True, slots=True, eq=False)
class Bitmap:
    """An overlay plane that the presentation state brings along."""

    group: int
    layer: str
    """The graphic layer on which it is shown; "" for one that is a shutter alone."""
    bits: NDArray[np.uint8]
    """(rows, columns) of 0 and 1."""
    row: int
    column: int
    """Of the image's first row and column on which it begins, from 0."""

    def on(self, size: Size) -> Mask:
        """Give the plane on the grid of an image."""
        mask = np.zeros(size, np.bool_)
        rows, columns = self.bits.shape
        top, left = max(self.row, 0), max(self.column, 0)
        bottom = min(self.row + rows, size[0])
        right = min(self.column + columns, size[1])
        if bottom > top and right > left:
            part = self.bits[
                top - self.row : bottom - self.row, left - self.column : right - self.column
            ]
            mask[top:bottom, left:right] = part != 0
        return mask


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


def shutter_of(shapes: ShutterShapes, bitmaps: tuple[Bitmap, ...], size: Size,
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


def read_bitmaps(dataset: Dataset) -> tuple[Bitmap, ...]:
    """Read the overlay planes that a presentation state holds itself."""
    found = (_bitmap(dataset, group) for group in GROUPS)
    return tuple(one for one in found if one is not None)


def _bitmap(dataset: Dataset, group: int) -> Bitmap | None:
    try:
        raw = dataset[group, DATA].value
        rows, columns = int(dataset[group, ROWS].value), int(dataset[group, COLUMNS].value)
        origin = [int(one) for one in dataset[group, ORIGIN].value]
    except MALFORMED:
        return None
    needed = math.ceil(rows * columns / 8)
    if not isinstance(raw, bytes) or len(raw) < needed or needed == 0 or len(origin) != 2:
        return None
    bits = np.unpackbits(np.frombuffer(raw[:needed], np.uint8), bitorder="little")
    layer = ""
    if (group, ACTIVATION) in dataset:
        layer = str(dataset[group, ACTIVATION].value or "")
    plane = bits[: rows * columns].reshape(rows, columns)
    return Bitmap(group, layer, plane, origin[0] - 1, origin[1] - 1)


def bitmap_wash(bitmaps: tuple[Bitmap, ...], size: Size) -> Wash | None:
    """Give the overlay planes that are on a graphic layer, None when there are none."""
    shown = [one for one in bitmaps if one.layer]
    if not shown:
        return None
    mask = np.logical_or.reduce([one.on(size) for one in shown])
    rgba = np.zeros((*size, 4), np.uint8)
    rgba[mask] = (*OVERLAY_RGB, 255)
    return Wash(rgba)

"""Which pixels lie in a figure: those whose centres do. No Qt.

A centre on the edge belongs to the figure on its right and below it (half-open edges), so figures
that touch never share a pixel.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.measuring.annotations import Annotation, PointPx

RULE = "A pixel counts when its centre lies inside the figure."


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """A figure's pixels within its bounding box, clipped to the image."""

    top: int
    left: int
    inside: NDArray[np.bool_]
    """(rows, columns) of the box."""

    @property
    def count(self) -> int:
        """How many pixels it holds."""
        return int(self.inside.sum())


def mask_of(annotation: Annotation, rows: int, columns: int) -> Mask:
    """Give the pixels of a figure in an image of some size."""
    outline = annotation.points
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    left, right = _clipped(min(xs), max(xs), columns)
    top, bottom = _clipped(min(ys), max(ys), rows)
    x = np.arange(left, right, dtype=np.float64) + np.float64(0.5)
    y = np.arange(top, bottom, dtype=np.float64) + np.float64(0.5)
    if annotation.kind == "rectangle":
        inside = _between(y, min(ys), max(ys))[:, None] & _between(x, min(xs), max(xs))[None, :]
    elif annotation.kind == "ellipse":
        inside = _in_ellipse(x, y, annotation.points)
    else:
        inside = _in_polygon(x, y, annotation.points)
    return Mask(top, left, inside)


def _clipped(low: float, high: float, size: int) -> tuple[int, int]:
    first = min(max(math.floor(low), 0), size)
    return first, min(max(math.ceil(high), first), size)


def _between(at: NDArray[np.float64], low: float, high: float) -> NDArray[np.bool_]:
    return (at >= low) & (at < high)


def _in_ellipse(
    x: NDArray[np.float64], y: NDArray[np.float64], points: tuple[PointPx, ...]
) -> NDArray[np.bool_]:
    (x0, y0), (x1, y1) = points
    a, b = abs(x1 - x0) / 2, abs(y1 - y0) / 2
    if a == 0 or b == 0:
        return np.zeros((y.size, x.size), np.bool_)
    across = ((x - (x0 + x1) / 2) / a) ** 2
    down = ((y - (y0 + y1) / 2) / b) ** 2
    inside: NDArray[np.bool_] = across[None, :] + down[:, None] < 1
    return inside


def _in_polygon(
    x: NDArray[np.float64], y: NDArray[np.float64], points: tuple[PointPx, ...]
) -> NDArray[np.bool_]:
    """Fill by even and odd crossings, edge by edge."""
    inside = np.zeros((y.size, x.size), np.bool_)
    ends = (*points[1:], points[0])
    for (ax, ay), (bx, by) in zip(points, ends, strict=True):
        if ay == by:
            continue
        crosses = (y >= min(ay, by)) & (y < max(ay, by))
        at = ax + (y[crosses] - ay) * (bx - ax) / (by - ay)
        inside[crosses] ^= x[None, :] >= at[:, None]
    return inside

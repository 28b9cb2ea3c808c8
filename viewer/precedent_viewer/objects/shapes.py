"""Graphic types of the standard as lines of points: SCOORD and graphic annotations.

Sources: PS3.3 C.18.6.1.2 (POINT, MULTIPOINT, POLYLINE, CIRCLE, ELLIPSE), C.18.9.1.2 (POLYGON,
ELLIPSOID), C.10.5.1.2 (INTERPOLATED).
"""

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

Points = NDArray[np.float64]
ROUND_POINTS = 72
"""Corners of a circle as it is drawn: one every five degrees."""
SPLINE_POINTS = 12
"""Points between two control points of an interpolated line."""


def lines_of(graphic_type: str, points: Sequence[Sequence[float]]) -> list[tuple[Points, bool]]:
    """Give the lines of a shape, each with whether it is closed; a point is a line of one.

    points: (n, 2) of an image or (n, 3) of the patient. Shapes with too few points give nothing.
    """
    array = np.asarray(points, dtype=np.float64)
    if array.ndim != 2 or not np.isfinite(array).all():
        return []
    match graphic_type:
        case "POINT" | "MULTIPOINT":
            return [(one[np.newaxis], False) for one in array]
        case "CIRCLE" if len(array) == 2:
            return [(_circle(array), True)]
        case "ELLIPSE" if len(array) == 4:
            return [(_ellipse(array), True)]
        case "ELLIPSOID" if len(array) == 6:
            return [(_ellipse(array[[0, 1, 2, 3]]), True), (_ellipse(array[[0, 1, 4, 5]]), True)]
        case "INTERPOLATED" if len(array) > 2:
            return [_open_or_closed(_interpolated(array))]
        case "POLYGON" if len(array) > 2:
            return [(array, True)]
        case "POLYLINE" | "INTERPOLATED" if len(array) > 1:
            return [_open_or_closed(array)]
        case _:
            return []


def _open_or_closed(array: Points) -> tuple[Points, bool]:
    is_closed = len(array) > 3 and bool(np.allclose(array[0], array[-1], atol=1e-4))
    return (array[:-1], True) if is_closed else (array, False)


def _circle(array: Points) -> Points:
    """Centre and a point on the rim; only images have circles."""
    center, rim = array[0][:2], array[1][:2]
    radius = math.hypot(*(rim - center))
    turns = np.linspace(0, 2 * math.pi, ROUND_POINTS, endpoint=False)
    rim_points: Points = center + radius * np.column_stack([np.cos(turns), np.sin(turns)])
    return rim_points


def _ellipse(array: Points) -> Points:
    """Both ends of the major axis, then both of the minor."""
    center = array.mean(axis=0)
    major, minor = (array[1] - array[0]) / 2, (array[3] - array[2]) / 2
    turns = np.linspace(0, 2 * math.pi, ROUND_POINTS, endpoint=False)[:, np.newaxis]
    return np.asarray(center + np.cos(turns) * major + np.sin(turns) * minor)


def _interpolated(array: Points) -> Points:
    """A cubic spline by the distance along the points; the standard leaves its kind open."""
    steps = np.hypot(*np.diff(array, axis=0).T)
    kept = np.concatenate([[True], steps > 1e-9])
    array, along = array[kept], np.concatenate([[0.0], np.cumsum(steps[steps > 1e-9])])
    if len(array) < 3:
        return array
    is_closed = bool(np.allclose(array[0], array[-1], atol=1e-4))
    if is_closed:
        array[-1] = array[0]
    spline = CubicSpline(along, array, bc_type="periodic" if is_closed else "not-a-knot")
    parts = [
        np.linspace(start, end, SPLINE_POINTS, endpoint=False)
        for start, end in itertools.pairwise(along)
    ]
    return np.asarray(spline(np.concatenate([*parts, along[-1:]])))

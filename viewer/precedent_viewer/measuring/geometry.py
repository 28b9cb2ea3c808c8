"""Lengths, angles and areas of what is drawn, in the image's own units. No Qt."""

import math
from itertools import pairwise

import shapely

from precedent_viewer.measuring.annotations import Annotation, PointPx
from precedent_viewer.measuring.scale import Scale


def length_of(annotation: Annotation, scale: Scale) -> float:
    """Give a line's length."""
    return scale.length(annotation.points[0], annotation.points[1])


def angle_of(annotation: Annotation, scale: Scale) -> float:
    """Give the angle at the middle point, 0 to 180 degrees."""
    a, corner, b = annotation.points
    return _between(scale.vector(corner, a), scale.vector(corner, b))


def cobb_of(annotation: Annotation, scale: Scale) -> float:
    """Give the angle between two lines, 0 to 90 degrees: that of their perpendiculars is equal."""
    a, b, c, d = annotation.points
    degrees = _between(scale.vector(a, b), scale.vector(c, d))
    return min(degrees, 180 - degrees)


def area_of(annotation: Annotation, scale: Scale) -> float:
    """Give an enclosed area in squared units, by the figure and not by its pixels."""
    if annotation.kind == "ellipse":
        across, down = scale.vector(*annotation.points)
        return math.pi * abs(across * down) / 4
    if annotation.kind == "rectangle":
        across, down = scale.vector(*annotation.points)
        return abs(across * down)
    return _shoelace(annotation.points) * abs(scale.across * scale.down)


def perimeter_of(annotation: Annotation, scale: Scale) -> float:
    """Give the length around a figure; an ellipse's by Ramanujan's second formula (1914)."""
    if annotation.kind == "ellipse":
        across, down = (abs(part) / 2 for part in scale.vector(*annotation.points))
        if across + down == 0:
            return 0.0
        h = ((across - down) / (across + down)) ** 2
        return math.pi * (across + down) * (1 + 3 * h / (10 + math.sqrt(4 - 3 * h)))
    outline = annotation.outline()
    closed = (*outline, outline[0])
    return math.fsum(scale.length(a, b) for a, b in pairwise(closed))


def crosses_itself(points: tuple[PointPx, ...]) -> bool:
    """Say whether the sides of a polygon cross or touch: it then encloses no single area."""
    return not shapely.LinearRing(points).is_simple


def _shoelace(points: tuple[PointPx, ...]) -> float:
    closed = (*points, points[0])
    return abs(math.fsum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(closed))) / 2


def _between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Give the angle of two vectors in degrees; 0 where one of them has no length."""
    cross = one[0] * other[1] - one[1] * other[0]
    dot = one[0] * other[0] + one[1] * other[1]
    return math.degrees(math.atan2(abs(cross), dot))

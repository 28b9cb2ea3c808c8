"""Tubes: the great vessels as given lines, the vessels of a lung as a tree that fills it."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precedent_resources.phantoms.fields import Field, Grid, cover, paint

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of tube with a radius at either end, in millimetres."""

    start: Point
    end: Point
    start_radius: float
    end_radius: float


def tube(points: Sequence[Point], radii: Sequence[float]) -> tuple[Segment, ...]:
    """Join points into a tube."""
    pieces = zip(itertools.pairwise(points), itertools.pairwise(radii), strict=True)
    return tuple(Segment(*ends, *widths) for ends, widths in pieces)


def paint_tubes(
    image: Field,
    grid: Grid,
    z: float,
    *,
    segments: Sequence[Segment],
    value: float,
    grow: float = 0.0,
) -> None:
    """Paint every tube that the slice cuts, in place; `grow` widens them all."""
    for segment in segments:
        widest = max(segment.start_radius, segment.end_radius) + grow
        low, high = sorted((segment.start[2], segment.end[2]))
        if z < low - widest - 1 or z > high + widest + 1 or widest <= 0:
            continue
        window = _window(grid, segment, widest + 2)
        if window is None:
            continue
        rows, columns = window
        gap = _gap(segment, grid.x[:, columns], grid.y[rows], z) - grow
        paint(image[rows, columns], cover(gap), value)


def _window(grid: Grid, segment: Segment, margin: float) -> tuple[slice, slice] | None:
    """Give the rows and columns that a segment can touch."""
    bounds = []
    for axis in (1, 0):
        low, high = sorted((segment.start[axis], segment.end[axis]))
        offset = (grid.size - 1) / 2
        first = int(np.floor((low - margin) / grid.spacing_mm + offset))
        last = int(np.ceil((high + margin) / grid.spacing_mm + offset)) + 1
        first, last = max(first, 0), min(last, grid.size)
        if first >= last:
            return None
        bounds.append(slice(first, last))
    return bounds[0], bounds[1]


def _gap(segment: Segment, x: Field, y: Field, z: float) -> Field:
    """Give the distance to the tube's wall, negative inside."""
    (ax, ay, az), (bx, by, bz) = segment.start, segment.end
    ux, uy, uz = bx - ax, by - ay, bz - az
    length = max(ux * ux + uy * uy + uz * uz, 1e-9)
    t = np.clip(((x - ax) * ux + (y - ay) * uy + (z - az) * uz) / length, 0.0, 1.0)
    away = np.sqrt((x - ax - t * ux) ** 2 + (y - ay - t * uy) ** 2 + (z - az - t * uz) ** 2)
    width: Field = segment.start_radius + t * (segment.end_radius - segment.start_radius)
    return away - width


def grow_tree(
    rng: np.random.Generator, roots: Field, targets: Field
) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Grow vessels from a hilum to places all over a lung, and airways beside the larger ones.

    roots: (n, 3), the hilum first, then the ends of the main branches. targets: (m, 3), the ends of
    the smallest vessels. Each is joined to the nearest branch, those near the hilum first; the
    radius of a branch follows from how many ends it feeds (Murray's law, a little flattened).
    """
    points, parents = _joined(rng, roots, targets)
    ends = np.ones(len(points))
    for index in range(len(points) - 1, 0, -1):
        ends[parents[index]] += ends[index]
    radii = 0.42 * ends**0.345
    vessels, airways = [], []
    for index in range(1, len(points)):
        start, end = points[parents[index]], points[index]
        widths = (float(min(radii[parents[index]], 1.35 * radii[index])), float(radii[index]))
        vessels.append(Segment(_point(start), _point(end), *widths))
        if widths[1] > 1.25:
            shift = np.array([0.75, -0.75, 0.2]) * (1.15 * widths[0] + 1.0)
            airways.append(
                Segment(
                    _point(start + shift), _point(end + shift), 0.72 * widths[0], 0.72 * widths[1]
                )
            )
    return tuple(vessels), tuple(airways)


def _joined(
    rng: np.random.Generator, roots: Field, targets: Field
) -> tuple[Field, NDArray[np.int64]]:
    """Give all branching points and each one's parent; a parent comes before its children."""
    points = [*roots]
    parents = [0] * len(roots)
    order = np.argsort(np.linalg.norm(targets - roots[0], axis=1))
    for target in targets[order]:
        gaps = np.linalg.norm(np.array(points) - target, axis=1)
        nearest = int(gaps.argmin())
        bend = rng.standard_normal(3) * 0.10 * gaps[nearest]
        points += [0.5 * (points[nearest] + target) + bend, target]
        parents += [nearest, len(points) - 2]
    return np.array(points), np.array(parents, dtype=np.int64)


def _point(place: Field) -> Point:
    """Give a point as plain numbers."""
    return float(place[0]), float(place[1]), float(place[2])

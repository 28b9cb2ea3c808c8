"""Where one image cuts another, as a line on the other. No Qt.

Both images are rectangles in the patient; the line is clipped to what both of them hold.
"""

from dataclasses import dataclass

from precedent_viewer.model.plane import Plane

PointPx = tuple[float, float]
SMALL = 1e-9


@dataclass(frozen=True, slots=True)
class Placed:
    """An image of so many pixels in the patient."""

    plane: Plane
    rows: int
    columns: int


def crossing(shown: Placed, other: Placed) -> tuple[PointPx, PointPx] | None:
    """Give the line where `other` cuts `shown`, in image pixels of `shown`.

    None when they are parallel, do not meet, or one of them has no spacing.
    """
    origin, right, down = (
        shown.plane.point_at(0, 0), shown.plane.point_at(1, 0), shown.plane.point_at(0, 1),
    )  # fmt: skip
    if origin is None or right is None or down is None or other.plane.pixel_spacing_mm is None:
        return None
    # The distance to the other image's plane is linear in the pixels of this one.
    at_origin = other.plane.distance_to(origin)
    per_x = other.plane.distance_to(right) - at_origin
    per_y = other.plane.distance_to(down) - at_origin
    line = _line_in_box((per_x, per_y, at_origin), float(shown.columns), float(shown.rows))
    return None if line is None else _within(line, shown, other)


def _line_in_box(
    line: tuple[float, float, float], width: float, height: float
) -> tuple[PointPx, PointPx] | None:
    """Clip a x + b y + c = 0 to 0..width and 0..height."""
    a, b, c = line
    if abs(a) < SMALL and abs(b) < SMALL:
        return None
    found: list[PointPx] = []
    if abs(b) > SMALL:
        found += [(x, -(a * x + c) / b) for x in (0.0, width)]
    if abs(a) > SMALL:
        found += [(-(b * y + c) / a, y) for y in (0.0, height)]
    inside = [
        (x, y) for x, y in found if -SMALL <= x <= width + SMALL and -SMALL <= y <= height + SMALL
    ]
    if len(inside) < 2:
        return None
    first = min(inside)
    last = max(inside)
    return None if first == last else (first, last)


def _within(
    line: tuple[PointPx, PointPx], shown: Placed, other: Placed
) -> tuple[PointPx, PointPx] | None:
    """Keep of a line what lies in the other image's rectangle. Liang and Barsky, 1984."""
    ends: list[PointPx] = []
    for x, y in line:
        point = shown.plane.point_at(x, y)
        there = None if point is None else other.plane.pixel_of(point)
        if there is None:
            return None
        ends.append((there[0], there[1]))
    enters, leaves = 0.0, 1.0
    for axis, most in ((0, other.columns), (1, other.rows)):
        start, step = ends[0][axis], ends[1][axis] - ends[0][axis]
        if abs(step) < SMALL:
            if not 0 <= start <= most:
                return None
            continue
        near, far = sorted((-start / step, (most - start) / step))
        enters, leaves = max(enters, near), min(leaves, far)
    if enters >= leaves:
        return None
    (x0, y0), (x1, y1) = line
    return (
        (x0 + enters * (x1 - x0), y0 + enters * (y1 - y0)),
        (x0 + leaves * (x1 - x0), y0 + leaves * (y1 - y0)),
    )

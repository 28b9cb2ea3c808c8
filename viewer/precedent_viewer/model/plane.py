"""Where an image lies in the patient, in millimetres.

The axes are LPS: left, posterior and head are positive.
"""

import math
from dataclasses import dataclass

Point = tuple[float, float, float]
Orientation = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Plane:
    """Image Position and Orientation (Patient), PS3.3 C.7.6.2.1.1."""

    position: Point
    """Centre of the first transmitted pixel, mm."""
    orientation: Orientation
    """Unit vector along a row (to higher columns), then along a column (to higher rows)."""
    pixel_spacing_mm: tuple[float, float] | None = None
    """Between rows, then between columns."""

    def point_at(self, x: float, y: float) -> Point | None:
        """Give the patient point under an image point, mm; None without a spacing.

        Image points count from the outer corner of the first pixel, so its centre is (0.5, 0.5).
        Source: PS3.3 C.7.6.2.1-1.
        """
        if self.pixel_spacing_mm is None:
            return None
        between_rows, between_columns = self.pixel_spacing_mm
        across, down = (x - 0.5) * between_columns, (y - 0.5) * between_rows
        a, b, c, d, e, f = self.orientation
        left, back, up = self.position
        return (left + a * across + d * down, back + b * across + e * down,
                up + c * across + f * down)  # fmt: skip

    def pixel_of(self, point: Point) -> tuple[float, float, float] | None:
        """Give the image point nearest to a patient point, and how far it is along the normal, mm.

        The inverse of `point_at`; None without a spacing.
        """
        if self.pixel_spacing_mm is None or 0.0 in self.pixel_spacing_mm:
            return None
        between_rows, between_columns = self.pixel_spacing_mm
        away = _minus(point, self.position)
        row, column = self.orientation[:3], self.orientation[3:]
        x, y = _dot(away, row) / between_columns, _dot(away, column) / between_rows
        return (x + 0.5, y + 0.5, _dot(away, self.normal))

    def distance_to(self, point: Point) -> float:
        """Give how far a patient point lies along the normal, mm."""
        return _dot(_minus(point, self.position), self.normal)

    def is_parallel_to(self, other: "Plane", *, within_degrees: float = 2.0) -> bool:
        """Say whether two images have nearly the same normal, whichever way it points."""
        return abs(_dot(self.normal, other.normal)) >= math.cos(math.radians(within_degrees))

    def is_turned_like(self, other: "Plane", within_degrees: float) -> bool:
        """Say whether rows and columns of two images run the same way."""
        least = math.cos(math.radians(within_degrees))
        a, b = self.orientation, other.orientation
        return (
            a[0] * b[0] + a[1] * b[1] + a[2] * b[2] >= least
            and a[3] * b[3] + a[4] * b[4] + a[5] * b[5] >= least
        )

    @property
    def normal(self) -> Point:
        """Unit vector across the image: row direction cross column direction."""
        a, b, c, d, e, f = self.orientation
        across = (b * f - c * e, c * d - a * f, a * e - b * d)
        length = math.hypot(*across)
        return (across[0] / length, across[1] / length, across[2] / length) if length else across


def _minus(a: Point, b: Point) -> Point:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def _dot(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return math.fsum(one * other for one, other in zip(a, b, strict=True))

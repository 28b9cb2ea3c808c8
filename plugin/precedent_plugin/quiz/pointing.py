"""How far from the marked place a learner pointed, in millimetres where the picture has a scale."""

import math
from dataclasses import dataclass
from typing import Final

from precedent_plugin.cases import Case, Provenance, Roi

NEAR_MM: Final = 5.0
"""Beside the place that still counts as right: no hand is surer, and no outline."""
NEAR_PIXELS: Final = 3.0
"""The same for a picture without a scale."""


@dataclass(frozen=True, slots=True)
class Pointed:
    """Where a learner pointed, and how far beside the place that is."""

    x: float
    y: float
    pixels: float
    """0 inside."""
    millimetres: float | None
    """None where nothing says how large a pixel is."""

    @property
    def is_right(self) -> bool:
        """Whether it is in the place, or near enough."""
        if self.millimetres is None:
            return self.pixels <= NEAR_PIXELS
        return self.millimetres <= NEAR_MM

    @property
    def words(self) -> str:
        """Say how far it is: "in the place", "12.3 mm beside it"."""
        if not self.pixels:
            return "in the place"
        if self.millimetres is None:
            return f"{self.pixels:.0f} pixels beside it"
        return f"{self.millimetres:.1f} mm beside it"


def point_at(case: Case, x: float, y: float) -> Pointed:
    """Compare a point, in pixels of a case's first picture, with its place."""
    assert case.roi is not None
    return compare(case.roi, case.provenance, (x, y))


def compare(roi: Roi, where: Provenance, point: tuple[float, float]) -> Pointed:
    """Compare a point with a place, axis by axis: pixels need not be square."""
    across, down = roi.beside(*point)
    pixels = math.hypot(across, down)
    sizes = _pixel_mm(where)
    distance = None if sizes is None else math.hypot(across * sizes[1], down * sizes[0])
    return Pointed(*point, pixels, distance)


def _pixel_mm(where: Provenance) -> tuple[float, float] | None:
    """Give the distance between rows, then between columns."""
    if where.mpp is not None:
        return where.mpp / 1000, where.mpp / 1000
    return where.spacing_mm

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

    @property
    def normal(self) -> Point:
        """Unit vector across the image: row direction cross column direction."""
        a, b, c, d, e, f = self.orientation
        across = (b * f - c * e, c * d - a * f, a * e - b * d)
        length = math.hypot(*across)
        return (across[0] / length, across[1] / length, across[2] / length) if length else across

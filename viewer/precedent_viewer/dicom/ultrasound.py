"""Calibrated regions of ultrasound images. PS3.3 C.8.5.5."""

import math
from dataclasses import dataclass

from pydicom.dataset import Dataset

from precedent_viewer.dicom.values import integer, items, number

UNITS: dict[int, str] = {
    1: "%", 2: "dB", 3: "cm", 4: "s", 5: "Hz", 6: "dB/s", 7: "cm/s", 8: "cm²", 9: "cm²/s",
    10: "cm³", 11: "cm³/s", 12: "°",
}  # fmt: skip
"""Physical Units X and Y Direction (0018,6024) and (0018,6026); 0 is none."""


@dataclass(frozen=True, slots=True)
class UltrasoundRegion:
    """A rectangle of the image in which pixels mean physical units."""

    x0: int
    y0: int
    x1: int
    y1: int
    """First and last column and row that belong to it."""
    delta_x: float
    delta_y: float
    """Physical units a pixel; negative where they grow to the left or upwards."""
    unit_x: str
    unit_y: str
    """"" where the region has none."""
    is_low_priority: bool = False
    """Where regions overlap the one of high priority counts: Region Flags, bit 0."""

    @property
    def size(self) -> int:
        """Pixels in it."""
        return (self.x1 - self.x0 + 1) * (self.y1 - self.y0 + 1)

    def holds(self, x: float, y: float) -> bool:
        """Say whether an image point lies inside."""
        return self.x0 <= x <= self.x1 + 1 and self.y0 <= y <= self.y1 + 1


def ultrasound_regions(dataset: Dataset) -> tuple[UltrasoundRegion, ...]:
    """Read the regions; one whose numbers make no sense is left out."""
    found = (_region(one) for one in items(dataset, "SequenceOfUltrasoundRegions"))
    return tuple(region for region in found if region is not None)


def _region(one: Dataset) -> UltrasoundRegion | None:
    corners = [
        integer(one, f"RegionLocation{name}") for name in ("MinX0", "MinY0", "MaxX1", "MaxY1")
    ]
    x0, y0, x1, y1 = corners
    if x0 is None or y0 is None or x1 is None or y1 is None or x1 < x0 or y1 < y0:
        return None
    is_low = bool((integer(one, "RegionFlags") or 0) & 1)
    across, down = number(one, "PhysicalDeltaX"), number(one, "PhysicalDeltaY")
    is_usable = all(part is not None and math.isfinite(part) and part for part in (across, down))
    if not is_usable or across is None or down is None:
        return UltrasoundRegion(x0, y0, x1, y1, 1.0, 1.0, "", "", is_low_priority=is_low)
    units = (integer(one, f"PhysicalUnits{axis}Direction") or 0 for axis in "XY")
    unit_x, unit_y = (UNITS.get(unit, "") for unit in units)
    return UltrasoundRegion(x0, y0, x1, y1, across, down, unit_x, unit_y, is_low_priority=is_low)

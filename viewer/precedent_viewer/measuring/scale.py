"""From pixels to millimetres, or to whatever an ultrasound's region is calibrated in. No Qt.

A length is physical only where the file says how far pixels lie apart in the patient. What was
calibrated at the detector is said to be so, because lengths in the patient are smaller.
"""

import math
from dataclasses import dataclass

from precedent_viewer.dicom.ultrasound import UltrasoundRegion
from precedent_viewer.measuring.annotations import PointPx
from precedent_viewer.model.study import Frame

PIXELS = "px"


@dataclass(frozen=True, slots=True)
class Scale:
    """How far neighbouring pixels lie apart."""

    across: float
    """From column to column."""
    down: float
    """From row to row."""
    unit: str
    """`mm` or `px` where both directions have it; an ultrasound's trace may have two."""
    unit_down: str = ""
    """Of the rows where it differs: "" is the same."""
    remark: str = ""
    """What must be said beside a number."""

    @property
    def is_uniform(self) -> bool:
        """Whether lengths in any direction, angles and areas mean something."""
        return not self.unit_down or self.unit_down == self.unit

    def vector(self, a: PointPx, b: PointPx) -> tuple[float, float]:
        """Give the way from one point to another in units, across and down."""
        return ((b[0] - a[0]) * self.across, (b[1] - a[1]) * self.down)

    def length(self, a: PointPx, b: PointPx) -> float:
        """Give the distance of two points in units."""
        return math.hypot(*self.vector(a, b))


def scale_of(frame: Frame, regions: tuple[UltrasoundRegion, ...], *at: PointPx) -> Scale:
    """Give the scale that holds at all of some points of an image.

    Source: PS3.3 10.7.1.3 (spacing), C.8.5.5 (ultrasound regions).
    """
    if regions:
        inside = [one for one in regions if all(one.holds(*point) for point in at)]
        if not inside:
            return Scale(1, 1, PIXELS, remark="outside a calibrated region")
        return _of_region(min(inside, key=lambda one: (one.is_low_priority, one.size)))
    plane, instance = frame.plane, frame.instance
    spacing = (plane.pixel_spacing_mm if plane is not None else None) or instance.pixel_spacing_mm
    if spacing is None:
        return Scale(1, instance.aspect, PIXELS, remark="no spacing in the file")
    remark = "calibration not told" if instance.is_calibration_unknown else ""
    if instance.is_spacing_at_detector:
        remark = "at the detector"
    return Scale(spacing[1], spacing[0], "mm", remark=remark)


def _of_region(region: UltrasoundRegion) -> Scale:
    across, down = abs(region.delta_x), abs(region.delta_y)
    unit, unit_down = region.unit_x, region.unit_y
    if (unit, unit_down) == ("cm", "cm"):
        return Scale(across * 10, down * 10, "mm")
    if not unit or not unit_down:
        return Scale(1, 1, PIXELS, remark="a region without calibration")
    return Scale(across, down, unit, unit_down if unit_down != unit else "")

"""The value of a single pixel, in modality units. No Qt."""

import math

from precedent_viewer.dicom.frames import FramePixels, modality_in_double

UNKNOWN_UNITS = frozenset({"US"})
"""Rescale Type "unspecified": no unit to show."""
UNIT_NAMES = {"BQML": "Bq/ml"}


def value_at(pixels: FramePixels, column: int, row: int) -> tuple[float, ...]:
    """Give the modality value at a pixel, or the stored value or values for colour.

    Empty outside the image, and while values between known ones are made up.
    """
    is_inside = 0 <= row < pixels.rows and 0 <= column < pixels.columns
    if not is_inside or pixels.reduced_by > 1:
        return ()
    if pixels.outside is not None and pixels.outside[row, column]:
        return ()
    one = pixels.stored[row : row + 1, column : column + 1]
    if pixels.is_colour:
        return tuple(float(part) for part in one.ravel())
    return (float(modality_in_double(pixels, one)[0, 0]),)


def quantity_at(pixels: FramePixels, column: int, row: int) -> float | None:
    """Give the real world value at a pixel; None where the file maps none."""
    is_inside = 0 <= row < pixels.rows and 0 <= column < pixels.columns
    if pixels.real_world is None or not is_inside or pixels.reduced_by > 1:
        return None
    one = pixels.stored[row : row + 1, column : column + 1]
    quantity = float(pixels.real_world.apply(one)[0, 0])
    return quantity if math.isfinite(quantity) else None


def unit_text(pixels: FramePixels) -> str:
    """Give the unit as it is written after a value, "" when it is not known."""
    units = pixels.units
    return "" if units in UNKNOWN_UNITS else UNIT_NAMES.get(units, units)

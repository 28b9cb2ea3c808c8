"""The value of a single pixel, in modality units. No Qt."""

from dataclasses import replace

from precedent_viewer.dicom.frames import FramePixels, modality_values

UNKNOWN_UNITS = frozenset({"US"})
"""Rescale Type "unspecified": no unit to show."""
UNIT_NAMES = {"BQML": "Bq/ml"}


def value_at(pixels: FramePixels, column: int, row: int) -> tuple[float, ...]:
    """Give the modality value at a pixel, or the stored value or values for colour.

    Empty outside the image.
    """
    if not (0 <= row < pixels.rows and 0 <= column < pixels.columns):
        return ()
    one = pixels.stored[row : row + 1, column : column + 1]
    if pixels.is_colour:
        return tuple(float(part) for part in one.ravel())
    return (float(modality_values(replace(pixels, stored=one))[0, 0]),)


def unit_text(pixels: FramePixels) -> str:
    """Give the unit as it is written after a value, "" when it is not known."""
    units = pixels.units
    return "" if units in UNKNOWN_UNITS else UNIT_NAMES.get(units, units)

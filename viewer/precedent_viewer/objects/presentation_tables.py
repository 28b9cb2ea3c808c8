"""Join VOI and Presentation LUT to one table. PS3.3 C.11.6 and PS3.4 N.2."""

import numpy as np

from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.dicom.lut import LookupTable, Rescale, apply_voi_table, apply_window
from precedent_viewer.model.voi import Window

LARGEST_TABLE = 1 << 16
BITS = 16


def full_range(pixels: FramePixels) -> Window:
    """Give the window over all modality values that the file's type can hold.

    What a presentation state without a VOI LUT asks for: no values are cut off.
    """
    lut = pixels.modality_lut
    if not isinstance(lut, Rescale):
        return Window((2**lut.bits - 1) / 2, 2**lut.bits - 1, "LINEAR_EXACT")
    if pixels.stored.dtype.kind == "f":
        least, most = float(np.nanmin(pixels.stored)), float(np.nanmax(pixels.stored))
    elif pixels.is_signed:
        least, most = -(2.0 ** (pixels.bits_stored - 1)), 2.0 ** (pixels.bits_stored - 1) - 1
    else:
        least, most = 0.0, 2.0**pixels.bits_stored - 1
    ends = sorted((least * lut.slope + lut.intercept, most * lut.slope + lut.intercept))
    return Window((ends[0] + ends[1]) / 2, max(ends[1] - ends[0], 1e-6), "LINEAR_EXACT")


def with_presentation_lut(voi: LookupTable | Window | None, table: LookupTable) -> LookupTable:
    """Give the VOI LUT that does what the VOI and then the Presentation LUT do.

    A window becomes a table over its whole values, at most 65,536 of them.
    """
    if isinstance(voi, LookupTable):
        every = np.arange(voi.first, voi.first + voi.values.size)
        return _joined(voi.first, apply_voi_table(every, voi), table)
    assert voi is not None
    # A sigmoid has no ends; beyond twice its width nothing moves any more by one of 16 bits.
    reach = 3.0 * voi.width if voi.function == "SIGMOID" else voi.width / 2 + 1
    first = int(np.floor(voi.center - reach))
    count = min(int(np.ceil(2 * reach)) + 1, LARGEST_TABLE)
    every = np.arange(first, first + count)
    return _joined(first, apply_window(every.astype(np.float64), voi), table)


def _joined(first: int, shares: "np.ndarray[tuple[int], np.dtype[np.float32]]",
            table: LookupTable) -> LookupTable:  # fmt: skip
    """Look shares of the VOI's output range up in the Presentation LUT's own range."""
    last = table.values.size - 1
    levels = table.values[np.rint(shares.astype(np.float64) * last).astype(np.intp)]
    scaled = np.rint(levels.astype(np.float64) * (2**BITS - 1) / (2**table.bits - 1))
    return LookupTable(first, scaled.astype(np.uint16), BITS, table.explanation)

"""Numbers of the pixels in a figure, from stored values through the whole chain. No Qt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.measuring.masks import Mask
from precedent_viewer.measuring.quantity import Quantity

BINS = 64


@dataclass(frozen=True, slots=True, eq=False)
class RegionStatistics:
    """What the pixels of a figure say. Padding and values that are no numbers are left out."""

    count: int
    left_out: int
    """Pixels of the figure that are padding or no number."""
    mean: float
    deviation: float
    """Standard deviation of these pixels as a whole (divided by their number)."""
    minimum: float
    maximum: float
    median: float
    total: float
    histogram: NDArray[np.int64]
    """Counts in `BINS` equal parts from minimum to maximum."""


def region_statistics(
    pixels: FramePixels, mask: Mask, quantity: Quantity
) -> RegionStatistics | None:
    """Give the numbers of a figure's pixels, None when it holds none that count.

    quantity: in what they are told.
    """
    rows, columns = mask.inside.shape
    box = pixels.stored[mask.top : mask.top + rows, mask.left : mask.left + columns]
    stored = box[mask.inside]
    values = quantity.of(stored)
    is_counted = np.isfinite(values)
    if pixels.padding is not None:
        low, high = pixels.padding
        is_counted &= ~((stored >= low) & (stored <= high))
    if pixels.outside is not None:
        around = pixels.outside[mask.top : mask.top + rows, mask.left : mask.left + columns]
        is_counted &= ~around[mask.inside]
    counted = values[is_counted]
    if counted.size == 0:
        return None
    low, high = float(counted.min()), float(counted.max())
    histogram, _ = np.histogram(counted, BINS, (low, high if high > low else low + 1))
    return RegionStatistics(
        count=int(counted.size),
        left_out=int(values.size - counted.size),
        mean=float(counted.mean()),
        deviation=float(counted.std()),
        minimum=low,
        maximum=high,
        median=float(np.median(counted)),
        total=float(counted.sum()),
        histogram=histogram.astype(np.int64),
    )

"""Lookup tables and VOI functions on arrays. PS3.3 C.11.1 and C.11.2. No datasets."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.model.voi import Window

FloatImage = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rescale:
    """Modality value = stored value * slope + intercept. PS3.3 C.11.1.1.2."""

    slope: float = 1.0
    intercept: float = 0.0


IDENTITY = Rescale()


@dataclass(frozen=True, slots=True, eq=False)
class LookupTable:
    """A table from values to values. PS3.3 C.11.1.1.1."""

    first: int
    """The input value of the first entry; values below take it, values above the last one's."""
    values: NDArray[np.uint16]
    bits: int
    """Bits of an entry: the output range is 0 to 2 ** bits - 1."""
    explanation: str = ""


def apply_table(values: NDArray[Any], table: LookupTable) -> NDArray[np.uint16]:
    """Look values up; fractions are rounded to the nearest entry first."""
    if values.dtype.kind == "f":
        values = np.rint(np.nan_to_num(values, nan=float(table.first)))
    last = table.values.size - 1
    index = np.clip(values.astype(np.float64) - table.first, 0, last)
    return table.values[index.astype(np.intp)]


def apply_modality(stored: NDArray[Any], lut: Rescale | LookupTable) -> FloatImage:
    """Map stored values to modality values.

    The arithmetic is in double precision and rounded to float32 once, at the end.
    """
    if isinstance(lut, LookupTable):
        return apply_table(stored, lut).astype(np.float32)
    if lut == IDENTITY:
        return stored.astype(np.float32)
    return (stored * np.float64(lut.slope) + np.float64(lut.intercept)).astype(np.float32)


def apply_window(values: NDArray[Any], window: Window) -> FloatImage:
    """Map modality values to 0..1 with the window's VOI function.

    Source: PS3.3 C.11.2.1.2.1 (LINEAR), C.11.2.1.3.1 (SIGMOID), C.11.2.1.3.2 (LINEAR_EXACT).
    """
    x = values.astype(np.float64)
    c, w = window.center, window.width
    if window.function == "SIGMOID":
        with np.errstate(over="ignore"):
            y = 1.0 / (1.0 + np.exp(-4.0 * (x - c) / w))
    elif window.function == "LINEAR_EXACT":
        y = np.clip((x - c) / w + 0.5, 0.0, 1.0)
    elif w == 1.0:
        y = (x > c - 0.5).astype(np.float64)
    else:
        y = np.clip((x - (c - 0.5)) / (w - 1.0) + 0.5, 0.0, 1.0)
    return y.astype(np.float32)


def apply_voi_table(values: NDArray[Any], table: LookupTable) -> FloatImage:
    """Map modality values to 0..1 with a VOI LUT. PS3.3 C.11.2.1.1."""
    return (apply_table(values, table) / np.float32(2**table.bits - 1)).astype(np.float32)

"""One decoded frame with all that the display pipeline needs, and nothing of the library's.

The pipeline: stored values, Modality LUT, VOI LUT (window), inversion, 8 bits. Colour skips the
first three.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.lut import IDENTITY, FloatImage, LookupTable, Rescale, apply_modality
from precedent_viewer.errors import UnsupportedError
from precedent_viewer.model.study import Frame
from precedent_viewer.model.voi import Window

Photometric = Literal["MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB"]
"""YBR of every kind has been converted to RGB."""
StoredImage = NDArray[Any]
"""Any integer or float type, as the file says."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Palette Color Lookup Table, reduced to 8 bits. PS3.3 C.7.6.3.1.5."""

    first: int
    """The stored value of the first entry; values outside take the nearest entry."""
    colours: NDArray[np.uint8]
    """(entries, 3)."""


@dataclass(frozen=True, slots=True, eq=False)
class FramePixels:
    """One frame. Compared by identity; treat its arrays as read-only."""

    stored: StoredImage
    """(rows, columns) grey or palette indices, or (rows, columns, 3) RGB, uint8 or uint16."""
    photometric: Photometric
    modality_lut: Rescale | LookupTable = IDENTITY
    windows: tuple[Window, ...] = ()
    """Those of the file, in its order."""
    voi_luts: tuple[LookupTable, ...] = ()
    """VOI LUT Sequence; the first is used when the file has no window."""
    bits_stored: int = 8
    is_signed: bool = False
    padding: tuple[float, float] | None = None
    """Stored values from .. to that are no picture: painted black, left out of statistics."""
    palette: Palette | None = None
    units: str = ""
    """Of the modality values: "HU", "Gy", "BQML", "SUV", "US" (unspecified)..., "" when unknown."""
    notes: tuple[str, ...] = ()
    """What the picture lacks against the file, to be shown on it: "3 rows missing: shown black"."""

    @property
    def rows(self) -> int:
        """Height in pixels."""
        return int(self.stored.shape[0])

    @property
    def columns(self) -> int:
        """Width in pixels."""
        return int(self.stored.shape[1])

    @property
    def is_colour(self) -> bool:
        """Whether windows do not apply: RGB or palette."""
        return self.stored.ndim == 3 or self.palette is not None


def read_frame(frame: Frame) -> FramePixels:
    """Decode one frame.

    Raises FileError, UnsupportedError or DecodeError, each with one sentence.
    """
    raise NotImplementedError


def modality_values(pixels: FramePixels) -> FloatImage:
    """Give modality values (HU for CT): (rows, columns) float32.

    Raises UnsupportedError for colour, which has none.
    """
    if pixels.is_colour:
        raise UnsupportedError(
            "A colour picture has no modality values.", "Use the stored or the displayed pixels."
        )
    return apply_modality(pixels.stored, pixels.modality_lut)


def with_notes(pixels: FramePixels, notes: tuple[str, ...]) -> FramePixels:
    """Give the same frame with more notes."""
    return replace(pixels, notes=pixels.notes + notes) if notes else pixels

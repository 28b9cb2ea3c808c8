"""The Image Pixel module of a file, checked: how many values of which kind make a frame.

Source: PS3.3 C.7.6.3.
"""

from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset

from precedent_viewer.dicom.opened import OpenedDicom, PixelElement, PixelKind
from precedent_viewer.dicom.values import integer, text
from precedent_viewer.errors import DecodeError, UnsupportedError

FRAMES_BELIEVED = 10_000
"""So many frames cost nothing, even when they are not in the file."""
CUT_SHARE = 10
"""A file with less than a tenth of its frames is taken for a false number, not for a cut file."""
ITEM_HEAD_BYTES = 8
"""A compressed frame has at least an item's tag and length. PS3.5 A.4."""
LARGEST_SIDE = 65535
"""Rows and Columns are 16-bit attributes."""
COLOUR = {"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_ICT", "YBR_RCT"}
HALF_CHROMA = {"YBR_FULL_422", "YBR_PARTIAL_422"}
"""One pair of chroma values for two pixels of a row."""
GREY = {"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"}


@dataclass(frozen=True, slots=True)
class ImagePixel:
    """What a frame is made of."""

    rows: int
    columns: int
    samples_per_pixel: int
    photometric: str
    """Photometric Interpretation as the file says."""
    bits_allocated: int
    bits_stored: int
    is_signed: bool
    planar_configuration: int
    number_of_frames: int
    kind: PixelKind = "integer"
    high_bit: int | None = None
    """The highest bit of a value; None for Bits Stored less one, as the standard wants it."""

    @property
    def lowest_bit(self) -> int:
        """The bit in which values begin: above 0 in old files alone."""
        return 0 if self.high_bit is None else self.high_bit + 1 - self.bits_stored

    @property
    def values_per_frame(self) -> int:
        """Samples in a frame, chroma at full resolution."""
        return self.rows * self.columns * self.samples_per_pixel

    @property
    def bits_per_frame(self) -> int:
        """Bits of a frame in native form; 4:2:2 chroma counts half."""
        bits = self.values_per_frame * self.bits_allocated
        return bits // 3 * 2 if self.photometric in HALF_CHROMA else bits

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The type of one value in memory, little endian."""
        if self.kind != "integer":
            return np.dtype("<f4" if self.kind == "float" else "<f8")
        size = 1 if self.bits_allocated <= 8 else 2 if self.bits_allocated <= 16 else 4
        return np.dtype(f"<{'i' if self.is_signed else 'u'}{size}")


def read_image_pixel(opened: OpenedDicom) -> ImagePixel:
    """Read and check the module. Raises DecodeError or UnsupportedError."""
    dataset, name = opened.dataset, opened.path.name
    element = opened.pixels
    if element is None:
        raise DecodeError(f"{name}: it has no pixel data.")
    rows, columns = _side(dataset, "Rows", name), _side(dataset, "Columns", name)
    samples = integer(dataset, "SamplesPerPixel") or 1
    photometric = text(dataset, "PhotometricInterpretation").upper()
    if not photometric:
        photometric = "RGB" if samples == 3 else "MONOCHROME2"
    _check_photometric(photometric, samples, name)
    allocated, stored = _bits(dataset, element.kind, name)
    pixel = ImagePixel(
        rows=rows,
        columns=columns,
        samples_per_pixel=samples,
        photometric=photometric,
        bits_allocated=allocated,
        bits_stored=stored,
        is_signed=integer(dataset, "PixelRepresentation") == 1,
        planar_configuration=integer(dataset, "PlanarConfiguration") or 0,
        number_of_frames=max(integer(dataset, "NumberOfFrames") or 1, 1),
        kind=element.kind,
        high_bit=_high_bit(dataset, element.kind, allocated, stored),
    )
    _check_number_of_frames(pixel, element, name)
    return pixel


def _check_number_of_frames(pixel: ImagePixel, element: PixelElement, name: str) -> None:
    """Refuse a number that the file cannot hold even a small part of: each frame takes memory.

    A file that was cut off keeps all its frames; those that are missing say so.
    """
    least_bits = 8 * ITEM_HEAD_BYTES if element.length is None else pixel.bits_per_frame
    possible = max(8 * element.available // least_bits, 1)
    if pixel.number_of_frames > max(FRAMES_BELIEVED, CUT_SHARE * possible):
        raise DecodeError(
            f"{name}: it claims {pixel.number_of_frames:,} frames, but holds {possible:,} at most."
        )


def _side(dataset: Dataset, keyword: str, name: str) -> int:
    side = integer(dataset, keyword)
    if side is None or not 0 < side <= LARGEST_SIDE:
        said = "is missing" if side is None else f"is {side}"
        raise DecodeError(f"{name}: {keyword} {said}; an image needs 1 to {LARGEST_SIDE}.")
    return side


def _bits(dataset: Dataset, kind: PixelKind, name: str) -> tuple[int, int]:
    if kind != "integer":
        return (32, 32) if kind == "float" else (64, 64)
    allocated = integer(dataset, "BitsAllocated")
    if allocated not in (1, 8, 12, 16, 24, 32):
        said = "is missing" if allocated is None else f"is {allocated}"
        raise DecodeError(f"{name}: Bits Allocated {said}; it must be 1, 8, 12, 16 or 32.")
    if allocated == 24:
        raise UnsupportedError(f"{name}: Bits Allocated is 24, a retired form that is not shown.")
    stored = integer(dataset, "BitsStored") or allocated
    if not 0 < stored <= allocated:
        raise DecodeError(f"{name}: Bits Stored is {stored}, but Bits Allocated only {allocated}.")
    return allocated, stored


def _high_bit(dataset: Dataset, kind: PixelKind, allocated: int, stored: int) -> int | None:
    """Read High Bit where values do not begin in the lowest bit; what cannot be is left out."""
    said = integer(dataset, "HighBit")
    if kind != "integer" or said is None or not stored <= said < allocated:
        return None
    return said


def _check_photometric(photometric: str, samples: int, name: str) -> None:
    wanted = 3 if photometric in COLOUR else 1 if photometric in GREY else None
    if wanted is None:
        raise UnsupportedError(
            f"{name}: Photometric Interpretation {photometric} is not shown by this version."
        )
    if samples != wanted:
        raise DecodeError(
            f"{name}: Samples per Pixel is {samples}, but {photometric} has {wanted}."
        )

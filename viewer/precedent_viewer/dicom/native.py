"""Frames that are stored uncompressed: where they lie, and how bytes become values. PS3.5 8."""

from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.image_pixel import HALF_CHROMA, ImagePixel
from precedent_viewer.dicom.opened import PixelElement
from precedent_viewer.errors import DecodeError

MAY_BE_PADDED = 64 << 20
"""A frame of up to this many bytes is shown even when most of it is missing; a larger one only
when at least half of it is there, so that a false size in the header allocates no memory."""


@dataclass(frozen=True, slots=True)
class NativePlace:
    """Where the frames of a file lie, one after the other."""

    element: PixelElement
    pixel: ImagePixel
    is_little_endian: bool = True

    @property
    def swaps_bytes(self) -> bool:
        """Whether two values of 8 bits share a big endian word, and so come the wrong way round."""
        is_word = self.element.vr in ("OW", "")
        return not self.is_little_endian and self.pixel.bits_allocated == 8 and is_word

    def byte_range(self, index: int) -> tuple[int, int]:
        """Give the first byte of a frame and the one after its last, from the first of the data."""
        start_bit = index * self.pixel.bits_per_frame
        return start_bit // 8, -(-(start_bit + self.pixel.bits_per_frame) // 8)


def read_native(
    stream: BinaryIO, place: NativePlace, index: int, name: str
) -> tuple[bytes, int, int]:
    """Read a frame's bytes, zeros for what is missing.

    Gives the bytes, the bits before the first value (frames of single bits are not aligned), and
    how many bytes are missing. Raises DecodeError when nothing of the frame is there.
    """
    element, pixel = place.element, place.pixel
    first, last = place.byte_range(index)
    known = element.available if element.length is None else element.length
    end = min(element.available, known)
    wanted, there = last - first, max(min(end, last) - first, 0)
    if there == 0:
        raise DecodeError(
            f"{name}: there is no pixel data for frame {index + 1} of {pixel.number_of_frames}."
        )
    if wanted > MAY_BE_PADDED and there < wanted // 2:
        raise DecodeError(
            f"{name}: the header claims {wanted:,} bytes for this frame, but the file holds "
            f"{there:,}."
        )
    data = _read(stream, element.offset, first, first + there, swaps_bytes=place.swaps_bytes)
    missing = wanted - len(data)
    return data + bytes(missing), index * pixel.bits_per_frame % 8, missing


def _read(stream: BinaryIO, offset: int, first: int, end: int, *, swaps_bytes: bool) -> bytes:
    """Read bytes of the pixel data; words are read whole when their bytes are exchanged."""
    start, stop = (first - first % 2, end + end % 2) if swaps_bytes else (first, end)
    stream.seek(offset + start)
    data = stream.read(stop - start)
    if swaps_bytes:
        even = np.frombuffer(data[: len(data) // 2 * 2], np.uint8)
        data = even.reshape(-1, 2)[:, ::-1].tobytes()
    return data[first - start : end - start]


def native_values(
    data: bytes, start_bit: int, pixel: ImagePixel, *, is_little_endian: bool = True
) -> NDArray[Any]:
    """Turn a frame's bytes into values: (rows, columns) or (rows, columns, 3), little endian."""
    if pixel.bits_allocated in (1, 12):
        flat = _packed(data, start_bit, pixel)
    else:
        stored_as = pixel.dtype.newbyteorder("<" if is_little_endian else ">")
        flat = np.frombuffer(data, stored_as).astype(pixel.dtype, copy=False)
    if pixel.photometric in HALF_CHROMA:
        return _full_chroma(flat, pixel)
    return shaped(flat[: pixel.values_per_frame], pixel)


def shaped(flat: NDArray[Any], pixel: ImagePixel) -> NDArray[Any]:
    """Give a frame its form, samples last."""
    if pixel.samples_per_pixel == 1:
        return flat.reshape(pixel.rows, pixel.columns)
    if pixel.planar_configuration == 1:
        planes = flat.reshape(pixel.samples_per_pixel, pixel.rows, pixel.columns)
        return np.ascontiguousarray(planes.transpose(1, 2, 0))
    return flat.reshape(pixel.rows, pixel.columns, pixel.samples_per_pixel)


def without_unused_bits(values: NDArray[Any], pixel: ImagePixel) -> NDArray[Any]:
    """Clear or sign-fill the bits above Bits Stored, which may hold anything. PS3.5 8.1.1."""
    unused = 8 * values.dtype.itemsize - pixel.bits_stored
    if values.dtype.kind == "f" or unused <= 0:
        return values
    above = unused - pixel.lowest_bit
    shifted: NDArray[Any] = (values << above) >> unused
    return shifted


def _packed(data: bytes, start_bit: int, pixel: ImagePixel) -> NDArray[Any]:
    """Unpack values of 1 or 12 bits, the least significant bit first."""
    count = pixel.values_per_frame
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    if pixel.bits_allocated == 1:
        return bits[start_bit : start_bit + count]
    grouped = bits[start_bit : start_bit + 12 * count].reshape(count, 12).astype(np.uint16)
    values: NDArray[Any] = (grouped << np.arange(12, dtype=np.uint16)).sum(axis=1)
    return values.astype(pixel.dtype)


def _full_chroma(flat: NDArray[Any], pixel: ImagePixel) -> NDArray[Any]:
    """Repeat the chroma of Y1 Y2 Cb Cr for both pixels. PS3.3 C.7.6.3.1.2."""
    pairs = pixel.rows * pixel.columns // 2
    four = flat[: pairs * 4].reshape(pairs, 4)
    full: NDArray[Any] = four[:, (0, 2, 3, 1, 2, 3)]
    return full.reshape(pixel.rows, pixel.columns, 3)

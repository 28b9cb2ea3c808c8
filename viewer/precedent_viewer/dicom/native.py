"""Frames that are stored uncompressed: where they lie, and how bytes become values. PS3.5 8."""

from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.image_pixel import ImagePixel
from precedent_viewer.dicom.opened import PixelElement
from precedent_viewer.errors import DecodeError

MAY_BE_PADDED = 64 << 20
"""A frame of up to this many bytes is shown even when most of it is missing; a larger one only
when at least half of it is there, so that a false size in the header allocates no memory."""


def read_native(
    stream: BinaryIO, element: PixelElement, pixel: ImagePixel, index: int, name: str
) -> tuple[bytes, int, int]:
    """Read a frame's bytes, zeros for what is missing.

    Gives the bytes, the bits before the first value (frames of single bits are not aligned), and
    how many bytes are missing. Raises DecodeError when nothing of the frame is there.
    """
    start_bit = index * pixel.bits_per_frame
    first, last = start_bit // 8, -(-(start_bit + pixel.bits_per_frame) // 8)
    end = min(element.available, last if element.length is None else max(element.length, 0))
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
    stream.seek(element.offset + first)
    data = stream.read(there)
    missing = wanted - len(data)
    return data + bytes(missing), start_bit % 8, missing


def native_values(
    data: bytes, start_bit: int, pixel: ImagePixel, *, is_little_endian: bool = True, vr: str = "OW"
) -> NDArray[Any]:
    """Turn a frame's bytes into values: (rows, columns) or (rows, columns, 3), little endian."""
    if pixel.bits_allocated in (1, 12):
        flat = _packed(data, start_bit, pixel)
    else:
        flat = np.frombuffer(data, pixel.dtype.newbyteorder("<" if is_little_endian else ">"))
        if not is_little_endian and pixel.bits_allocated == 8 and vr == "OW":
            flat = _swapped(flat)
        flat = flat.astype(pixel.dtype, copy=False)
    if pixel.photometric == "YBR_FULL_422":
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
    shifted: NDArray[Any] = (values << unused) >> unused
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


def _swapped(flat: NDArray[Any]) -> NDArray[Any]:
    """Exchange the bytes of each big endian word of two 8-bit values."""
    even = flat[: flat.size // 2 * 2]
    return np.concatenate([even.reshape(-1, 2)[:, ::-1].ravel(), flat[even.size :]])


def _full_chroma(flat: NDArray[Any], pixel: ImagePixel) -> NDArray[Any]:
    """Repeat the chroma of Y1 Y2 Cb Cr for both pixels. PS3.3 C.7.6.3.1.2."""
    pairs = pixel.rows * pixel.columns // 2
    four = flat[: pairs * 4].reshape(pairs, 4)
    full: NDArray[Any] = four[:, (0, 2, 3, 1, 2, 3)]
    return full.reshape(pixel.rows, pixel.columns, 3)

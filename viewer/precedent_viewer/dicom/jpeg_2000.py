"""JPEG 2000 and HTJ2K codestreams: whole, or at a fraction of their resolution. PS3.5 A.4.4.

The codec of imagecodecs works without the interpreter's lock, so that the window goes on while a
frame is being decoded; the one of pylibjpeg holds it throughout, 30 ms for a CT slice.
"""

import io
import struct
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from openjpeg.utils import decode as decode_with_lock
from PIL import Image

CODESTREAM = b"\xff\x4f\xff\x51"
"""SOC and SIZ markers: a bare codestream, as DICOM wants it, and no JP2 file around it."""
HIGH_THROUGHPUT = 0x4000
"""Rsiz bit of part 15. ISO/IEC 15444-15 A.2."""
DEPTH_AT = 42
"""Byte of Ssiz of the first component: bits less one, and the sign on top. A.5.1."""
COD = b"\xff\x52"
"""Begins the coding style: levels of decomposition, wavelet. A.6.1."""
LAST_COD = 4096
"""Main headers are short; a later match lies in the data."""
SEVERAL_THREADS_FROM = 1 << 20
"""Pixels; smaller frames are decoded side by side instead."""
THREADS = 2


def decoded(data: bytes) -> NDArray[Any]:
    """Give the values of a codestream: (rows, columns) or (rows, columns, samples).

    Raises RuntimeError or ValueError on broken data.
    """
    if data[:4] != CODESTREAM or len(data) < 24:
        return np.asarray(decode_with_lock(data))
    capabilities, width, height = struct.unpack(">HLL", data[6:16])
    if capabilities & HIGH_THROUGHPUT and _is_reversible(data):
        return np.asarray(imagecodecs.htj2k_decode(data))
    threads = THREADS if width * height >= SEVERAL_THREADS_FROM else 1
    return np.asarray(imagecodecs.jpeg2k_decode(data, numthreads=threads))


def _is_reversible(data: bytes) -> bool:
    """Say whether the codestream uses the 5-3 wavelet.

    OpenJPH as of imagecodecs 2026.3.6 lets values of the other one run over the end of their type;
    OpenJPEG, three times slower, stops them there.
    """
    at = data.find(COD, 0, LAST_COD)
    return at > 0 and data[at + 13 : at + 14] == b"\x01"


def halvings_in(data: bytes) -> int:
    """Give how often the codestream can be halved: its decomposition levels, 0 when not known."""
    at = data.find(COD, 0, LAST_COD)
    if data[:4] != CODESTREAM or at < 0 or len(data) < at + 10:
        return 0
    return min(int(data[at + 9]), 32)


def can_be_halved(side: int, halvings: int) -> bool:
    """Say whether Pillow finds the size of a side that was halved so often.

    It rounds (as of Pillow 12) where ISO/IEC 15444-1 B.5 takes the next larger whole number.
    """
    power = 1 << halvings
    return (side + power // 2) // power == -(-side // power)


def decoded_at(data: bytes, halvings: int) -> NDArray[Any]:
    """Give a grey codestream's values with its sides halved so often, in its own units.

    Raises OSError or ValueError when it cannot be done.
    """
    depth = data[DEPTH_AT]
    bits, is_signed = (depth & 0x7F) + 1, bool(depth & 0x80)
    with Image.open(io.BytesIO(data), formats=("JPEG2000",)) as image:
        image.reduce = halvings  # type: ignore[assignment,method-assign]  # its stub has the method
        image.load()
        values = np.asarray(image)
    if values.ndim != 2 or bits > 16:
        raise ValueError("only grey of up to 16 bits is decoded at a fraction")
    whole = values.astype(np.int32)
    if values.dtype == np.uint16:
        # Pillow moves the bits to the top of 16, and negative values above zero.
        whole >>= 16 - bits
    return whole - (1 << (bits - 1)) if is_signed else whole


def enlarged(values: NDArray[Any], rows: int, columns: int, halvings: int) -> NDArray[Any]:
    """Give values their full size again, straight lines between the ones that are known.

    The low-pass values of a wavelet lie on its even samples, so nothing shifts.
    """
    for _ in range(halvings):
        values = _doubled(_doubled(values).T).T
    return values[:rows, :columns]


def _doubled(values: NDArray[Any]) -> NDArray[Any]:
    made = np.empty((2 * values.shape[0], values.shape[1]), values.dtype)
    made[0::2] = values
    made[1:-1:2] = (values[:-1] + values[1:]) // 2
    made[-1] = values[-1]
    return made

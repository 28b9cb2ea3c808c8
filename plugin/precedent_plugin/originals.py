"""Originals: the modality values of a case's region, so that it can be shown in another window.

A file is a NumPy array in NumPy's own format, gzipped: whole numbers as 16 bit where they fit, all
else as 32-bit floating point, so that nothing is lost. Reading runs no code and inflates no more
than a picture may have.
"""

import gzip
import io
import math
import zlib
from typing import Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from precedent_plugin.errors import PictureError
from precedent_plugin.host import ViewSnapshot
from precedent_plugin.pictures import MAX_PIXELS

Values = NDArray[np.float32]
"""(rows, columns): modality values of a region, turned as the picture is (HU for CT)."""

SUFFIX: Final = ".npy.gz"
LEVEL: Final = 6
GZIP: Final = 31
"""zlib's word for a gzip header with the largest window."""
HEADER_BYTES: Final = 128
VERSION: Final = (1, 0)
MAX_BYTES: Final = HEADER_BYTES + 4 * MAX_PIXELS
TYPES: Final = (np.dtype("<i2"), np.dtype("<f4"))


def pack(values: Values) -> bytes:
    """Give the file of an original; the same values always give the same bytes.

    Raises PictureError unless they are (rows, columns) of finite numbers.
    """
    if values.ndim != 2 or values.size == 0 or values.size > MAX_PIXELS:
        raise PictureError(
            f"The viewer gave modality values of shape {values.shape}; an area of up to "
            f"{MAX_PIXELS:,} pixels is needed.",
            "Draw a smaller region.",
        )
    if not np.isfinite(values).all():
        raise PictureError(
            "The viewer gave modality values that are not numbers.",
            "Report it with the file's modality.",
        )
    whole = values.astype("<i2") if _fits(values) else values.astype("<f4")
    target = io.BytesIO()
    npy.write_array(target, np.ascontiguousarray(whole), version=VERSION, allow_pickle=False)
    return gzip.compress(target.getvalue(), LEVEL, mtime=0)


def unpack(data: bytes) -> Values:
    """Give the values of an original. Raises PictureError when the file is not one."""
    try:
        inflate = zlib.decompressobj(GZIP)
        content = inflate.decompress(data, MAX_BYTES + 1)
        whole = inflate.eof and not inflate.unused_data
        source = io.BytesIO(content)
        if not whole or npy.read_magic(source) != VERSION:
            raise ValueError("it is cut off, too large or of another version")
        shape, is_by_column, kind = npy.read_array_header_1_0(source)
    except (zlib.error, ValueError) as error:
        raise _damaged(str(error)) from error
    size = math.prod(shape) * kind.itemsize
    if kind not in TYPES or len(shape) != 2 or is_by_column or size != len(content) - source.tell():
        raise _damaged("its header does not fit its content")
    values = np.frombuffer(content, kind, offset=source.tell()).reshape(shape)
    return values.astype(np.float32)


def of_region(values: Values, snapshot: ViewSnapshot) -> Values:
    """Give the part of a frame that a view shows, mirrored and turned as on the screen; a copy."""
    if snapshot.region is not None:
        x, y, width, height = snapshot.region
        values = values[y : y + height, x : x + width]
    if snapshot.flipped:
        values = values[:, ::-1]
    return np.ascontiguousarray(np.rot90(values, -snapshot.rotation_quarters))


def is_inverted(values: Values, pixels: NDArray[np.uint8]) -> bool:
    """Say whether high values are dark in the picture that was painted of them."""
    grey = pixels[..., 0].astype(np.float64) if pixels.ndim == 3 else pixels.astype(np.float64)
    return bool(np.sum((values - values.mean()) * (grey - grey.mean())) < 0)


def _fits(values: Values) -> bool:
    low, high = float(values.min()), float(values.max())
    return low >= -32_768 and high <= 32_767 and bool((values == np.rint(values)).all())


def _damaged(reason: str) -> PictureError:
    return PictureError(
        f"The modality values of this picture are damaged ({reason}).",
        "Save the case again from its study.",
    )

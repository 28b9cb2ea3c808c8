"""The values of a volume, laid down frame by frame in a file without a name. No Qt.

A volume may be larger than the memory that the reader gave the viewer. Its frames are read from
the disk one at a time, and the system keeps as much of them in memory as it has to spare.
"""

import math
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterable
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.errors import DecodeError

KEPT_FREE = 256 << 20
"""Bytes of the disk that values may not take."""


class SpooledValues:
    """Frames of one shape and type; the file goes with this object."""

    def __init__(self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        """name: of the volume, for errors; shape: of one frame.

        Raises DecodeError when no file can be made.
        """
        self._name = name
        self._shape = shape
        self._dtype = dtype
        self._bytes = math.prod(shape) * dtype.itemsize
        self._lock = threading.Lock()
        self._count = 0
        try:
            self._file: IO[bytes] = tempfile.TemporaryFile(prefix="precedent-values-")  # noqa: SIM115  # closed with this object
        except OSError as error:
            raise self._no_room(error) from error
        weakref.finalize(self, self._file.close)

    @property
    def count(self) -> int:
        """How many frames are there."""
        return self._count

    def write(self, frames: Iterable[NDArray[Any]], count: int) -> None:
        """Lay down all frames. Raises DecodeError when the disk has no room for `count` of them."""
        free = shutil.disk_usage(tempfile.gettempdir()).free - KEPT_FREE
        if count * self._bytes > free:
            raise DecodeError(
                f"{self._name}: its {count * self._bytes / 1e9:.1f} GB of values do not fit the "
                "disk for temporary files.",
                "Free some space.",
            )
        try:
            for frame in frames:
                self._file.write(np.ascontiguousarray(frame, dtype=self._dtype).data)
                self._count += 1
            self._file.flush()
        except OSError as error:
            raise self._no_room(error) from error

    def read(self, index: int) -> NDArray[Any]:
        """Give one frame, which cannot be written to."""
        with self._lock:
            self._file.seek(index * self._bytes)
            content = self._file.read(self._bytes)
        return np.frombuffer(content, dtype=self._dtype).reshape(self._shape)

    def _no_room(self, error: OSError) -> DecodeError:
        return DecodeError(
            f"{self._name}: its values cannot be kept on the disk ({error.strerror}).",
            "Free some space in the folder for temporary files.",
        )

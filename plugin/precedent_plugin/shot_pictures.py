"""The pictures of the shots in use, kept in memory, so that asking reads no file."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MAX_BYTES: Final = 64 * 1024 * 1024
"""More than a full tray of large regions; the oldest go first."""


class ShotPictures:
    """A small cache by hash over the library's pictures. May be used from any thread."""

    def __init__(self, read: Callable[[str], bytes], *, budget_bytes: int = MAX_BYTES) -> None:
        self._read = read
        self._budget_bytes = budget_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._held: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def hold(self, sha256: str, png: bytes) -> None:
        """Keep a picture that no disk has: another rendering of a shot, which undo may want."""
        with self._lock:
            self._held[sha256] = png

    def forget(self) -> None:
        """Keep none any more."""
        with self._lock:
            self._held.clear()
            self._kept.clear()
            self._bytes = 0

    def read(self, sha256: str) -> bytes:
        """Give a picture, from the disk when it is not at hand. Raises LibraryError."""
        with self._lock:
            if sha256 in self._held:
                return self._held[sha256]
            if sha256 in self._kept:
                self._kept.move_to_end(sha256)
                return self._kept[sha256]
        png = self._read(sha256)
        with self._lock:
            if sha256 not in self._kept:
                self._kept[sha256] = png
                self._bytes += len(png)
            while self._bytes > self._budget_bytes:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= len(oldest)
        return png

"""Encoded images on disk, so that a restarted engine need not look at them again.

A file's name is the hash of what was looked at, and its folder is named by what looked (weights,
profile, backend, precision), so a hit is always right. Each file begins with the SHA-256 of the
rest; one that does not agree is removed and counts as missing. Encoded images are derived from
patients' pictures: the folder is readable by its user alone, and `remove_all` empties it.
"""

import hashlib
import logging
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from precedent_inference.errors import EngineError

logger = logging.getLogger(__name__)

STORE_BUDGET_BYTES = 2 * 1024**3
"""2,000 images of Med-Flamingo, at 1.05 MB each."""

HASH_BYTES = 32
SUFFIX = ".image"
DRAFT_SUFFIX = ".part"
ABANDONED_S = 3600.0
"""A draft this old belongs to a process that was killed."""


def default_root() -> Path:
    """Give where the engine keeps encoded images, as the platform has it."""
    return platformdirs.user_cache_path("precedent", appauthor=False) / "images"


def remove_all(root: Path) -> None:
    """Remove every image of every model. Raises EngineError where one cannot be removed."""
    try:
        for suffix in (SUFFIX, DRAFT_SUFFIX):
            for path in root.glob(f"*/*{suffix}"):
                path.unlink(missing_ok=True)
    except OSError as error:
        raise EngineError(
            f"Encoded images in {root} cannot be removed ({error.strerror or error}).",
            "Give your account write rights to that folder.",
        ) from error


@dataclass(slots=True)
class _Entry:
    size: int
    used: int
    """Modification time, ns; reading a file renews it."""


class ImageStore:
    """A folder of encoded images of one model, within a byte budget; the oldest make room.

    A disk that is full or read-only costs time, never an answer: it is logged once.
    """

    def __init__(self, root: Path, model: str, budget_bytes: int = STORE_BUDGET_BYTES) -> None:
        """Use the folder of `model` inside `root`; other models' folders share the budget."""
        self.budget_bytes = budget_bytes
        self._root = root
        self._folder = root / hashlib.sha256(model.encode()).hexdigest()[:32]
        self._used: int | None = None
        self._has_failed = False

    def get(self, key: str) -> bytes | None:
        """Give what was put under `key`, None when it is missing or damaged."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            if hashlib.sha256(data[HASH_BYTES:]).digest() != data[:HASH_BYTES]:
                path.unlink()
                return None
            os.utime(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._fail(error)
            return None
        return data[HASH_BYTES:]

    def __contains__(self, key: str) -> bool:
        """Tell whether there is a file of this key, whole or not."""
        return self._path(key).is_file()

    def put(self, key: str, data: bytes) -> None:
        """Keep an image unless it exceeds the budget alone; whole or not at all."""
        size = HASH_BYTES + len(data)
        if size > self.budget_bytes:
            return
        draft = self._folder / f"{key}.{secrets.token_hex(4)}{DRAFT_SUFFIX}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room(size)
            try:
                draft.write_bytes(hashlib.sha256(data).digest() + data)
                draft.replace(self._path(key))
            finally:
                draft.unlink(missing_ok=True)
        except OSError as error:
            self._fail(error)

    def remove(self, key: str) -> None:
        """Forget an image if it is there."""
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            self._fail(error)

    @property
    def used_bytes(self) -> int:
        """Bytes of the images of all models."""
        return sum(entry.size for entry in self._entries().values())

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}{SUFFIX}"

    def _entries(self) -> dict[Path, _Entry]:
        """Give every file; another process may add and remove some meanwhile."""
        entries: dict[Path, _Entry] = {}
        for path in self._root.glob(f"*/*{SUFFIX}"):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            entries[path] = _Entry(status.st_size, status.st_mtime_ns)
        return entries

    def _make_room(self, size: int) -> None:
        """Count the folder on first use and when it may be full, not for every image."""
        if self._used is not None and self._used + size <= self.budget_bytes:
            self._used += size
            return
        self._remove_abandoned()
        entries = self._entries()
        used = sum(entry.size for entry in entries.values())
        for path in sorted(entries, key=lambda path: entries[path].used):
            if used + size <= self.budget_bytes:
                break
            path.unlink(missing_ok=True)
            used -= entries[path].size
        self._used = used + size

    def _remove_abandoned(self) -> None:
        for path in self._root.glob(f"*/*{DRAFT_SUFFIX}"):
            if time.time() - path.stat().st_mtime > ABANDONED_S:
                path.unlink(missing_ok=True)

    def _fail(self, error: OSError) -> None:
        if not self._has_failed:
            logger.warning("encoded images cannot be kept on disk: %s", error.strerror)
        self._has_failed = True

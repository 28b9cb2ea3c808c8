"""Pictures and other files under the hash of their content: `images/ab/abcd….png`.

A file appears whole under its name or not at all, and never changes afterwards.
"""

import time
from pathlib import Path
from typing import Final

from precedent_plugin.errors import LibraryError
from precedent_plugin.pictures import content_hash
from precedent_plugin.safe_file import write_whole

HEX: Final = frozenset("0123456789abcdef")
DRAFT_SUFFIX: Final = ".new"
ABANDONED_S: Final = 60.0
"""A draft this old belongs to a process that was killed."""


class ImageFolder:
    """The pictures of one library, or other files that belong to them."""

    def __init__(self, folder: Path, suffix: str = ".png") -> None:
        self.folder: Final = folder
        self.suffix: Final = suffix

    def path(self, sha256: str) -> Path:
        """Give where a picture lies, or would lie."""
        if len(sha256) != 64 or not HEX.issuperset(sha256):
            raise LibraryError(f"{sha256[:80]!r} is not the hash of a picture.")
        return self.folder / sha256[:2] / f"{sha256}{self.suffix}"

    def keep(self, png: bytes) -> str:
        """Write a picture unless it is there, whole; give its hash. Raises OSError."""
        sha256 = content_hash(png)
        path = self.path(sha256)
        if path.exists() and content_hash(path.read_bytes()) == sha256:
            return sha256
        write_whole(path, png)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Give a picture whose content matches its name. Raises LibraryError."""
        path = self.path(sha256)
        try:
            png = path.read_bytes()
        except FileNotFoundError as error:
            raise LibraryError(
                f"The picture {sha256[:12]}… is missing from {self.folder}.",
                "Put it back from a backup, or delete the case.",
            ) from error
        except OSError as error:
            raise LibraryError(
                f"The picture {path} cannot be read ({error.strerror or error}).",
                "Give your account read rights to that folder.",
            ) from error
        if content_hash(png) != sha256:
            raise LibraryError(
                f"The picture {sha256[:12]}… in {self.folder} has changed on the disk.",
                "Put it back from a backup, or delete the case.",
            )
        return png

    def delete(self, sha256: str) -> None:
        """Delete a picture if it is there. Raises OSError."""
        self.path(sha256).unlink(missing_ok=True)

    def keep_only(self, wanted: frozenset[str]) -> int:
        """Delete every other file and what killed processes left; say how many. Raises OSError."""
        gone = 0
        for path in self.folder.glob("*/*"):
            if path.name.removesuffix(self.suffix) in wanted or _is_in_use(path):
                continue
            path.unlink(missing_ok=True)
            gone += 1
        return gone


def _is_in_use(path: Path) -> bool:
    """Say whether a file may be the draft of a process that is writing it."""
    try:
        return path.suffix == DRAFT_SUFFIX and time.time() - path.stat().st_mtime < ABANDONED_S
    except FileNotFoundError:
        return True  # it has its name by now

"""Pictures under the hash of their content: `images/ab/abcd….png`.

A file appears whole under its name or not at all, and never changes afterwards.
"""

from pathlib import Path
from typing import Final

from precedent_plugin.errors import LibraryError
from precedent_plugin.pictures import content_hash
from precedent_plugin.safe_file import write_whole

HEX: Final = frozenset("0123456789abcdef")


class ImageFolder:
    """The pictures of one library."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder

    def path(self, sha256: str) -> Path:
        """Give where a picture lies, or would lie."""
        if len(sha256) != 64 or not HEX.issuperset(sha256):
            raise LibraryError(f"{sha256[:80]!r} is not the hash of a picture.")
        return self.folder / sha256[:2] / f"{sha256}.png"

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

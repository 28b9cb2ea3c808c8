"""The pictures and originals of a library: their files, and the rows that name them.

A file is written before the row that names it and removed after that row is gone, each under the
database's write lock: a process that is killed leaves at most a file that nothing names, which the
next `sweep` removes.
"""

from pathlib import Path
from sqlite3 import Connection

from precedent_plugin.originals import SUFFIX, Values, unpack
from precedent_plugin.storage import picture_rows
from precedent_plugin.storage.image_folder import ImageFolder


class Album:
    """The files of one library."""

    def __init__(self, folder: Path) -> None:
        """Use `images` and `originals` in the library's folder; they are made when needed."""
        self.images = ImageFolder(folder / "images")
        self.originals = ImageFolder(folder / "originals", SUFFIX)

    def keep(self, connection: Connection, png: bytes) -> str:
        """Write and name a picture; give its hash. Raises PictureError, OSError."""
        sha256 = self.images.keep(png)
        picture_rows.insert_image(connection, sha256, png)
        return sha256

    def keep_original(self, connection: Connection, packed: bytes | None) -> str | None:
        """Write and name an original; give its hash. Raises OSError."""
        if packed is None:
            return None
        sha256 = self.originals.keep(packed)
        picture_rows.insert_original(connection, sha256, len(packed))
        return sha256

    def values(self, sha256: str) -> Values:
        """Read an original. Raises LibraryError, PictureError."""
        return unpack(self.originals.read(sha256))

    def sweep(self, connection: Connection) -> int:
        """Remove the files that nothing names; say how many. Raises OSError."""
        gone = self.images.keep_only(picture_rows.named_images(connection))
        return gone + self.originals.keep_only(picture_rows.named_originals(connection))

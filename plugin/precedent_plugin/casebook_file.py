"""`NAME.casebook`: a zip of `casebook.json` and the pictures, named by their hash.

Reading checks every member's name, type, size, ratio, hash, pixels and words before anything is
handed out; what fails in one point is refused whole. Writing gives the same bytes for the same
casebook, and the file appears whole under its name or not at all.
"""

import errno
import io
import os
import uuid
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from precedent_plugin.archive import CONTENTS_NAME, Archive
from precedent_plugin.casebook_json import Contents, read_contents, write_contents
from precedent_plugin.cases import Case, Casebook
from precedent_plugin.errors import CasebookError, PictureError
from precedent_plugin.pictures import check_png, content_hash, png_size

SUFFIX: Final = ".casebook"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every member, so that equal casebooks are equal files."""


class CasebookFile:
    """A casebook file that has been checked whole; its pictures are read when asked for."""

    def __init__(self, archive: Archive, contents: Contents) -> None:
        self._archive = archive
        self.casebook: Final = contents.casebook
        self.cases: Final = contents.cases

    def picture(self, sha256: str) -> bytes:
        """Give the PNG of a picture of a case. Raises CasebookError if the file has changed."""
        png = self._archive.picture(sha256)
        if content_hash(png) != sha256:
            raise CasebookError(
                "The casebook file changed while it was read; nothing was taken from it.",
                "Try again once it is copied whole.",
            )
        return png

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_casebook(path: Path) -> CasebookFile:
    """Open a casebook file and check all of it; close it after use, best by `with`.

    Raises CasebookError, one sentence with the reason, when anything in it is not as it should be.
    """
    try:
        archive = Archive(path)
        try:
            return CasebookFile(archive, _verify(archive))
        except BaseException:
            archive.close()
            raise
    except CasebookError as error:
        raise CasebookError(
            f"{path} was refused: {error.message}.", error.hint or "Ask its sender for a new copy."
        ) from error


def write_casebook(
    path: Path, casebook: Casebook, cases: Sequence[Case], picture: Callable[[str], bytes]
) -> None:
    """Write a casebook file, replacing one of that name only once it is whole.

    picture: gives the PNG of a hash. Raises CasebookError.
    """
    draft = path.with_name(f".{uuid.uuid4().hex}.new")
    try:
        try:
            with draft.open("wb") as file:
                _pack(file, casebook, cases, picture)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        full = error.errno == errno.ENOSPC
        raise CasebookError(
            f"{path} cannot be written ({error.strerror or error}); nothing was changed.",
            "Free some space and try again." if full else "Choose another folder.",
        ) from error


def _pack(
    file: io.BufferedWriter,
    casebook: Casebook,
    cases: Sequence[Case],
    picture: Callable[[str], bytes],
) -> None:
    hashes = sorted({sha256 for case in cases for sha256 in case.images})
    sizes: dict[str, tuple[int, int]] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for sha256 in hashes:
            png = picture(sha256)
            sizes[sha256] = _check_picture(png, sha256)
            archive.writestr(_member(f"images/{sha256}.png"), png)
        try:
            words = write_contents(casebook, cases, sizes)
        except CasebookError as error:
            raise CasebookError(
                f"The casebook “{casebook.name}” cannot be written: {error.message}.",
                "Mend the case and try again.",
            ) from error
        archive.writestr(_member(CONTENTS_NAME), words)


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    info.create_system = 3
    info.external_attr = 0o100644 << 16
    return info


def _verify(archive: Archive) -> Contents:
    contents = read_contents(archive.contents())
    named = frozenset(contents.sizes)
    if missing := named - archive.pictures:
        raise CasebookError(f"its member images/{min(missing)}.png is missing")
    if strangers := archive.pictures - named:
        raise CasebookError(f"its member images/{min(strangers)}.png belongs to no case")
    for sha256, size in contents.sizes.items():
        if png_size(_checked_picture(archive, sha256)) != size:
            raise CasebookError(f"its picture {sha256[:12]}… has another size than it says")
    return contents


def _checked_picture(archive: Archive, sha256: str) -> bytes:
    png = archive.picture(sha256)
    try:
        _check_picture(png, sha256)
    except PictureError as error:
        raise CasebookError(f"its picture {sha256[:12]}… is refused: {error.message}") from error
    return png


def _check_picture(png: bytes, sha256: str) -> tuple[int, int]:
    if content_hash(png) != sha256:
        raise CasebookError(f"its picture {sha256[:12]}… has another hash than its name says")
    return check_png(png)

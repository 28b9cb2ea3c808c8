"""A zip that is believed only as far as it was checked.

Nothing is ever extracted by name: members are read by the few names that a casebook can have, and
each declared size, ratio and type is checked before its first byte is inflated.
"""

import re
import stat
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from precedent_plugin.errors import CasebookError

CONTENTS_NAME: Final = "casebook.json"
PICTURE_NAME: Final = re.compile(r"images/([0-9a-f]{64})\.png")
MAX_MEMBERS: Final = 20_001
MAX_CONTENTS_BYTES: Final = 32 * 1024**2
MAX_PICTURE_BYTES: Final = 64 * 1024**2
MAX_TOTAL_BYTES: Final = 4 * 1024**3
MAX_RATIO: Final = 100
"""JSON packs to about a tenth, PNG hardly at all; what packs better than this is a bomb."""
FREE_BYTES: Final = 64 * 1024
"""Below this size the ratio is not looked at: a short text of spaces harms nobody."""
ENCRYPTED: Final = 0x1 | 0x40
ZIP_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
"""What zipfile raises for archives that are damaged or made to damage."""


class Archive:
    """An open casebook archive whose members are all of known name, type and size."""

    def __init__(self, path: Path) -> None:
        """Open and check the directory. Raises CasebookError whose message is a reason."""
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError as error:
            raise CasebookError("there is no such file", "Check its name.") from error
        except PermissionError as error:
            raise CasebookError("your account may not read it") from error
        except ZIP_ERRORS as error:
            raise CasebookError("it is not a zip archive, or a damaged one") from error
        try:
            self._members = _check_directory(self._zip.infolist())
        except BaseException:
            self._zip.close()
            raise

    @property
    def pictures(self) -> frozenset[str]:
        """The hashes by which its pictures are named."""
        matches = map(PICTURE_NAME.fullmatch, self._members)
        return frozenset(match[1] for match in matches if match)

    def contents(self) -> bytes:
        """Give `casebook.json`."""
        return self._read(CONTENTS_NAME)

    def picture(self, sha256: str) -> bytes:
        """Give the bytes named by a hash; the caller checks that they have it."""
        return self._read(f"images/{sha256}.png")

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self, name: str) -> bytes:
        info = self._members.get(name)
        if info is None:
            raise CasebookError(f"its member {name} is missing")
        try:
            with self._zip.open(info) as member:
                content = member.read(info.file_size + 1)
        except ZIP_ERRORS as error:
            raise CasebookError(f"its member {name} is damaged ({error})") from error
        if len(content) != info.file_size:
            raise CasebookError(f"its member {name} has another size than it says")
        return content


def _check_directory(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(infos) > MAX_MEMBERS:
        raise CasebookError(f"it has {len(infos):,} members; at most {MAX_MEMBERS:,} are taken")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        _check_member(info)
        if info.filename in members:
            raise CasebookError(f"its member {info.filename} is there twice")
        members[info.filename] = info
    total = sum(info.file_size for info in infos)
    if total > MAX_TOTAL_BYTES:
        raise CasebookError(
            f"it unpacks to {total / 1024**3:.1f} GiB; at most {MAX_TOTAL_BYTES / 1024**3:.0f} "
            "are taken"
        )
    if CONTENTS_NAME not in members:
        raise CasebookError(f"its member {CONTENTS_NAME} is missing")
    return members


def _check_member(info: zipfile.ZipInfo) -> None:
    name = info.orig_filename  # zipfile turns backslashes of `filename` into slashes on Windows
    is_contents = name == CONTENTS_NAME
    if not is_contents and not PICTURE_NAME.fullmatch(name):
        raise CasebookError(f"it has a member {name[:80]!r}, which no casebook has")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise CasebookError(f"its member {name} is a link or a device, not a file")
    if info.flag_bits & ENCRYPTED:
        raise CasebookError(f"its member {name} is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise CasebookError(f"its member {name} is packed in a way that is not taken")
    limit = MAX_CONTENTS_BYTES if is_contents else MAX_PICTURE_BYTES
    if info.file_size > limit:
        raise CasebookError(
            f"its member {name} unpacks to {info.file_size / 1024**2:.0f} MiB; at most "
            f"{limit // 1024**2} are taken"
        )
    if info.file_size > FREE_BYTES and info.file_size > MAX_RATIO * info.compress_size:
        raise CasebookError(
            f"its member {name} unpacks to more than {MAX_RATIO} times its size, as a bomb does"
        )

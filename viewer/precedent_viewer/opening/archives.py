"""Zip files: unpacked into a private folder, member by member, with every claim checked.

Nothing is written outside that folder, nothing larger than the archive may honestly hold, and the
folder goes when the viewer does.
"""

import shutil
import stat
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from precedent_viewer.dicom.walk import SYSTEM_FILES
from precedent_viewer.errors import FileError
from precedent_viewer.model.study import RefusedFile

LARGEST_RATIO = 1000
"""Deflate reaches 1032 at most; images that shrink a thousandfold are no images."""
SMALL_BYTES = 16 << 20
"""A member below this may shrink as it likes."""
MOST_MEMBERS = 200_000
CHUNK = 1 << 20
KEPT_FREE = 256 << 20
"""Bytes of the disk that an archive may not take."""
LONGEST_PATH = 200
"""Characters below the folder; a member that lies deeper is put into the folder itself."""
SYSTEM_FOLDER = "__MACOSX"
"""Holds what macOS knows of the members, one file each."""
NESTED = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")

Refuse = Callable[[RefusedFile], None]


def is_archive(start: bytes) -> bool:
    """Say whether a file that begins so is a zip archive."""
    return start.startswith((b"PK\x03\x04", b"PK\x05\x06")) and start[128:132] != b"DICM"


def unpack(path: Path, folder: Path, refuse: Refuse, cancel: threading.Event) -> Iterator[Path]:
    """Unpack an archive into an empty folder and give each file as soon as it is there.

    Members that cannot be taken are refused with a reason; the archive is refused whole, before
    anything is written, when it holds too much. Raises FileError.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir() and _is_wanted(one)]
            _require_room(path, members, folder)
            for number, member in enumerate(members):
                if cancel.is_set():
                    return
                reason = _reason_against(member)
                named = path / member.filename.lstrip("/\\")
                if reason is not None:
                    refuse(RefusedFile(named, reason))
                    continue
                place = _place(folder, member.filename, number)
                out = _write(archive, member, place, cancel)
                if cancel.is_set():
                    return
                if isinstance(out, str):
                    refuse(RefusedFile(named, out))
                else:
                    yield out
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise FileError(f"{path.name}: the archive is broken or of an unknown kind.") from error
    except OSError as error:
        raise FileError(
            f"{path.name}: it cannot be unpacked ({error.strerror or error}).",
            "Unpack it yourself and open the folder.",
        ) from error


def _require_room(path: Path, members: list[zipfile.ZipInfo], folder: Path) -> None:
    if len(members) > MOST_MEMBERS:
        raise FileError(
            f"{path.name}: the archive holds {len(members):,} files; {MOST_MEMBERS:,} are opened "
            "at most.",
            "Unpack it and open a part of it.",
        )
    claimed = sum(member.file_size for member in members)
    free = shutil.disk_usage(folder).free - KEPT_FREE
    if claimed > free:
        raise FileError(
            f"{path.name}: the archive needs {claimed / 1e9:.1f} GB to be unpacked, but the disk "
            f"has {max(free, 0) / 1e9:.1f} GB to spare.",
            "Free some space, or unpack it on another disk.",
        )
    bombs = [
        member
        for member in members
        if member.file_size > SMALL_BYTES
        and member.file_size > LARGEST_RATIO * max(member.compress_size, 1)
    ]
    if bombs:
        raise FileError(
            f"{path.name}: {PurePosixPath(bombs[0].filename).name} claims to grow "
            f"{bombs[0].file_size // max(bombs[0].compress_size, 1):,}-fold, which no image does.",
            "The archive is not opened.",
        )


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    """Pass over what systems leave in archives, as it is passed over in folders."""
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    name = parts[-1] if parts else ""
    is_hidden = name.startswith(".") and name != ".."
    return not (is_hidden or SYSTEM_FOLDER in parts or name.casefold() in SYSTEM_FILES)


def _reason_against(member: zipfile.ZipInfo) -> str | None:
    name = member.filename
    if member.flag_bits & 1:
        return "It is locked with a password: unpack the archive and open the folder."
    if stat.S_ISLNK(member.external_attr >> 16):
        return "It is a link, and links in archives are not followed."
    parts = (*PurePosixPath(name).parts, *PureWindowsPath(name).parts)
    if ".." in parts or PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive:
        return "Its name points outside the archive."
    if name.casefold().endswith(NESTED) and not name.casefold().endswith((".nii.gz",)):
        return "It is an archive inside an archive: unpack it and open it."
    return None


def _place(folder: Path, name: str, number: int) -> Path:
    """Give a member a place of its own: its folders' names as far as every system takes them."""
    parts = [safe_name(part) for part in PurePosixPath(name.replace("\\", "/")).parts]
    place = folder.joinpath(*parts)
    if sum(map(len, parts)) + len(parts) > LONGEST_PATH:
        return folder / f"{number}-{parts[-1]}"
    # Names that a file system takes for the same must not write over each other.
    return place.with_name(f"{number}-{place.name}") if place.exists() else place


def safe_name(part: str) -> str:
    """Give a file's name without what Windows reserves, and not too long."""
    kept = "".join("_" if letter in '<>:"|?*' or ord(letter) < 32 else letter for letter in part)
    kept = kept.rstrip(". ")[:120] or "_"
    device = kept.split(".", 1)[0].upper()
    is_device = device in {"CON", "PRN", "AUX", "NUL"} or (
        len(device) == 4 and device[:3] in {"COM", "LPT"} and device[3].isdigit()
    )
    return f"_{kept}" if is_device else kept


def _write(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path, cancel: threading.Event
) -> Path | str:
    """Write a member; gives the reason in place of the path when it is not what it claims.

    Stops in the middle once `cancel` is set.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, place.open("xb") as out:
            left = member.file_size
            while chunk := source.read(min(CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0 or cancel.is_set():
                    break
                out.write(chunk)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        place.unlink(missing_ok=True)
        return "It is broken inside the archive, or packed in a way that is not known."
    except (FileExistsError, NotADirectoryError):
        return "Another file of the archive has the name of its folder."
    if left < 0:
        place.unlink(missing_ok=True)
        return "It is larger than the archive says."
    return place

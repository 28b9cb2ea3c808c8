"""DICOMDIR: the files that the directory of a disc lists. PS3.10 section 8, PS3.3 annex F."""

from pathlib import Path

from pydicom.dataset import Dataset

from precedent_viewer.dicom.opened import open_dicom
from precedent_viewer.dicom.values import items, text, texts
from precedent_viewer.dicom.walk import is_directory_name
from precedent_viewer.errors import FileError
from precedent_viewer.model.study import RefusedFile

MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
LISTED_BUT_MISSING = "It is listed in the DICOMDIR, but it is not on the disc."
POINTS_OUTSIDE = "The DICOMDIR points outside its own disc."
START_BYTES = 1024
CLASS_IN_META = MEDIA_DIRECTORY.encode("ascii") + b"\x02\x00"
"""The value of Media Storage SOP Class UID, and the group of the element after it."""
RECORD_SEQUENCE = b"\x04\x00\x20\x12"
"""The tag of Directory Record Sequence, for old directories without file meta."""


def is_directory(path: Path) -> bool:
    """Say by its first bytes whether a file is the directory of a disc, whatever it is called."""
    try:
        with path.open("rb") as file:
            start = file.read(START_BYTES)
    except OSError:
        return False  # What cannot be read is refused with its reason where it is read.
    return CLASS_IN_META in start or (is_directory_name(path.name) and RECORD_SEQUENCE in start)


def listed_files(path: Path) -> tuple[tuple[Path, ...], tuple[RefusedFile, ...]]:
    """Give the files that a DICOMDIR lists, and those of them that are not there.

    Records that were taken out of use are passed over. Raises FileError when the file is no
    DICOMDIR.
    """
    opened = open_dicom(path)
    meta = getattr(opened.dataset, "file_meta", None)
    kind = text(meta, "MediaStorageSOPClassUID") if isinstance(meta, Dataset) else ""
    if kind != MEDIA_DIRECTORY and "DirectoryRecordSequence" not in opened.dataset:
        raise FileError(f"{path.name}: it is not a DICOMDIR.", "Open its folder instead.")
    disc = _Disc(path.parent)
    found: dict[Path, None] = {}
    missing: dict[Path, RefusedFile] = {}
    for record in items(opened.dataset, "DirectoryRecordSequence"):
        parts = texts(record, "ReferencedFileID")
        if not parts or text(record, "RecordInUseFlag") == "0":
            continue
        named = path.parent.joinpath(*parts)
        if not _is_inside(parts):
            missing[named] = RefusedFile(named, POINTS_OUTSIDE)
            continue
        file = disc.file(parts)
        if file is None:
            missing[named] = RefusedFile(named, LISTED_BUT_MISSING)
        else:
            found[file] = None
    return tuple(found), tuple(missing.values())


def _is_inside(parts: tuple[str, ...]) -> bool:
    return all(part and part not in (".", "..") and not set(part) & set("/\\:") for part in parts)


class _Disc:
    """Finds files by their components; discs copied to a disk often lose the capitals."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[Path, dict[str, str]] = {}
        """Of each folder that was listed, its entries by their plain names."""

    def file(self, parts: tuple[str, ...]) -> Path | None:
        """Give the file, None where there is none."""
        here = self._folder
        for part in parts:
            name = self._entries(here).get(_plain(part))
            if name is None:
                return None
            here = here / name
        return here if here.is_file() else None

    def _entries(self, folder: Path) -> dict[str, str]:
        if folder not in self._names:
            try:
                entries = {_plain(one.name): one.name for one in folder.iterdir()}
            except OSError:
                entries = {}  # Its files are then told as missing, one by one.
            self._names[folder] = entries
        return self._names[folder]


def _plain(name: str) -> str:
    """Give a component as ISO 9660 compares it: no case, no version number, no empty ending."""
    return name.split(";", 1)[0].rstrip(".").casefold()

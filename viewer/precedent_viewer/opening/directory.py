"""DICOMDIR: the files that the directory of a disc lists. PS3.10 section 8, PS3.3 annex F."""

from pathlib import Path

from pydicom.dataset import Dataset

from precedent_viewer.dicom.opened import open_dicom
from precedent_viewer.dicom.values import items, text, texts
from precedent_viewer.errors import FileError
from precedent_viewer.model.study import RefusedFile

MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
LISTED_BUT_MISSING = "It is listed in the DICOMDIR, but it is not on the disc."


def is_directory_file(path: Path) -> bool:
    """Say whether a path is called as the standard calls a directory file."""
    return path.name.upper() == "DICOMDIR"


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
    found: dict[Path, None] = {}
    missing: list[RefusedFile] = []
    for record in items(opened.dataset, "DirectoryRecordSequence"):
        parts = texts(record, "ReferencedFileID")
        if not parts or text(record, "RecordInUseFlag") == "0":
            continue
        named = path.parent.joinpath(*parts)
        if not _is_inside(parts):
            missing.append(RefusedFile(named, "The DICOMDIR points outside its own disc."))
            continue
        file = _as_on_disc(path.parent, parts)
        if file is None:
            missing.append(RefusedFile(named, LISTED_BUT_MISSING))
        else:
            found[file] = None
    return tuple(found), tuple(missing)


def _is_inside(parts: tuple[str, ...]) -> bool:
    return all(part and part not in (".", "..") and not set(part) & set("/\\:") for part in parts)


def _as_on_disc(folder: Path, parts: tuple[str, ...]) -> Path | None:
    """Find a file by its components; discs copied to a disk often lose the capitals."""
    here = folder
    for part in parts:
        exact = here / part
        if exact.exists():
            here = exact
            continue
        try:
            named = (one for one in here.iterdir() if _plain(one.name) == _plain(part))
            here = next(named)
        except (StopIteration, OSError):
            return None
    return here


def _plain(name: str) -> str:
    """Give a component as ISO 9660 compares it: no case, no version number, no empty ending."""
    return name.split(";", 1)[0].rstrip(".").casefold()

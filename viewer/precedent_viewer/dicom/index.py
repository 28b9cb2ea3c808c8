"""Search files and folders for images: headers only, every file either shown or refused."""

import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from precedent_viewer.detached_values import ValuesAlone, header_of
from precedent_viewer.dicom.describe import read_dicom_document, read_dicom_item
from precedent_viewer.dicom.documents import WITH_PICTURES, document_kind, kind_words
from precedent_viewer.dicom.opened import has_dicom_start
from precedent_viewer.dicom.walk import files_of
from precedent_viewer.errors import FileError, UnsupportedError, ViewerError, one_line
from precedent_viewer.model.document import Document
from precedent_viewer.model.study import Instance, RefusedFile
from precedent_viewer.pictures import has_picture_start, read_picture_instance

VOLUME_ENDINGS = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
"""By which volumes are known: compressed ones have no first bytes of their own."""
ANALYZE_STARTS = (b"\x5c\x01\x00\x00", b"\x00\x00\x01\x5c")
"""348, the length of the header of NIfTI and Analyze, by which other .hdr files are told apart."""
FilesOf: TypeAlias = Callable[[Sequence[Path], Callable[[RefusedFile], None]], Iterator[Path]]


def index_paths(
    paths: Sequence[Path],
    *,
    on_item: Callable[[Instance | Document], None],
    on_refused: Callable[[RefusedFile], None],
    on_progress: Callable[[int, int | None], None],
    cancel: threading.Event,
    files_of: FilesOf = files_of,
) -> None:
    """Search paths, folders to any depth, in natural order.

    The first image is told as soon as it is met, before the rest is even counted. A DICOMDIR
    inside a folder is passed over, because the folder itself is searched.
    on_progress: files found so far and None, then files done and files in all. Callbacks arrive on
    the calling thread. files_of: what turns paths into files. Ends early, without a word, once
    `cancel` is set.
    """
    reading = _Reading(on_item, on_refused)
    found = files_of(paths, on_refused)
    while not reading.has_image and not cancel.is_set():
        file = next(found, None)
        if file is None:
            break
        reading.take(file)
        on_progress(len(reading.done), None)
    files: dict[Path, None] = {}
    for file in found:
        if cancel.is_set():
            return
        files[file] = None
        if len(files) % 256 == 0:
            on_progress(len(reading.done) + len(files), None)
    total = len(reading.done | files.keys())
    for file in files:
        if cancel.is_set():
            return
        on_progress(len(reading.done), total)
        reading.take(file)
    reading.end()
    on_progress(total, total)


class _Reading:
    """Reads each file once and tells what it is."""

    def __init__(
        self,
        on_item: Callable[[Instance | Document], None],
        on_refused: Callable[[RefusedFile], None],
    ) -> None:
        self._on_item, self._on_refused = on_item, on_refused
        self._values: list[tuple[Path, ValuesAlone]] = []
        self.done: set[Path] = set()
        self.has_image = False

    def take(self, file: Path) -> None:
        """Read a file unless it was read before."""
        if file in self.done:
            return
        self.done.add(file)
        try:
            item = read_item(file)
            overlay = _overlay(item)
        except ValuesAlone as error:
            self._values.append((file, error))
            return
        except ViewerError as error:
            self._on_refused(RefusedFile(file, reason_of(error, file)))
            return
        self.has_image |= isinstance(item, Instance)
        self._on_item(item)
        if overlay is not None:
            self._on_item(overlay)

    def end(self) -> None:
        """Refuse files of values whose header was not read: with it they are shown."""
        for file, error in self._values:
            if error.header not in self.done:
                self._on_refused(RefusedFile(file, reason_of(error, file)))


def _overlay(item: Instance | Document) -> Document | None:
    """Give the document that an image is as well: a segmentation, a dose, a map."""
    if isinstance(item, Document) or item.kind != "dicom":
        return None
    known = document_kind(item.sop_class_uid)
    is_overlay = known is not None and known[0] in WITH_PICTURES
    return read_dicom_document(item.path) if is_overlay else None


def read_instance(path: Path) -> Instance:
    """Read one image's header. Raises a ViewerError with the reason when it cannot be shown."""
    item = read_item(path)
    if isinstance(item, Document):
        raise UnsupportedError(f"{path.name}: {kind_words(item)}: has no picture.")
    return item


def read_item(path: Path) -> Instance | Document:
    """Read one file's header. Raises a ViewerError with the reason when it cannot be shown."""
    start = _start(path)
    if not start:
        raise FileError(f"{path.name}: the file is empty (0 bytes).")
    if _is_volume(path, start):
        return _read_volume(path)
    if has_picture_start(start):
        return read_picture_instance(path)
    if not has_dicom_start(start):
        if start.startswith(b"PK\x03\x04"):
            raise FileError(f"{path.name}: it is an archive.", "Open it itself.")
        header = header_of(path)
        if header is not None:
            raise ValuesAlone(path, header)
        raise FileError(f"{path.name}: it is neither DICOM nor NIfTI, NRRD, PNG, JPEG or TIFF.")
    return read_dicom_item(path)


def _is_volume(path: Path, start: bytes) -> bool:
    name = path.name.casefold()
    if name.endswith(".hdr"):
        return start[:4] in ANALYZE_STARTS
    # Some magic words of DICOM without preamble are too short to be sure of.
    return name.endswith(VOLUME_ENDINGS) and start[128:132] != b"DICM"


def _read_volume(path: Path) -> Instance:
    # SimpleITK takes half a second to import, which most readers never need.
    from precedent_viewer.volume_file import read_volume_instance

    return read_volume_instance(path)


def reason_of(error: ViewerError, path: Path) -> str:
    """Give the sentence of an error without the file's name before it."""
    reason = str(error).removeprefix(f"{one_line(path.name)}: ")
    return reason[:1].upper() + reason[1:]


def _start(path: Path) -> bytes:
    """Read the first bytes of a regular file."""
    name = path.name or str(path)
    try:
        _check_regular(path, name)
        with path.open("rb") as file:
            return file.read(132)
    except PermissionError as error:
        raise FileError(f"{name}: there is no permission to read it.") from error
    except FileNotFoundError as error:
        if path.is_symlink():
            raise FileError(f"{name}: it is a link to a file that does not exist.") from error
        raise FileError(f"{name}: the file does not exist.") from error
    except OSError as error:
        raise FileError(f"{name}: it cannot be read ({error.strerror}).") from error


def _check_regular(path: Path, name: str) -> None:
    """Refuse folders, and what would wait for a writer when it is opened."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode) and path.is_symlink():
        raise FileError(
            f"{name}: it is a link to a folder, and such links are not followed.",
            "Open that folder itself.",
        )
    if stat.S_ISDIR(mode):
        raise FileError(f"{name}: it is a folder.")
    if not stat.S_ISREG(mode):
        raise FileError(f"{name}: it is not a regular file.")

"""Search files and folders for images: headers only, every file either shown or refused."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from precedent_viewer.dicom.describe import read_dicom_instance
from precedent_viewer.dicom.opened import has_dicom_start
from precedent_viewer.errors import FileError, ViewerError
from precedent_viewer.model.order import natural_key
from precedent_viewer.model.study import Instance, RefusedFile
from precedent_viewer.pictures import has_picture_start, read_picture_instance

SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})
"""Left by systems in folders; like names that begin with a dot they are passed over unsaid."""


def index_paths(
    paths: Sequence[Path],
    *,
    on_instance: Callable[[Instance], None],
    on_refused: Callable[[RefusedFile], None],
    on_progress: Callable[[int, int | None], None],
    cancel: threading.Event,
) -> None:
    """Search paths, folders to any depth, in natural order.

    A DICOMDIR inside a folder is passed over, because the folder itself is searched.
    on_progress: files done, and files in all as soon as that is known. Callbacks arrive on the
    calling thread. Ends early, without a word, once `cancel` is set.
    """
    files: list[Path] = []
    for file in _files(paths, on_refused):
        if cancel.is_set():
            return
        files.append(file)
        if len(files) % 256 == 0:
            on_progress(0, None)
    files = list(dict.fromkeys(files))
    for done, file in enumerate(files):
        if cancel.is_set():
            return
        on_progress(done, len(files))
        try:
            on_instance(read_instance(file))
        except ViewerError as error:
            on_refused(RefusedFile(file, reason_of(error, file)))
    on_progress(len(files), len(files))


def read_instance(path: Path) -> Instance:
    """Read one file's header. Raises a ViewerError with the reason when it cannot be shown."""
    start = _start(path)
    if not start:
        raise FileError(f"{path.name}: the file is empty (0 bytes).")
    if has_picture_start(start):
        return read_picture_instance(path)
    if not has_dicom_start(start):
        raise FileError(f"{path.name}: it is neither DICOM nor a PNG, JPEG or TIFF picture.")
    return read_dicom_instance(path)


def reason_of(error: ViewerError, path: Path) -> str:
    """Give the sentence of an error without the file's name before it."""
    reason = str(error).removeprefix(f"{path.name}: ")
    return reason[:1].upper() + reason[1:]


def _start(path: Path) -> bytes:
    """Read the first bytes of a regular file."""
    if path.is_dir():
        raise FileError(f"{path.name}: it is a folder.")
    if path.exists() and not path.is_file():
        raise FileError(f"{path.name}: it is not a regular file.")
    try:
        with path.open("rb") as file:
            return file.read(132)
    except PermissionError as error:
        raise FileError(f"{path.name}: there is no permission to read it.") from error
    except FileNotFoundError as error:
        raise FileError(f"{path.name}: the file does not exist.") from error
    except OSError as error:
        raise FileError(f"{path.name}: it cannot be read ({error.strerror}).") from error


def _files(paths: Sequence[Path], on_refused: Callable[[RefusedFile], None]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from _files_in(path, on_refused)
        else:
            yield path


def _files_in(folder: Path, on_refused: Callable[[RefusedFile], None]) -> Iterator[Path]:
    """Walk a folder in natural order; links to folders are not followed, so it always ends."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: natural_key(entry.name))
    except PermissionError:
        on_refused(RefusedFile(folder, "There is no permission to read this folder."))
        return
    except OSError as error:
        on_refused(RefusedFile(folder, f"This folder cannot be read ({error.strerror})."))
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name.casefold() in SYSTEM_FILES:
            continue
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _files_in(path, on_refused)
        elif entry.name.upper() != "DICOMDIR":
            yield path

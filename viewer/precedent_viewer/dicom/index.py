"""Search files and folders for images: headers only, every file either shown or refused."""

import stat
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from precedent_viewer.dicom.describe import read_dicom_instance
from precedent_viewer.dicom.opened import has_dicom_start
from precedent_viewer.dicom.walk import files_of
from precedent_viewer.errors import FileError, UnsupportedError, ViewerError, one_line
from precedent_viewer.model.document import Document
from precedent_viewer.model.study import Instance, RefusedFile
from precedent_viewer.pictures import has_picture_start, read_picture_instance


def index_paths(
    paths: Sequence[Path],
    *,
    on_item: Callable[[Instance | Document], None],
    on_refused: Callable[[RefusedFile], None],
    on_progress: Callable[[int, int | None], None],
    cancel: threading.Event,
) -> None:
    """Search paths, folders to any depth, in natural order.

    A DICOMDIR inside a folder is passed over, because the folder itself is searched.
    on_progress: files found so far and None, then files done and files in all. Callbacks arrive on
    the calling thread. Ends early, without a word, once `cancel` is set.
    """
    files: list[Path] = []
    for file in files_of(paths, on_refused):
        if cancel.is_set():
            return
        files.append(file)
        if len(files) % 256 == 0:
            on_progress(len(files), None)
    files = list(dict.fromkeys(files))
    for done, file in enumerate(files):
        if cancel.is_set():
            return
        on_progress(done, len(files))
        try:
            on_item(read_item(file))
        except ViewerError as error:
            on_refused(RefusedFile(file, reason_of(error, file)))
    on_progress(len(files), len(files))


def read_instance(path: Path) -> Instance:
    """Read one image's header. Raises a ViewerError with the reason when it cannot be shown."""
    item = read_item(path)
    if isinstance(item, Document):
        raise UnsupportedError(f"{path.name}: {item.title}: has no picture.")
    return item


def read_item(path: Path) -> Instance | Document:
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

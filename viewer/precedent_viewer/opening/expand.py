"""What the reader opens, as single files: folders, directories of discs, archives."""

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil

from precedent_viewer.dicom.index import reason_of
from precedent_viewer.dicom.walk import files_of
from precedent_viewer.errors import ViewerError
from precedent_viewer.model.study import RefusedFile
from precedent_viewer.opening.archives import is_archive, unpack
from precedent_viewer.opening.directory import is_directory_file, listed_files

PREFIX = "precedent-archive-"
Refuse = Callable[[RefusedFile], None]


class UnpackedArchives:
    """The private folders of archives that are open; `close` removes them."""

    def __init__(self, parent: Path | None = None) -> None:
        self._parent = Path(tempfile.gettempdir()) if parent is None else parent
        self._folders: list[Path] = []
        self._lock = threading.Lock()

    def new_folder(self) -> Path:
        """Make an empty folder that only this user can enter."""
        made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=self._parent))
        with self._lock:
            self._folders.append(made)
        return made

    def close(self) -> None:
        """Remove every folder; a file that another program holds open stays behind."""
        with self._lock:
            folders, self._folders = self._folders, []
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)

    def remove_leftovers(self) -> None:
        """Remove folders of viewers that ended without tidying up."""
        for folder in self._parent.glob(f"{PREFIX}*"):
            owner = folder.name.removeprefix(PREFIX).split("-", 1)[0]
            if owner.isdecimal() and not psutil.pid_exists(int(owner)):
                shutil.rmtree(folder, ignore_errors=True)


class Expander:
    """Turns what is opened into files, in order."""

    def __init__(self, archives: UnpackedArchives, cancel: threading.Event) -> None:
        self._archives = archives
        self._cancel = cancel

    def files_of(self, paths: Sequence[Path], refuse: Refuse) -> Iterator[Path]:
        """Give every file; an archive's as soon as it is unpacked."""
        for path in paths:
            try:
                yield from self._files_of(path, refuse)
            except ViewerError as error:
                refuse(RefusedFile(path, reason_of(error, path)))

    def _files_of(self, path: Path, refuse: Refuse) -> Iterator[Path]:
        if is_directory_file(path) and path.is_file():
            files, missing = listed_files(path)
            for file in missing:
                refuse(file)
            yield from files
        elif _is_archive(path):
            yield from unpack(path, self._archives.new_folder(), refuse, self._cancel)
        else:
            yield from files_of([path], refuse)


def _is_archive(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return is_archive(path, file.read(132))
    except OSError:
        return False  # What cannot be read is refused with its reason where it is read.

"""What the reader opens, as single files: folders, directories of discs, archives."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from precedent_viewer.dicom.index import reason_of
from precedent_viewer.dicom.walk import files_of
from precedent_viewer.errors import ViewerError
from precedent_viewer.model.study import RefusedFile
from precedent_viewer.opening.archives import is_archive, safe_name, unpack
from precedent_viewer.opening.directory import is_directory, listed_files
from precedent_viewer.opening.unpacked import UnpackedArchives

Refuse = Callable[[RefusedFile], None]


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
        if not path.is_file():
            directories: list[Path] = []
            yield from files_of([path], refuse, directories.append)
            for directory in directories:
                yield from _files_on_disc(directory, refuse)
        elif _is_archive(path):
            yield from self._files_in_archive(path, refuse)
        else:
            yield from _files_on_disc(path, refuse)

    def _files_in_archive(self, path: Path, refuse: Refuse) -> Iterator[Path]:
        known = self._archives.known_files(path)
        if known is not None:
            yield from known
            return
        # The folder's name is shown where files do not name their study.
        folder = self._archives.new_folder() / safe_name(path.stem)
        folder.mkdir()
        files: dict[Path, None] = {}
        directories: list[Path] = []
        for file in unpack(path, folder, refuse, self._cancel):
            if is_directory(file):
                directories.append(file)
                continue
            files[file] = None
            yield file
        for directory in directories:
            files |= dict.fromkeys(_files_on_disc(directory, refuse))
        if not self._cancel.is_set():
            self._archives.keep_files(path, tuple(files))


def _files_on_disc(path: Path, refuse: Refuse) -> Iterator[Path]:
    """Give what the directory of a disc lists; a file that is no directory is given itself."""
    if not is_directory(path):
        yield path
        return
    try:
        files, missing = listed_files(path)
    except ViewerError as error:
        refuse(RefusedFile(path, reason_of(error, path)))
        return
    yield from files
    for file in missing:
        refuse(file)


def _is_archive(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_archive(file.read(132))
    except OSError:
        return False  # What cannot be read is refused with its reason where it is read.

"""The private folders that archives are unpacked to."""

import os
import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import psutil

from precedent_viewer.dicom.opened import file_version

PREFIX = "precedent-archive-"


@dataclass(frozen=True, slots=True)
class _Key:
    path: Path
    version: tuple[int, int]


class UnpackedArchives:
    """The archives that are open, each unpacked once; `close` removes their folders."""

    def __init__(self, parent: Path | None = None) -> None:
        self._parent = Path(tempfile.gettempdir()) if parent is None else parent
        self._folders: list[Path] = []
        self._files: dict[_Key, tuple[Path, ...]] = {}
        self._lock = threading.Lock()

    def new_folder(self) -> Path:
        """Make an empty folder that only this user can enter."""
        made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=self._parent))
        with self._lock:
            is_first = not self._folders
            self._folders.append(made)
        if is_first:
            self.remove_leftovers()
        return made

    def known_files(self, archive: Path) -> tuple[Path, ...] | None:
        """Give what an archive was unpacked to before, None when it has to be unpacked.

        An archive that is opened twice must not show each image twice. Raises FileError when the
        archive is out of reach.
        """
        with self._lock:
            return self._files.get(_Key(archive.absolute(), file_version(archive)))

    def keep_files(self, archive: Path, files: tuple[Path, ...]) -> None:
        """Remember what an archive was unpacked to, once all of it is."""
        with self._lock:
            self._files[_Key(archive.absolute(), file_version(archive))] = files

    def close(self) -> None:
        """Remove every folder; a file that another program holds open stays behind."""
        with self._lock:
            folders, self._folders = self._folders, []
            self._files.clear()
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)

    def remove_leftovers(self) -> None:
        """Remove folders of viewers that ended without tidying up."""
        for folder in self._parent.glob(f"{PREFIX}*"):
            owner = folder.name.removeprefix(PREFIX).split("-", 1)[0]
            if owner.isdecimal() and not psutil.pid_exists(int(owner)):
                shutil.rmtree(folder, ignore_errors=True)

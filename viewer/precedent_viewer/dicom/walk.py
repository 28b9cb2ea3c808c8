"""Every file of folders to any depth, in natural order; what cannot be listed is refused."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from precedent_viewer.model.order import natural_key
from precedent_viewer.model.study import RefusedFile

SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})
"""Left by systems in folders; like names that begin with a dot they are passed over unsaid."""

Refuse = Callable[[RefusedFile], None]
Note = Callable[[Path], None]


def is_directory_name(name: str) -> bool:
    """Say whether a file is called as the standard calls the directory of a disc. PS3.10 8.6."""
    return name.split(";", 1)[0].rstrip(".").upper() == "DICOMDIR"


def files_of(
    paths: Sequence[Path], refuse: Refuse, on_directory: Note | None = None
) -> Iterator[Path]:
    """Give files as they are, and in place of folders all that is in them.

    Directories of discs within folders are not given but told, because their folder is searched.
    """
    for path in paths:
        if _is_folder(path):
            yield from _files_in(path, refuse, on_directory)
        else:
            yield path


def _is_folder(path: Path) -> bool:
    """Say whether it is a folder; what cannot even be asked is read, and refused, as a file."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _files_in(folder: Path, refuse: Refuse, on_directory: Note | None) -> Iterator[Path]:
    """Walk a folder; links to folders are not followed, so it always ends.

    The folders that are open are a list here, not calls in calls: there may be thousands.
    """
    waiting = [iter(_entries(folder, refuse))]
    while waiting:
        entry = next(waiting[-1], None)
        if entry is None:
            waiting.pop()
        elif entry.name.startswith(".") or entry.name.casefold() in SYSTEM_FILES:
            continue
        elif _is_own_folder(entry):
            waiting.append(iter(_entries(Path(entry.path), refuse)))
        elif not is_directory_name(entry.name):
            yield Path(entry.path)
        elif on_directory is not None:
            on_directory(Path(entry.path))


def _is_own_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _entries(folder: Path, refuse: Refuse) -> list[os.DirEntry[str]]:
    """List a folder. When it fails on the way, what was listed before is kept."""
    found: list[os.DirEntry[str]] = []
    try:
        with os.scandir(folder) as entries:
            # One by one: `extend` would lose the entries before an error.
            for entry in entries:
                found.append(entry)
    except PermissionError:
        refuse(RefusedFile(folder, "There is no permission to read this folder."))
    except OSError as error:
        rest = f" after the first {len(found)} of its entries" if found else ""
        refuse(RefusedFile(folder, f"This folder cannot be read{rest} ({error.strerror})."))
    return sorted(found, key=lambda entry: natural_key(entry.name))

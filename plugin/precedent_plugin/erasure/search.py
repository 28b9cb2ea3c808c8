"""The proof: every byte below a folder is searched for what a patient's data is found by.

What is looked for are the hashes of the pictures and of their modality values, as text and as
bytes, the patient's pseudonym and the ids of the cases; in the content of files and in their names.
A question's id may stay in the chain of the audit, which says that its record was deleted.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from precedent_plugin.errors import LibraryError
from precedent_plugin.storage.patient_rows import Traces
from precedent_plugin.storage.store import explain_system

CHUNK_BYTES: Final = 16 * 1024**2
LONGEST_MARK: Final = 64
"""Characters of a SHA-256 as text, the longest mark that is looked for."""

Progress = Callable[[int, int], None]
"""Called with how many files were searched, and of how many."""


def search(folder: Path, traces: Traces, progress: Progress | None = None) -> list[Path]:
    """Give the files in which something of a patient is left. Raises LibraryError."""
    marks = _marks(traces)
    found: list[Path] = []
    try:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        for done, path in enumerate(files, start=1):
            if marks.search(path.name.encode()) or any(map(marks.search, _chunks(path))):
                found.append(path)
            if progress is not None:
                progress(done, len(files))
    except OSError as error:
        raise explain_system(error, folder) from error
    return found


def _marks(traces: Traces) -> re.Pattern[bytes]:
    if not traces.patient_key:
        raise LibraryError("No patient is named.", "Choose a case of the patient.")
    words = (traces.patient_key, *traces.case_ids, *traces.pictures)
    digests = (bytes.fromhex(sha256) for sha256 in traces.pictures)
    return re.compile(b"|".join(map(re.escape, (*(word.encode() for word in words), *digests))))


def _chunks(path: Path) -> Iterator[bytes]:
    """Give a file piece by piece, each beginning with the end of the one before."""
    end = b""
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield end + chunk
                end = chunk[-LONGEST_MARK:]
    except FileNotFoundError:
        return  # the database's log goes when the last window closes

"""A patient is deleted from every store of a library; then every store is searched.

Files that were exported are out of reach, and so is what the file system keeps of deleted files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from precedent_plugin.erasure.search import search
from precedent_plugin.library import CaseLibrary
from precedent_plugin.storage.patient_rows import Traces

Stage = Callable[[str], None]
"""Called with what is done now, in words."""


class PatientStore(Protocol):
    """What is derived from cases, or written about them, beside the library's database."""

    @property
    def title(self) -> str:
        """What it is, in words: "quiz results"."""
        ...

    def erase(self, traces: Traces) -> int:
        """Delete what it holds of a patient; say how much. Raises PrecedentError."""
        ...


@dataclass(frozen=True, slots=True)
class Erased:
    """What was deleted, and what was found afterwards."""

    traces: Traces
    counts: tuple[tuple[str, int], ...]
    """For each store its title and how much it held."""
    left: tuple[Path, ...]
    """Files in which something is left; none when all is gone."""
    searched: int
    """How many files were searched for it."""

    @property
    def is_proven(self) -> bool:
        """Whether nothing is left."""
        return not self.left

    @property
    def words(self) -> str:
        """Say how it went, in a sentence or two."""
        done = (
            f"{len(self.traces.case_ids):,} cases and {len(self.traces.question_ids):,} questions"
        )
        if self.left:
            return (
                f"{done} were deleted, but something of the patient is left in "
                f"{', '.join(path.name for path in self.left[:3])}. Close every other window of "
                "Precedent and check again."
            )
        kept = ""
        if self.traces.shared:
            kept = (
                f" {self.traces.shared:,} pictures stay: cases of another patient hold the very "
                "same ones."
            )
        return (
            f"{done} were deleted with their pictures. {self.searched:,} files were searched: "
            f"nothing of the patient is left.{kept}"
        )


def erase_patient(
    library: CaseLibrary,
    stores: Sequence[PatientStore],
    patient_key: str,
    progress: Stage | None = None,
) -> Erased:
    """Delete a patient from a library and its stores for good, and search for what is left.

    The stores come first: what they hold is found by the library's cases. Raises PrecedentError;
    what was deleted until then stays deleted, and the call may be repeated.
    """
    say = progress or (lambda _: None)
    traces = library.traces(patient_key)
    counts: list[tuple[str, int]] = []
    for store in stores:
        say(f"Deleting {store.title} …")
        counts.append((store.title, store.erase(traces)))
    say("Deleting cases, questions and pictures …")
    library.erase(traces)
    return _proven(library, traces, tuple(counts), say)


def check_patient(library: CaseLibrary, patient_key: str, progress: Stage | None = None) -> Erased:
    """Search a library for a patient, deleting nothing. Raises LibraryError."""
    return _proven(library, library.traces(patient_key), (), progress or (lambda _: None))


def _proven(
    library: CaseLibrary, traces: Traces, counts: tuple[tuple[str, int], ...], say: Stage
) -> Erased:
    searched = 0

    def count(done: int, total: int) -> None:
        nonlocal searched
        searched = total
        if done % 500 == 0:
            say(f"Searching file {done:,} of {total:,} …")

    left = search(library.folder, traces, count)
    return Erased(traces, counts, tuple(left), searched)

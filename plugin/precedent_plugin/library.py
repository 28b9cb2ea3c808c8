"""The user's cases, casebooks and questions: SQLite and a folder of pictures.

Every method may wait for the disk: call it through the host's `run`. It may be called from any
thread, and two processes may work on one library. `changed` fires through `deliver`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from psygnal import Signal

from precedent_plugin.cases import Case, Casebook, CaseDraft
from precedent_plugin.history import QuestionRecord
from precedent_plugin.pseudonyms import Pseudonyms

ChangeKind = Literal["cases", "casebooks", "history", "elsewhere"]
Deliver = Callable[[Callable[[], None]], None]
"""Calls its argument on the thread on which signals are wanted."""


@dataclass(frozen=True, slots=True)
class LibraryChange:
    """What a change was about."""

    kind: ChangeKind
    """"elsewhere": another process changed something; read anew."""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LibraryHealth:
    """What a check found; no patient data."""

    folder: Path
    schema_version: int
    cases: int
    trashed_cases: int
    casebooks: int
    questions: int
    pictures: int
    picture_bytes: int
    missing_pictures: int
    """Named by a case, but not in the folder."""
    damaged_pictures: int
    """In the folder, but with another hash than their name."""
    integrity: str
    """SQLite's own check: "ok", or what it found."""


def default_folder() -> Path:
    """Give the folder of the user's library, as the platform has it."""
    raise NotImplementedError


def call_now(callback: Callable[[], None]) -> None:
    """Deliver on the thread of the change itself."""
    callback()


class CaseLibrary:
    """The user's cases, casebooks and questions."""

    changed = Signal(LibraryChange)

    folder: Path
    pseudonyms: Pseudonyms

    @classmethod
    def open(cls, folder: Path, *, deliver: Deliver = call_now) -> "CaseLibrary":
        """Open the library in `folder`, or make one. Raises LibraryError."""
        raise NotImplementedError

    def close(self) -> None:
        """Close it; later calls raise LibraryError."""
        raise NotImplementedError

    # Cases

    def add(self, draft: CaseDraft, *pngs: bytes) -> Case:
        """Keep a new case with its pictures."""
        raise NotImplementedError

    def cases(
        self, query: str = "", casebook: str | None = None, *, limit: int | None = None
    ) -> Sequence[Case]:
        """Give cases; all words of `query` must begin words of question, answer, rationale or tags.

        casebook: the id of one, whose order is kept; else the newest come first.
        """
        raise NotImplementedError

    def find(self, case_id: str) -> Case | None:
        """Give a case, None when it is gone or in the trash."""
        raise NotImplementedError

    def update(self, case: Case) -> Case:
        """Keep an edited case; give it with its new revision.

        Raises LibraryError when it was changed elsewhere since it was read.
        """
        raise NotImplementedError

    def delete(self, case_ids: Iterable[str]) -> None:
        """Put cases into the trash; they leave no casebook."""
        raise NotImplementedError

    def restore(self, case_ids: Iterable[str]) -> None:
        """Take cases out of the trash."""
        raise NotImplementedError

    def trash(self) -> Sequence[Case]:
        """Give the cases in the trash, latest first."""
        raise NotImplementedError

    def empty_trash(self) -> int:
        """Delete what is in the trash for good, pictures included; say how many cases."""
        raise NotImplementedError

    def undo(self) -> str | None:
        """Take back the last add, edit or deletion made here; say what, None when there is none."""
        raise NotImplementedError

    def image(self, sha256: str) -> bytes:
        """Give the PNG of a picture. Raises LibraryError when it is missing or damaged."""
        raise NotImplementedError

    # Casebooks

    def casebooks(self) -> Sequence[Casebook]:
        """Give all casebooks by name."""
        raise NotImplementedError

    def create_casebook(self, name: str, *, description: str = "", licence: str = "") -> Casebook:
        """Make an empty casebook. Raises LibraryError when the name is taken or empty."""
        raise NotImplementedError

    def rename_casebook(self, casebook_id: str, name: str) -> None:
        """Give a casebook another name."""
        raise NotImplementedError

    def delete_casebook(self, casebook_id: str) -> None:
        """Delete a casebook; its cases stay."""
        raise NotImplementedError

    def add_to_casebook(self, casebook_id: str, case_ids: Iterable[str]) -> None:
        """Put cases at the end of a casebook; those in it stay where they are."""
        raise NotImplementedError

    def remove_from_casebook(self, casebook_id: str, case_ids: Iterable[str]) -> None:
        """Take cases out of a casebook; they stay in the library."""
        raise NotImplementedError

    def order_casebook(self, casebook_id: str, case_ids: Sequence[str]) -> None:
        """Give a casebook's cases another order; every one is named once."""
        raise NotImplementedError

    # History

    def record_question(self, record: QuestionRecord, png: bytes) -> None:
        """Keep a question with the picture that it was about."""
        raise NotImplementedError

    def history(self, limit: int = 200) -> Sequence[QuestionRecord]:
        """Give the latest questions, newest first."""
        raise NotImplementedError

    def clear_history(self) -> int:
        """Delete every question and its picture, unless a case has it; say how many."""
        raise NotImplementedError

    # State

    def poll(self) -> bool:
        """Look whether another process changed the library; fires `changed` if so. Every 2 s."""
        raise NotImplementedError

    def health(self) -> LibraryHealth:
        """Check database and pictures."""
        raise NotImplementedError

"""The user's cases, casebooks and questions: SQLite and a folder of pictures.

Every method may wait for the disk: call it through the host's `run`. It may be called from any
thread, and two processes may work on one library. Each change is one transaction; a picture is on
the disk before the row that names it. `changed` fires through `deliver`.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from sqlite3 import Connection
from typing import Final, TypeVar

from platformdirs import user_data_path
from psygnal import Signal

from precedent_plugin.cases import Case, Casebook, CaseDraft, CaseLink
from precedent_plugin.errors import LibraryError
from precedent_plugin.history import QuestionRecord
from precedent_plugin.originals import Values
from precedent_plugin.pictures import png_size
from precedent_plugin.pseudonyms import Pseudonyms
from precedent_plugin.storage import (
    case_changes,
    case_rows,
    casebook_changes,
    casebook_rows,
    link_rows,
    picture_rows,
    question_rows,
)
from precedent_plugin.storage.album import Album
from precedent_plugin.storage.case_search import (
    Search,
    Window,
    count_cases,
    select_cases,
    select_ids,
)
from precedent_plugin.storage.edits import ChangeKind, Done, EditStack
from precedent_plugin.storage.health import LibraryHealth, examine
from precedent_plugin.storage.patient_rows import Traces, delete_traces, select_traces
from precedent_plugin.storage.store import Store
from precedent_plugin.storage.taking_in import Parcel, take_in

Result = TypeVar("Result")
Deliver = Callable[[Callable[[], None]], None]
"""Calls its argument on the thread on which signals are wanted."""


@dataclass(frozen=True, slots=True)
class LibraryChange:
    """What a change was about."""

    kind: ChangeKind
    """"elsewhere": another process changed something; read anew."""
    ids: tuple[str, ...] = ()


def default_folder() -> Path:
    """Give the folder of the user's library, as the platform has it."""
    return user_data_path("precedent", appauthor=False) / "library"


def call_now(callback: Callable[[], None]) -> None:
    """Deliver on the thread of the change itself."""
    callback()


class CaseLibrary:
    """The user's cases, casebooks and questions."""

    changed = Signal(LibraryChange)

    def __init__(
        self, store: Store, album: Album, pseudonyms: Pseudonyms, deliver: Deliver
    ) -> None:
        self.folder: Final = store.path.parent
        self.pseudonyms: Final = pseudonyms
        self._store = store
        self._album = album
        self._deliver = deliver
        self._edits = EditStack()
        self._data_version = store.data_version()

    @classmethod
    def open(cls, folder: Path, *, deliver: Deliver = call_now) -> "CaseLibrary":
        """Open the library in `folder`, or make one. Raises LibraryError."""
        store = Store(folder)
        try:
            return cls(store, Album(folder), Pseudonyms.open(folder), deliver)
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Close it; later calls raise LibraryError."""
        self._store.close()

    # Cases

    def add(self, draft: CaseDraft, *pngs: bytes, original: bytes | None = None) -> Case:
        """Keep a new case with its pictures. Raises PictureError, LibraryError.

        original: of the first picture, as `originals.pack` gives it.
        """
        for png in pngs:
            png_size(png)

        def add(connection: Connection) -> Done[Case]:
            images = tuple(self._album.keep(connection, png) for png in pngs)
            kept = self._album.keep_original(connection, original)
            originals = (kept, *(None for _ in pngs[1:])) if kept else ()
            return case_changes.add(connection, _case_of(draft, images, originals))

        return self._make(add)

    def cases(
        self,
        query: str = "",
        casebook: str | None = None,
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> Sequence[Case]:
        """Give cases; all words of `query` must begin words of a case.

        casebook: the id of one, whose order is kept; else the newest come first. limit, offset:
        the window of rows that is wanted; `count` says how many there are.
        """
        with self._store.reading() as connection:
            return select_cases(connection, Search(query, casebook), Window(offset, limit))

    def case_ids(self, query: str = "", casebook: str | None = None) -> Sequence[str]:
        """Give the ids of the cases that `cases` would give, for a list that reads them as seen."""
        with self._store.reading() as connection:
            return select_ids(connection, Search(query, casebook))

    def find_all(self, case_ids: Sequence[str]) -> Sequence[Case]:
        """Give the cases of these ids, of the trash too, in no order; what is gone is left out."""
        with self._store.reading() as connection:
            return case_rows.select_known(connection, case_ids)

    def count(self, query: str = "", casebook: str | None = None) -> int:
        """Say how many cases `cases` would give without a window."""
        with self._store.reading() as connection:
            return count_cases(connection, Search(query, casebook))

    def read(self, ask: Callable[[Connection], Result]) -> Result:
        """Ask the database something for which `storage` has a function of its own."""
        with self._store.reading() as connection:
            return ask(connection)

    def find(self, case_id: str) -> Case | None:
        """Give a case, None when it is gone or in the trash."""
        with self._store.reading() as connection:
            return case_rows.select_case(connection, case_id)

    def update(self, case: Case) -> Case:
        """Keep an edited case; give it with its new revision.

        Pictures, keys and links stay as they are. Raises LibraryError when it was changed
        elsewhere since it was read.
        """
        return self.update_all([case])[0]

    def update_all(self, cases: Sequence[Case]) -> list[Case]:
        """Keep edited cases, all or none, as one change that is taken back at once.

        Raises LibraryError when one was changed elsewhere since it was read.
        """
        return self._make(lambda connection: case_changes.edit(connection, cases))

    def show_other_picture(self, case: Case, position: int, png: bytes) -> Case:
        """Put another picture, a masked one say, in place of one of a case; give the new revision.

        What is known of the former one's modality values no longer belongs to the case.
        """
        png_size(png)
        return self._make(
            lambda connection: case_changes.show_other_picture(
                connection, case, position, self._album.keep(connection, png)
            )
        )

    def link(self, case_id: str, link: CaseLink) -> None:
        """Say what a case is to another. Raises LibraryError unless both are on the shelf."""
        self._make(lambda connection: case_changes.link(connection, case_id, link))

    def unlink(self, case_id: str, link: CaseLink) -> None:
        """Take back what a case was said to be to another."""
        self._make(lambda connection: case_changes.unlink(connection, case_id, link))

    def links_to(self, case_id: str) -> Sequence[CaseLink]:
        """Give what other cases are to this one, each under its own id."""
        with self._store.reading() as connection:
            return link_rows.select_links_to(connection, case_id)

    def delete(self, case_ids: Iterable[str]) -> None:
        """Put cases into the trash; restored, they stand in their casebooks where they were."""
        self._make(lambda connection: case_changes.trash(connection, case_ids))

    def restore(self, case_ids: Iterable[str]) -> None:
        """Take cases out of the trash."""
        self._make(lambda connection: case_changes.restore(connection, case_ids))

    def trash(self) -> Sequence[Case]:
        """Give the cases in the trash, latest first."""
        with self._store.reading() as connection:
            return case_rows.select_trash(connection)

    def trash_ids(self) -> Sequence[str]:
        """Give the ids of the cases in the trash, latest first."""
        with self._store.reading() as connection:
            return case_rows.select_trash_ids(connection)

    def empty_trash(self) -> int:
        """Delete what is in the trash for good, pictures included; say how many cases."""
        with self._store.changing() as connection:
            gone = case_rows.delete_trash(connection)
            picture_rows.delete_unused(connection)
        self._edits.clear()
        self._sweep()
        self._tell("cases", tuple(gone))
        return len(gone)

    def undo(self) -> str | None:
        """Take back the last change of cases or casebooks made here; say what, None without one.

        Raises LibraryError when it cannot be taken back any more; the one before it then can.
        """
        edit = self._edits.peek()
        if edit is None:
            return None
        try:
            with self._store.changing() as connection:
                edit.revert(connection)
        finally:
            self._edits.drop()
        self._tell(edit.kind, edit.ids)
        return edit.label

    def image(self, sha256: str) -> bytes:
        """Give the PNG of a picture. Raises LibraryError when it is missing or damaged."""
        return self._album.images.read(sha256)

    def original(self, case: Case) -> Values | None:
        """Give the modality values of a case's first picture, None where they were not kept.

        Raises LibraryError, PictureError when they are missing or damaged.
        """
        sha256 = case.originals[0] if case.originals else None
        return None if sha256 is None else self._album.values(sha256)

    # Casebooks

    def casebooks(self) -> Sequence[Casebook]:
        """Give all casebooks by name."""
        with self._store.reading() as connection:
            return casebook_rows.select_casebooks(connection)

    def create_casebook(self, name: str, *, description: str = "", licence: str = "") -> Casebook:
        """Make an empty casebook. Raises LibraryError when the name is taken or empty."""
        casebook = Casebook(
            uuid.uuid4().hex, name.strip(), description, licence, date.today().isoformat()
        )
        return self._make(lambda connection: casebook_changes.create(connection, casebook))

    def describe_casebook(self, casebook: Casebook) -> None:
        """Give a casebook another name, description and licence.

        Raises LibraryError when the name is taken or empty.
        """
        titled = replace(casebook, name=casebook.name.strip())
        self._make(lambda connection: casebook_changes.describe(connection, titled))

    def delete_casebook(self, casebook_id: str) -> None:
        """Delete a casebook; its cases stay."""
        self._make(lambda connection: casebook_changes.delete(connection, casebook_id))

    def add_to_casebook(self, casebook_id: str, case_ids: Iterable[str]) -> None:
        """Put cases at the end of a casebook; those in it stay where they are."""
        new = tuple(case_ids)
        self._rewrite(
            "Adding to a casebook",
            casebook_id,
            lambda former: list(dict.fromkeys((*former, *new))),
        )

    def remove_from_casebook(self, casebook_id: str, case_ids: Iterable[str]) -> None:
        """Take cases out of a casebook; they stay in the library."""
        gone = set(case_ids)
        self._rewrite(
            "Removing from a casebook",
            casebook_id,
            lambda former: [case_id for case_id in former if case_id not in gone],
        )

    def order_casebook(self, casebook_id: str, case_ids: Sequence[str]) -> None:
        """Give a casebook's cases another order; those not named (in the trash) come last."""
        named = tuple(case_ids)
        self._rewrite(
            "Order of a casebook",
            casebook_id,
            lambda former: casebook_changes.with_first(named, former),
        )

    def stage(self, png: bytes) -> str:
        """Write a picture ahead of the cases that will name it; give its hash.

        What no case names in the end is swept away with the next deletion.
        """
        with self._store.guarding():
            return self._album.images.keep(png)

    def take_in(
        self, casebook: Casebook, cases: Sequence[Case], picture: Callable[[str], bytes]
    ) -> Casebook:
        """Keep a whole casebook, its cases and pictures, in one transaction: all or nothing.

        picture: gives the PNG of a hash. A case that is here already, with the same id, words and
        pictures, is not doubled; one of the same id with other words gets a new id. A casebook's
        name that is taken gets a number.
        """
        for sha256 in {sha256 for case in cases for sha256 in case.images}:
            # Ahead of its row, so that a long import holds the write lock only briefly.
            with self._store.guarding():
                self._album.images.keep(picture(sha256))
        parcel = Parcel(casebook, cases, picture)
        kept = self._make(lambda connection: take_in(connection, self._album, parcel))
        self._tell("casebooks", (kept.id,))
        return kept

    # History

    def record_question(self, record: QuestionRecord, png: bytes) -> None:
        """Keep a question with the picture that it was about."""
        with self._store.changing() as connection:
            self._album.keep(connection, png)
            question_rows.insert_question(connection, record)
        self._tell("history", (record.id,))

    def history(self, limit: int = 200) -> Sequence[QuestionRecord]:
        """Give the latest questions, newest first."""
        with self._store.reading() as connection:
            return question_rows.select_questions(connection, limit)

    def clear_history(self) -> int:
        """Delete every question and its picture, unless a case has it; say how many."""
        with self._store.changing() as connection:
            count = question_rows.delete_questions(connection)
            picture_rows.delete_unused(connection)
        self._sweep()
        self._tell("history", ())
        return count

    # Patients

    def traces(self, patient_key: str) -> Traces:
        """Find what is held of a patient, the trash included.

        patient_key: a pseudonym of this library; LibraryError for an empty one.
        """
        if not patient_key:
            raise LibraryError(
                "This case names no patient, so nothing else of the patient can be found.",
                "Delete the case itself.",
            )
        with self._store.reading() as connection:
            return select_traces(connection, patient_key)

    def erase(self, traces: Traces) -> None:
        """Delete a patient's cases, questions and pictures for good, from the files themselves."""
        with self._store.changing() as connection:
            delete_traces(connection, traces)
            picture_rows.delete_unused(connection)
        self._edits.clear()
        self._sweep()
        self._store.scrub()
        self._tell("cases", traces.case_ids)
        self._tell("history", ())

    # State

    def poll(self) -> bool:
        """Look whether another process changed the library; fires `changed` if so.

        Cheap: one read of a counter. The panels call it every 2 s.
        """
        version = self._store.data_version()
        if version == self._data_version:
            return False
        self._data_version = version
        self._tell("elsewhere", ())
        return True

    def health(self) -> LibraryHealth:
        """Check database and pictures; reads every picture."""
        with self._store.reading() as connection:
            return examine(connection, self._album)

    def _rewrite(
        self, label: str, casebook_id: str, change: Callable[[list[str]], list[str]]
    ) -> None:
        self._make(
            lambda connection: casebook_changes.rewrite(connection, label, casebook_id, change)
        )

    def _make(self, change: Callable[[Connection], Done[Result]]) -> Result:
        """Make a change in one transaction; then it can be taken back, and is told."""
        with self._store.changing() as connection:
            done = change(connection)
        if done.edit.ids:
            self._edits.push(done.edit)
            self._tell(done.edit.kind, done.edit.ids)
        return done.result

    def _sweep(self) -> None:
        with self._store.changing() as connection:
            self._album.sweep(connection)

    def _tell(self, kind: ChangeKind, ids: tuple[str, ...]) -> None:
        self._deliver(lambda: self.changed.emit(LibraryChange(kind, ids)))


def _case_of(draft: CaseDraft, images: tuple[str, ...], originals: tuple[str | None, ...]) -> Case:
    return Case(
        id=uuid.uuid4().hex,
        images=images,
        question=draft.question,
        answer=draft.answer,
        rationale=draft.rationale,
        tags=draft.tags,
        provenance=draft.provenance,
        task=draft.task,
        teaching_point=draft.teaching_point,
        author=draft.author,
        originals=originals,
        roi=draft.roi,
    )

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
from typing import Final

from platformdirs import user_data_path
from psygnal import Signal

from precedent_plugin.cases import Case, Casebook, CaseDraft
from precedent_plugin.errors import LibraryError
from precedent_plugin.history import QuestionRecord
from precedent_plugin.pictures import png_size
from precedent_plugin.pseudonyms import Pseudonyms
from precedent_plugin.storage import case_rows, casebook_rows, question_rows
from precedent_plugin.storage.edits import ChangeKind, Edit, EditStack
from precedent_plugin.storage.health import LibraryHealth, examine
from precedent_plugin.storage.image_folder import ImageFolder
from precedent_plugin.storage.store import Store

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
        self, store: Store, images: ImageFolder, pseudonyms: Pseudonyms, deliver: Deliver
    ) -> None:
        self.folder: Final = store.path.parent
        self.pseudonyms: Final = pseudonyms
        self._store = store
        self._images = images
        self._deliver = deliver
        self._edits = EditStack()
        self._data_version = store.data_version()

    @classmethod
    def open(cls, folder: Path, *, deliver: Deliver = call_now) -> "CaseLibrary":
        """Open the library in `folder`, or make one. Raises LibraryError."""
        store = Store(folder)
        try:
            return cls(store, ImageFolder(folder / "images"), Pseudonyms.open(folder), deliver)
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Close it; later calls raise LibraryError."""
        self._store.close()

    # Cases

    def add(self, draft: CaseDraft, *pngs: bytes) -> Case:
        """Keep a new case with its pictures. Raises PictureError, LibraryError."""
        for png in pngs:
            png_size(png)
        with self._store.changing() as connection:
            case = Case(
                id=uuid.uuid4().hex,
                images=tuple(self._keep(connection, png) for png in pngs),
                question=draft.question,
                answer=draft.answer,
                rationale=draft.rationale,
                tags=draft.tags,
                provenance=draft.provenance,
            )
            case_rows.insert_case(connection, case)
        self._made(
            "New case",
            "cases",
            (case.id,),
            lambda connection: _all_done(case_rows.trash_cases(connection, [case.id]), [case.id]),
        )
        return case

    def cases(
        self, query: str = "", casebook: str | None = None, *, limit: int | None = None
    ) -> Sequence[Case]:
        """Give cases; all words of `query` must begin words of question, answer, rationale or tags.

        casebook: the id of one, whose order is kept; else the newest come first.
        """
        with self._store.reading() as connection:
            return case_rows.select_cases(connection, query, casebook, limit)

    def find(self, case_id: str) -> Case | None:
        """Give a case, None when it is gone or in the trash."""
        with self._store.reading() as connection:
            return case_rows.select_case(connection, case_id)

    def update(self, case: Case) -> Case:
        """Keep an edited case; give it with its new revision. Pictures and keys stay as they are.

        Raises LibraryError when it was changed elsewhere since it was read.
        """
        with self._store.changing() as connection:
            former = case_rows.select_case(connection, case.id)
            case_rows.update_case(connection, case)
            kept = case_rows.select_case(connection, case.id)
        assert former is not None
        assert kept is not None
        back = replace(former, revision=kept.revision)
        self._made("Edit of a case", "cases", (case.id,), lambda c: case_rows.update_case(c, back))
        return kept

    def delete(self, case_ids: Iterable[str]) -> None:
        """Put cases into the trash; restored, they stand in their casebooks where they were."""
        with self._store.changing() as connection:
            gone = case_rows.trash_cases(connection, case_ids)
        self._made(
            "Deletion",
            "cases",
            tuple(gone),
            lambda c: _all_done(case_rows.restore_cases(c, gone), gone),
        )

    def restore(self, case_ids: Iterable[str]) -> None:
        """Take cases out of the trash."""
        with self._store.changing() as connection:
            back = case_rows.restore_cases(connection, case_ids)
        self._made(
            "Restoring",
            "cases",
            tuple(back),
            lambda c: _all_done(case_rows.trash_cases(c, back), back),
        )

    def trash(self) -> Sequence[Case]:
        """Give the cases in the trash, latest first."""
        with self._store.reading() as connection:
            return case_rows.select_trash(connection)

    def empty_trash(self) -> int:
        """Delete what is in the trash for good, pictures included; say how many cases."""
        with self._store.changing() as connection:
            gone = case_rows.delete_trash(connection)
            self._delete_unused(connection)
        self._edits.clear()
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
        return self._images.read(sha256)

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
        with self._store.changing() as connection:
            casebook_rows.insert_casebook(connection, casebook)
        self._made(
            "New casebook",
            "casebooks",
            (casebook.id,),
            lambda c: casebook_rows.delete(c, casebook.id),
        )
        return casebook

    def rename_casebook(self, casebook_id: str, name: str) -> None:
        """Give a casebook another name. Raises LibraryError when it is taken or empty."""
        with self._store.changing() as connection:
            casebook_rows.rename(connection, casebook_id, name.strip())
        self._tell("casebooks", (casebook_id,))

    def delete_casebook(self, casebook_id: str) -> None:
        """Delete a casebook; its cases stay."""
        with self._store.changing() as connection:
            former = next(
                (b for b in casebook_rows.select_casebooks(connection) if b.id == casebook_id), None
            )
            members = casebook_rows.members(connection, casebook_id)
            casebook_rows.delete(connection, casebook_id)
        assert former is not None

        def revert(connection: Connection) -> None:
            casebook_rows.insert_casebook(connection, former)
            casebook_rows.write_members(connection, casebook_id, members)

        self._made("Deletion of a casebook", "casebooks", (casebook_id,), revert)

    def add_to_casebook(self, casebook_id: str, case_ids: Iterable[str]) -> None:
        """Put cases at the end of a casebook; those in it stay where they are."""
        new = tuple(case_ids)
        self._rewrite_members(
            "Adding to a casebook",
            casebook_id,
            lambda former: list(dict.fromkeys((*former, *new))),
        )

    def remove_from_casebook(self, casebook_id: str, case_ids: Iterable[str]) -> None:
        """Take cases out of a casebook; they stay in the library."""
        gone = set(case_ids)
        self._rewrite_members(
            "Removing from a casebook",
            casebook_id,
            lambda former: [case_id for case_id in former if case_id not in gone],
        )

    def order_casebook(self, casebook_id: str, case_ids: Sequence[str]) -> None:
        """Give a casebook's cases another order; those not named (in the trash) come last."""
        named = tuple(case_ids)

        def ordered(former: list[str]) -> list[str]:
            if len(set(named)) != len(named) or not set(named) <= set(former):
                raise LibraryError(
                    "The casebook was changed elsewhere; its order was left as it is.",
                    "Read it anew and move the case again.",
                )
            return [*named, *(case_id for case_id in former if case_id not in set(named))]

        self._rewrite_members("Order of a casebook", casebook_id, ordered)

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
                self._images.keep(picture(sha256))
        with self._store.changing() as connection:
            name = casebook_rows.free_name(connection, casebook.name)
            kept = replace(casebook, id=uuid.uuid4().hex, name=name)
            casebook_rows.insert_casebook(connection, kept)
            ids = list(dict.fromkeys(self._take_case(connection, case) for case in cases))
            casebook_rows.write_members(connection, kept.id, ids)
        self._tell("cases", tuple(ids))
        self._tell("casebooks", (kept.id,))
        return replace(kept, case_count=len(ids))

    # History

    def record_question(self, record: QuestionRecord, png: bytes) -> None:
        """Keep a question with the picture that it was about."""
        with self._store.changing() as connection:
            self._keep(connection, png)
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
            self._delete_unused(connection)
        self._tell("history", ())
        return count

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
            return examine(connection, self._images)

    def _keep(self, connection: Connection, png: bytes) -> str:
        """Write a picture and name it; both under the write lock, so that no deletion crosses."""
        sha256 = self._images.keep(png)
        case_rows.insert_image(connection, sha256, png)
        return sha256

    def _take_case(self, connection: Connection, case: Case) -> str:
        here = case_rows.select_case(connection, case.id)
        if here is not None and _same(here, case):
            return case.id
        if here is not None or case_rows.select_case(connection, case.id, trashed=True):
            case = replace(case, id=uuid.uuid4().hex)
        for sha256 in case.images:
            self._keep(connection, self._images.read(sha256))
        case_rows.insert_case(connection, replace(case, revision=1))
        return case.id

    def _rewrite_members(
        self, label: str, casebook_id: str, change: Callable[[list[str]], list[str]]
    ) -> None:
        with self._store.changing() as connection:
            former = casebook_rows.members(connection, casebook_id)
            members = change(former)
            casebook_rows.write_members(connection, casebook_id, members)
        if members != former:
            self._made(
                label,
                "casebooks",
                (casebook_id,),
                lambda c: casebook_rows.write_members(c, casebook_id, former),
            )

    def _delete_unused(self, connection: Connection) -> None:
        for sha256 in case_rows.delete_unused_images(connection):
            self._images.delete(sha256)

    def _made(
        self,
        label: str,
        kind: ChangeKind,
        ids: tuple[str, ...],
        revert: Callable[[Connection], None],
    ) -> None:
        if ids:
            self._edits.push(Edit(label, kind, ids, revert))
            self._tell(kind, ids)

    def _tell(self, kind: ChangeKind, ids: tuple[str, ...]) -> None:
        self._deliver(lambda: self.changed.emit(LibraryChange(kind, ids)))


def _same(one: Case, other: Case) -> bool:
    return (one.images, one.question, one.answer, one.rationale) == (
        other.images,
        other.question,
        other.answer,
        other.rationale,
    )


def _all_done(done: Sequence[str], wanted: Sequence[str]) -> None:
    if len(done) != len(wanted):
        raise LibraryError(
            "This change cannot be taken back: the cases were changed elsewhere since.",
            "Look into the trash.",
        )

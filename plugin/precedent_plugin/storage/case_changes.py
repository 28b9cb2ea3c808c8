"""Changes of cases, each with its way back; they work inside the caller's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from sqlite3 import Connection

from precedent_plugin.cases import Case, CaseLink
from precedent_plugin.errors import LibraryError
from precedent_plugin.storage import case_rows, link_rows
from precedent_plugin.storage.edits import Done, Edit


def add(connection: Connection, case: Case) -> Done[Case]:
    """Write a new case; its pictures are named already."""
    case_rows.insert_case(connection, case)
    return Done(case, Edit("New case", "cases", (case.id,), lambda c: put_away(c, [case.id])))


def edit(connection: Connection, cases: Sequence[Case]) -> Done[list[Case]]:
    """Write edited cases, all or none; give them with their new revisions.

    Raises LibraryError when one was changed elsewhere since it was read.
    """
    kept: list[Case] = []
    back: list[Case] = []
    for case in cases:
        former = case_rows.select_case(connection, case.id)
        case_rows.update_case(connection, case)
        now = case_rows.select_case(connection, case.id)
        assert former is not None
        assert now is not None
        kept.append(now)
        back.append(replace(former, revision=now.revision))

    def revert(connection: Connection) -> None:
        for case in back:
            case_rows.update_case(connection, case)

    label = "Edit of a case" if len(kept) == 1 else f"Edit of {len(kept)} cases"
    return Done(kept, Edit(label, "cases", tuple(case.id for case in kept), revert))


def trash(connection: Connection, case_ids: Iterable[str]) -> Done[None]:
    """Put cases into the trash."""
    gone = case_rows.trash_cases(connection, case_ids)
    return Done(None, Edit("Deletion", "cases", tuple(gone), lambda c: take_back(c, gone)))


def restore(connection: Connection, case_ids: Iterable[str]) -> Done[None]:
    """Take cases out of the trash."""
    back = case_rows.restore_cases(connection, case_ids)
    return Done(None, Edit("Restoring", "cases", tuple(back), lambda c: put_away(c, back)))


def link(connection: Connection, case_id: str, wanted: CaseLink) -> Done[None]:
    """Say what a case is to another. Raises LibraryError unless both are on the shelf."""
    ids = (case_id, wanted.case_id) if link_rows.insert_link(connection, case_id, wanted) else ()
    return Done(
        None,
        Edit("Link of cases", "cases", ids, lambda c: link_rows.delete_link(c, case_id, wanted)),
    )


def unlink(connection: Connection, case_id: str, former: CaseLink) -> Done[None]:
    """Take back what a case was said to be to another."""
    ids = (case_id, former.case_id) if link_rows.delete_link(connection, case_id, former) else ()
    return Done(
        None,
        Edit("Unlinking", "cases", ids, lambda c: link_rows.insert_link(c, case_id, former)),
    )


def show_other_picture(
    connection: Connection, case: Case, position: int, sha256: str
) -> Done[Case]:
    """Show another picture, which has no original, in place of one of a case."""
    former = case.images[position], case.originals[position] if case.originals else None
    case_rows.update_picture(connection, case, position, sha256, None)
    now = case_rows.select_case(connection, case.id)
    assert now is not None
    back = replace(case, revision=now.revision)
    return Done(
        now,
        Edit(
            "Change of a picture",
            "cases",
            (case.id,),
            lambda c: case_rows.update_picture(c, back, position, *former),
        ),
    )


def put_away(connection: Connection, case_ids: Sequence[str]) -> None:
    """Put all these into the trash. Raises LibraryError unless all were on the shelf."""
    _all_done(case_rows.trash_cases(connection, case_ids), case_ids)


def take_back(connection: Connection, case_ids: Sequence[str]) -> None:
    """Take all these out of the trash. Raises LibraryError unless all were in it."""
    _all_done(case_rows.restore_cases(connection, case_ids), case_ids)


def _all_done(done: Sequence[str], wanted: Sequence[str]) -> None:
    if len(done) != len(wanted):
        raise LibraryError(
            "This change cannot be taken back: the cases were changed elsewhere since.",
            "Look into the trash.",
        )

"""Changes of casebooks, each with its way back; they work inside the caller's transaction."""

from collections.abc import Callable, Sequence
from sqlite3 import Connection

from precedent_plugin.cases import Casebook
from precedent_plugin.errors import LibraryError
from precedent_plugin.storage import case_changes, casebook_rows
from precedent_plugin.storage.edits import Done, Edit


def create(connection: Connection, casebook: Casebook) -> Done[Casebook]:
    """Make an empty casebook. Raises LibraryError when its name is taken or empty."""
    casebook_rows.insert_casebook(connection, casebook)
    return Done(
        casebook,
        Edit(
            "New casebook",
            "casebooks",
            (casebook.id,),
            lambda c: casebook_rows.delete(c, casebook.id),
        ),
    )


def describe(connection: Connection, casebook: Casebook) -> Done[None]:
    """Give a casebook another title page. Raises LibraryError when its name is taken or empty."""
    former = casebook_rows.find(connection, casebook.id)
    casebook_rows.describe(connection, casebook)
    return Done(
        None,
        Edit(
            "Title page of a casebook",
            "casebooks",
            (casebook.id,),
            lambda c: casebook_rows.describe(c, former),
        ),
    )


def delete(connection: Connection, casebook_id: str) -> Done[None]:
    """Delete a casebook; its cases stay."""
    former = casebook_rows.find(connection, casebook_id)
    members = casebook_rows.members(connection, casebook_id)
    casebook_rows.delete(connection, casebook_id)

    def revert(connection: Connection) -> None:
        casebook_rows.insert_casebook(connection, former)
        casebook_rows.write_members(connection, casebook_id, members)

    return Done(None, Edit("Deletion of a casebook", "casebooks", (casebook_id,), revert))


def rewrite(
    connection: Connection,
    label: str,
    casebook_id: str,
    change: Callable[[list[str]], list[str]],
) -> Done[None]:
    """Give a casebook other members or another order."""
    former = casebook_rows.members(connection, casebook_id)
    members = change(former)
    casebook_rows.write_members(connection, casebook_id, members)
    return Done(
        None,
        Edit(
            label,
            "casebooks",
            (casebook_id,) if members != former else (),
            lambda c: casebook_rows.write_members(c, casebook_id, former),
        ),
    )


def taken_in(casebook: Casebook, case_ids: Sequence[str]) -> Edit:
    """Give the way back of an import: the casebook goes, and its new cases into the trash."""

    def revert(connection: Connection) -> None:
        casebook_rows.delete(connection, casebook.id)
        case_changes.put_away(connection, case_ids)

    return Edit("Import of a casebook", "cases", (*case_ids, casebook.id), revert)


def with_first(named: Sequence[str], former: list[str]) -> list[str]:
    """Give members in a new order; those not named (in the trash) come last.

    Raises LibraryError when one is named twice or is no member.
    """
    chosen = set(named)
    if len(chosen) != len(named) or not chosen <= set(former):
        raise LibraryError(
            "The casebook was changed elsewhere; its order was left as it is.",
            "Read it anew and move the case again.",
        )
    return [*named, *(case_id for case_id in former if case_id not in chosen)]

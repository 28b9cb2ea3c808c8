"""Casebooks as rows of the library's database, inside the caller's transaction."""

import sqlite3
from collections.abc import Sequence

from precedent_plugin.cases import Casebook
from precedent_plugin.errors import LibraryError

MAX_NAME_CHARACTERS = 200


def select_casebooks(connection: sqlite3.Connection) -> list[Casebook]:
    """Give all casebooks by name, with the number of their cases that are not in the trash."""
    rows = connection.execute(
        "SELECT b.id, b.name, b.description, b.licence, b.created, (SELECT count(*)"
        " FROM casebook_cases m JOIN cases c ON c.number = m.case_number"
        " WHERE m.casebook_number = b.number AND c.trashed_at IS NULL)"
        " FROM casebooks b ORDER BY b.name COLLATE NOCASE"
    )
    return [Casebook(*row) for row in rows]


def find(connection: sqlite3.Connection, casebook_id: str) -> Casebook:
    """Give one casebook. Raises LibraryError when there is none."""
    for casebook in select_casebooks(connection):
        if casebook.id == casebook_id:
            return casebook
    raise _missing()


def insert_casebook(connection: sqlite3.Connection, casebook: Casebook) -> None:
    """Write a new casebook. Raises LibraryError when its name is empty, too long or taken."""
    check_name(connection, casebook.name)
    connection.execute(
        "INSERT INTO casebooks (id, name, description, licence, created) VALUES (?, ?, ?, ?, ?)",
        (casebook.id, casebook.name, casebook.description, casebook.licence, casebook.created),
    )


def describe(connection: sqlite3.Connection, casebook: Casebook) -> None:
    """Give a casebook another title page. Raises LibraryError as `insert_casebook`."""
    number = casebook_number(connection, casebook.id)
    check_name(connection, casebook.name, but=number)
    connection.execute(
        "UPDATE casebooks SET name = ?, description = ?, licence = ? WHERE number = ?",
        (casebook.name, casebook.description, casebook.licence, number),
    )


def delete(connection: sqlite3.Connection, casebook_id: str) -> None:
    """Delete a casebook; its cases stay."""
    number = casebook_number(connection, casebook_id)
    connection.execute("DELETE FROM casebooks WHERE number = ?", (number,))


def members(connection: sqlite3.Connection, casebook_id: str) -> list[str]:
    """Give the ids of a casebook's cases in order, those in the trash included."""
    rows = connection.execute(
        "SELECT c.id FROM casebook_cases m JOIN cases c ON c.number = m.case_number"
        " WHERE m.casebook_number = ? ORDER BY m.position",
        (casebook_number(connection, casebook_id),),
    )
    return [str(row[0]) for row in rows]


def write_members(
    connection: sqlite3.Connection, casebook_id: str, case_ids: Sequence[str]
) -> None:
    """Make these the casebook's cases, in this order. Raises LibraryError for an unknown case."""
    number = casebook_number(connection, casebook_id)
    connection.execute("DELETE FROM casebook_cases WHERE casebook_number = ?", (number,))
    for position, case_id in enumerate(case_ids):
        cursor = connection.execute(
            "INSERT INTO casebook_cases (casebook_number, case_number, position)"
            " SELECT ?, number, ? FROM cases WHERE id = ?",
            (number, position, case_id),
        )
        if cursor.rowcount != 1:
            raise LibraryError(
                "One of these cases is not in the library any more; the casebook was not changed.",
                "Read the list anew and try again.",
            )


def casebook_number(connection: sqlite3.Connection, casebook_id: str) -> int:
    """Give the row of a casebook. Raises LibraryError when there is none."""
    row = connection.execute("SELECT number FROM casebooks WHERE id = ?", (casebook_id,)).fetchone()
    if row is None:
        raise _missing()
    return int(row[0])


def check_name(connection: sqlite3.Connection, name: str, *, but: int = 0) -> None:
    """Raise LibraryError unless a casebook can have this name."""
    if not name.strip() or len(name) > MAX_NAME_CHARACTERS:
        raise LibraryError(
            f"A casebook's name has 1 to {MAX_NAME_CHARACTERS} characters.", "Give it another."
        )
    if connection.execute(
        "SELECT 1 FROM casebooks WHERE name = ? AND number <> ?", (name, but)
    ).fetchone():
        raise LibraryError(f"There is a casebook named “{name}” already.", "Choose another name.")


def free_name(connection: sqlite3.Connection, name: str) -> str:
    """Give `name`, or the first of "name (2)", "name (3)"… that is not taken."""
    taken = {str(row[0]).casefold() for row in connection.execute("SELECT name FROM casebooks")}
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        suffix = f" ({number})"
        candidate = name[: MAX_NAME_CHARACTERS - len(suffix)] + suffix
    return candidate


def _missing() -> LibraryError:
    return LibraryError("This casebook is not in the library any more.", "Choose another one.")

"""What cases are to each other, inside the caller's transaction."""

import sqlite3

from precedent_plugin.cases import CaseLink
from precedent_plugin.errors import LibraryError


def insert_link(connection: sqlite3.Connection, case_id: str, link: CaseLink) -> bool:
    """Write a link; say whether it is new. Raises LibraryError unless both cases are there."""
    if case_id == link.case_id:
        raise LibraryError(
            "A case cannot be linked to itself; nothing was changed.", "Choose another case."
        )
    numbers = _number(connection, case_id), link.kind, _number(connection, link.case_id)
    cursor = connection.execute(
        "INSERT INTO case_links (case_number, kind, other_number) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        numbers,
    )
    return cursor.rowcount == 1


def delete_link(connection: sqlite3.Connection, case_id: str, link: CaseLink) -> bool:
    """Remove a link; say whether there was one."""
    cursor = connection.execute(
        "DELETE FROM case_links WHERE kind = ?"
        " AND case_number = (SELECT number FROM cases WHERE id = ?)"
        " AND other_number = (SELECT number FROM cases WHERE id = ?)",
        (link.kind, case_id, link.case_id),
    )
    return cursor.rowcount == 1


def select_links_to(connection: sqlite3.Connection, case_id: str) -> list[CaseLink]:
    """Give what other cases on the shelf are to this one, each by its own id."""
    rows = connection.execute(
        "SELECT l.kind, c.id FROM case_links l JOIN cases c ON c.number = l.case_number"
        " WHERE l.other_number = (SELECT number FROM cases WHERE id = ?)"
        " AND c.trashed_at IS NULL ORDER BY c.number",
        (case_id,),
    )
    return [CaseLink(kind, other) for kind, other in rows]


def _number(connection: sqlite3.Connection, case_id: str) -> int:
    row = connection.execute(
        "SELECT number FROM cases WHERE id = ? AND trashed_at IS NULL", (case_id,)
    ).fetchone()
    if row is None:
        raise LibraryError(
            "One of these cases is not in the library any more; they were not linked.",
            "Read the list anew and try again.",
        )
    return int(row[0])

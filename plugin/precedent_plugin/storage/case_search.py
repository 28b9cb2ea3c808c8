"""Cases by words and casebook, a window of rows at a time, inside the caller's transaction."""

import sqlite3
from dataclasses import dataclass

from precedent_plugin.cases import Case
from precedent_plugin.storage.case_rows import SELECTED, case_of


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a list are wanted."""

    offset: int = 0
    limit: int | None = None
    """None for all that follow."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which cases are wanted, in which order."""

    query: str = ""
    """All its words must begin words of a case."""
    casebook_id: str | None = None
    """Keeps a casebook's order; else the newest come first."""


def select_cases(connection: sqlite3.Connection, search: Search, window: Window) -> list[Case]:
    """Give the cases of one window of what a search finds."""
    found, values, place = _found(search)
    limit = -1 if window.limit is None else window.limit
    rows = connection.execute(
        # The window is cut before the rows are filled: a far one costs no more than a near one.
        f"SELECT {SELECTED} FROM (SELECT c.number AS n, {place} AS place {found}"
        f" ORDER BY {_order(search, place)} LIMIT ? OFFSET ?) JOIN cases c ON c.number = n"
        f" ORDER BY {_order(search, 'place')}",
        (*values, limit, window.offset),
    )
    return [case_of(row) for row in rows]


def select_ids(connection: sqlite3.Connection, search: Search) -> list[str]:
    """Give the ids of all that a search finds, in its order."""
    found, values, place = _found(search)
    rows = connection.execute(f"SELECT c.id {found} ORDER BY {_order(search, place)}", values)
    return [str(row[0]) for row in rows]


def count_cases(connection: sqlite3.Connection, search: Search) -> int:
    """Say how many cases a search finds."""
    found, values, _ = _found(search)
    return int(connection.execute(f"SELECT count(*) {found}", values).fetchone()[0])


def match_words(query: str) -> str:
    """Turn a user's words into a full-text query: every word must begin a word of the case.

    Each is quoted, so that no character of it is an operator.
    """
    whole = query.encode("utf-8", "ignore").decode().replace("\0", " ")
    words = ["".join(part.split('"')) for part in whole.split()]
    return " ".join(f'"{word}"*' for word in words if any(map(str.isalnum, word)))


def _found(search: Search) -> tuple[str, list[str], str]:
    """Give FROM with WHERE, its values, and the place of a case."""
    words = match_words(search.query)
    # The index of words gives its rows in the order of their numbers, so that nothing is sorted.
    source = "cases c" if not words else "case_words w JOIN cases c ON c.number = w.rowid"
    place = "c.number" if not words else "w.rowid"
    conditions, values = ["c.trashed_at IS NULL"], list[str]()
    if search.casebook_id is not None:
        source += " JOIN casebook_cases m ON m.case_number = c.number"
        conditions.append("m.casebook_number = (SELECT number FROM casebooks WHERE id = ?)")
        values.append(search.casebook_id)
        place = "m.position"
    if words:
        conditions.append("case_words MATCH ?")
        values.append(words)
    return f"FROM {source} WHERE {' AND '.join(conditions)}", values, place


def _order(search: Search, place: str) -> str:
    """Give a casebook's own order, else the newest first."""
    return place if search.casebook_id is not None else f"{place} DESC"

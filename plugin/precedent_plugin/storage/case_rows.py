"""Cases as rows of the library's database. Every function works inside the caller's transaction."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from precedent_plugin.cases import Case, Provenance
from precedent_plugin.errors import LibraryError
from precedent_plugin.pictures import png_size

COLUMNS: Final = """
    c.id, c.question, c.answer, c.rationale, c.tags, c.modality, c.body_part, c.laterality,
    c.window_center, c.window_width, c.patient_key, c.study_key, c.created, c.source, c.licence,
    c.revision,
    (SELECT json_group_array(i.sha256) FROM (SELECT sha256 FROM case_images
        WHERE case_number = c.number ORDER BY position) AS i)
"""


def insert_image(connection: sqlite3.Connection, sha256: str, png: bytes) -> None:
    """Name a picture that lies in the folder."""
    width, height = png_size(png)
    connection.execute(
        "INSERT INTO images (sha256, width, height, bytes) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (sha256, width, height, len(png)),
    )


def insert_case(connection: sqlite3.Connection, case: Case) -> None:
    """Write a new case; its pictures are named already."""
    where = case.provenance
    cursor = connection.execute(
        "INSERT INTO cases (id, question, answer, rationale, tags, modality, body_part, laterality,"
        " window_center, window_width, patient_key, study_key, created, source, licence, revision)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            case.id,
            *_words(case),
            where.modality,
            where.body_part,
            where.laterality,
            *(where.window or (None, None)),
            where.patient_key,
            where.study_key,
            where.created,
            where.source,
            where.licence,
            case.revision,
        ),
    )
    connection.executemany(
        "INSERT INTO case_images (case_number, position, sha256) VALUES (?, ?, ?)",
        [(cursor.lastrowid, position, sha256) for position, sha256 in enumerate(case.images)],
    )


def update_case(connection: sqlite3.Connection, case: Case) -> None:
    """Write the words and the described provenance of a case over its former revision.

    Raises LibraryError when another revision is there by now, or the case is gone.
    """
    where = case.provenance
    cursor = connection.execute(
        "UPDATE cases SET question = ?, answer = ?, rationale = ?, tags = ?, modality = ?,"
        " body_part = ?, laterality = ?, licence = ?, source = ?, revision = revision + 1"
        " WHERE id = ? AND revision = ? AND trashed_at IS NULL",
        (
            *_words(case),
            where.modality,
            where.body_part,
            where.laterality,
            where.licence,
            where.source,
            case.id,
            case.revision,
        ),
    )
    if cursor.rowcount != 1:
        raise LibraryError(
            "This case was changed or deleted elsewhere while it was edited; nothing was changed.",
            "Open it again and repeat the edit.",
        )


def select_case(
    connection: sqlite3.Connection, case_id: str, *, trashed: bool = False
) -> Case | None:
    """Give one case, from the shelf or from the trash."""
    row = connection.execute(
        f"SELECT {COLUMNS} FROM cases c WHERE c.id = ? AND (c.trashed_at IS NOT NULL) = ?",
        (case_id, trashed),
    ).fetchone()
    return None if row is None else _case(row)


def select_cases(
    connection: sqlite3.Connection, query: str, casebook_id: str | None, limit: int | None
) -> list[Case]:
    """Give cases that match all words of `query`, newest first or in a casebook's order."""
    sources, conditions, values = ["cases c"], ["c.trashed_at IS NULL"], list[str | int]()
    order = "c.number DESC"
    if casebook_id is not None:
        sources.append("JOIN casebook_cases m ON m.case_number = c.number")
        sources.append("JOIN casebooks b ON b.number = m.casebook_number")
        conditions.append("b.id = ?")
        values.append(casebook_id)
        order = "m.position"
    words = match_words(query)
    if words:
        conditions.append("c.number IN (SELECT rowid FROM case_words WHERE case_words MATCH ?)")
        values.append(words)
    values.append(-1 if limit is None else limit)
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM {' '.join(sources)} WHERE {' AND '.join(conditions)} "
        f"ORDER BY {order} LIMIT ?",
        values,
    )
    return [_case(row) for row in rows]


def select_trash(connection: sqlite3.Connection) -> list[Case]:
    """Give the cases in the trash, latest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM cases c WHERE c.trashed_at IS NOT NULL "
        "ORDER BY c.trashed_at DESC, c.number DESC"
    )
    return [_case(row) for row in rows]


def trash_cases(connection: sqlite3.Connection, case_ids: Iterable[str]) -> list[str]:
    """Put cases into the trash; give those that were not there yet."""
    now = datetime.now(UTC).isoformat()
    return [
        case_id
        for case_id in case_ids
        if connection.execute(
            "UPDATE cases SET trashed_at = ? WHERE id = ? AND trashed_at IS NULL", (now, case_id)
        ).rowcount
    ]


def restore_cases(connection: sqlite3.Connection, case_ids: Iterable[str]) -> list[str]:
    """Take cases out of the trash; give those that were in it."""
    return [
        case_id
        for case_id in case_ids
        if connection.execute(
            "UPDATE cases SET trashed_at = NULL WHERE id = ? AND trashed_at IS NOT NULL",
            (case_id,),
        ).rowcount
    ]


def delete_trash(connection: sqlite3.Connection) -> list[str]:
    """Delete what is in the trash for good; give the ids."""
    rows = connection.execute("DELETE FROM cases WHERE trashed_at IS NOT NULL RETURNING id")
    return [str(row[0]) for row in rows.fetchall()]


def delete_unused_images(connection: sqlite3.Connection) -> list[str]:
    """Forget the pictures that no case and no question names; give their hashes."""
    rows = connection.execute(
        "DELETE FROM images WHERE sha256 NOT IN (SELECT sha256 FROM case_images)"
        " AND sha256 NOT IN (SELECT image FROM questions) RETURNING sha256"
    )
    return [str(row[0]) for row in rows.fetchall()]


def match_words(query: str) -> str:
    """Turn a user's words into a full-text query: every word must begin a word of the case.

    Each is quoted, so that no character of it is an operator.
    """
    whole = query.encode("utf-8", "ignore").decode().replace("\0", " ")
    words = ["".join(part.split('"')) for part in whole.split()]
    return " ".join(f'"{word}"*' for word in words if any(map(str.isalnum, word)))


def _words(case: Case) -> tuple[str, str, str | None, str]:
    tags = json.dumps(case.tags, ensure_ascii=False)
    return case.question, case.answer, case.rationale, tags


def _case(row: Sequence[Any]) -> Case:
    window = None if row[8] is None or row[9] is None else (row[8], row[9])
    return Case(
        id=row[0],
        images=tuple(json.loads(row[16])),
        question=row[1],
        answer=row[2],
        rationale=row[3],
        tags=tuple(json.loads(row[4])),
        provenance=Provenance(row[5], row[6], row[7], window, *row[10:15]),
        revision=row[15],
    )

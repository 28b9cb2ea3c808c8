"""Cases as rows of the library's database. Every function works inside the caller's transaction."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any, Final

from precedent_plugin.cases import Case, CaseLink, Provenance, Roi
from precedent_plugin.errors import LibraryError

WORDS: Final = (
    "question, answer, rationale, tags, task, teaching_point, author, modality, body_part,"
    " laterality, licence, source, roi"
)
"""What an edit may change."""
PIXELS: Final = "window_center, window_width, is_inverted, row_spacing_mm, column_spacing_mm, mpp"
"""What belongs to the first picture."""
FIXED: Final = "id, revision, patient_key, study_key, created"
FIELDS: Final = f"{FIXED}, {WORDS}, {PIXELS}"
SELECTED: Final = f"""
    {", ".join(f"c.{name.strip()}" for name in FIELDS.split(","))},
    (SELECT json_group_array(json_array(i.sha256, i.original)) FROM (
        SELECT sha256, original FROM case_images
        WHERE case_number = c.number ORDER BY position) AS i) AS pictures,
    (SELECT json_group_array(json_array(l.kind, o.id)) FROM case_links l
        JOIN cases o ON o.number = l.other_number WHERE l.case_number = c.number) AS links
"""


def insert_case(connection: sqlite3.Connection, case: Case) -> None:
    """Write a new case without its links; its pictures are named already."""
    where = case.provenance
    fixed = (case.id, case.revision, where.patient_key, where.study_key, where.created)
    values = (*fixed, *_words(case), *_pixels(where))
    cursor = connection.execute(
        f"INSERT INTO cases ({FIELDS}) VALUES ({', '.join('?' * len(values))})", values
    )
    originals = case.originals or (None,) * len(case.images)
    connection.executemany(
        "INSERT INTO case_images (case_number, position, sha256, original) VALUES (?, ?, ?, ?)",
        [
            (cursor.lastrowid, position, sha256, original)
            for position, (sha256, original) in enumerate(zip(case.images, originals, strict=True))
        ],
    )


def update_case(connection: sqlite3.Connection, case: Case) -> None:
    """Write the words and the described provenance of a case over its former revision.

    Raises LibraryError when another revision is there by now, or the case is gone.
    """
    changes = ", ".join(f"{name.strip()} = ?" for name in WORDS.split(","))
    cursor = connection.execute(
        f"UPDATE cases SET {changes}, revision = revision + 1"
        " WHERE id = ? AND revision = ? AND trashed_at IS NULL",
        (*_words(case), case.id, case.revision),
    )
    require_change(cursor)


def update_picture(
    connection: sqlite3.Connection, case: Case, position: int, sha256: str, original: str | None
) -> None:
    """Show another picture in place of one of a case; it is named already.

    Raises LibraryError when another revision of the case is there by now, or the case is gone.
    """
    require_change(
        connection.execute(
            "UPDATE cases SET revision = revision + 1"
            " WHERE id = ? AND revision = ? AND trashed_at IS NULL",
            (case.id, case.revision),
        )
    )
    connection.execute(
        "UPDATE case_images SET sha256 = ?, original = ?"
        " WHERE position = ? AND case_number = (SELECT number FROM cases WHERE id = ?)",
        (sha256, original, position, case.id),
    )


def require_change(cursor: sqlite3.Cursor) -> None:
    """Raise LibraryError unless the statement changed one row."""
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
        f"SELECT {SELECTED} FROM cases c WHERE c.id = ? AND (c.trashed_at IS NOT NULL) = ?",
        (case_id, trashed),
    ).fetchone()
    return None if row is None else case_of(row)


def select_known(connection: sqlite3.Connection, case_ids: Sequence[str]) -> list[Case]:
    """Give the cases of these ids, from the shelf or from the trash, in no order."""
    rows = connection.execute(
        f"SELECT {SELECTED} FROM cases c WHERE c.id IN (SELECT value FROM json_each(?))",
        (json.dumps(case_ids),),
    )
    return [case_of(row) for row in rows]


def select_trash(connection: sqlite3.Connection) -> list[Case]:
    """Give the cases in the trash, latest first."""
    rows = connection.execute(
        f"SELECT {SELECTED} FROM cases c WHERE c.trashed_at IS NOT NULL "
        "ORDER BY c.trashed_at DESC, c.number DESC"
    )
    return [case_of(row) for row in rows]


def select_trash_ids(connection: sqlite3.Connection) -> list[str]:
    """Give the ids of the cases in the trash, latest first."""
    rows = connection.execute(
        "SELECT id FROM cases WHERE trashed_at IS NOT NULL ORDER BY trashed_at DESC, number DESC"
    )
    return [str(row[0]) for row in rows]


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


def case_of(row: Sequence[Any]) -> Case:
    """Make a case of a row of `SELECTED`."""
    case_id, revision, patient_key, study_key, created = row[:5]
    question, answer, rationale, tags, task, teaching_point, author = row[5:12]
    modality, body_part, laterality, licence, source, roi = row[12:18]
    center, width, is_inverted, between_rows, between_columns, mpp = row[18:24]
    pictures = json.loads(row[24])
    originals = tuple(original for _, original in pictures)
    return Case(
        id=case_id,
        images=tuple(sha256 for sha256, _ in pictures),
        question=question,
        answer=answer,
        rationale=rationale,
        tags=tuple(json.loads(tags)),
        provenance=Provenance(
            modality=modality,
            body_part=body_part,
            laterality=laterality,
            window=_pair(center, width),
            patient_key=patient_key,
            study_key=study_key,
            created=created,
            source=source,
            licence=licence,
            spacing_mm=_pair(between_rows, between_columns),
            mpp=mpp,
            is_inverted=bool(is_inverted),
        ),
        revision=revision,
        task=task,
        teaching_point=teaching_point,
        author=author,
        originals=originals if any(originals) else (),
        links=tuple(CaseLink(kind, other) for kind, other in json.loads(row[25])),
        roi=None if roi is None else Roi(*json.loads(roi)),
    )


def _words(case: Case) -> tuple[str | None, ...]:
    where = case.provenance
    tags = json.dumps(case.tags, ensure_ascii=False)
    said = (case.question, case.answer, case.rationale, tags, case.task, case.teaching_point)
    about = (where.modality, where.body_part, where.laterality, where.licence, where.source)
    place = None if case.roi is None else json.dumps(astuple(case.roi))
    return *said, case.author, *about, place


def _pixels(where: Provenance) -> tuple[float | None, ...]:
    nothing = (None, None)
    return (
        *(where.window or nothing), where.is_inverted, *(where.spacing_mm or nothing), where.mpp
    )  # fmt: skip


def _pair(first: float | None, second: float | None) -> tuple[float, float] | None:
    return None if first is None or second is None else (first, second)

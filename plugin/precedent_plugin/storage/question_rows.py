"""Asked questions as rows of the library's database, inside the caller's transaction."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from precedent_plugin.history import QuestionRecord

COLUMNS: Final = (
    "id, asked_at, question, outcome, answer, model, case_ids, image, source, confidence, "
    "warnings, patient_key, study_key"
)


def insert_question(connection: sqlite3.Connection, record: QuestionRecord) -> None:
    """Write a question; its picture is named already."""
    connection.execute(
        f"INSERT INTO questions ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            record.id,
            record.asked_at,
            record.question,
            record.outcome,
            record.answer,
            record.model,
            json.dumps(record.case_ids),
            record.image,
            record.source,
            record.confidence,
            json.dumps(record.warnings, ensure_ascii=False),
            record.patient_key,
            record.study_key,
        ),
    )


def select_questions(connection: sqlite3.Connection, limit: int) -> list[QuestionRecord]:
    """Give the latest questions, newest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM questions ORDER BY number DESC LIMIT ?", (limit,)
    )
    return [_record(row) for row in rows]


def delete_questions(connection: sqlite3.Connection) -> int:
    """Delete every question; say how many there were."""
    return connection.execute("DELETE FROM questions").rowcount


def _record(row: Sequence[Any]) -> QuestionRecord:
    return QuestionRecord(
        id=row[0],
        asked_at=row[1],
        question=row[2],
        outcome=row[3],
        answer=row[4],
        model=row[5],
        case_ids=tuple(json.loads(row[6])),
        image=row[7],
        source=row[8],
        confidence=row[9],
        warnings=tuple(json.loads(row[10])),
        patient_key=row[11],
        study_key=row[12],
    )

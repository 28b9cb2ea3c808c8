"""What the library's database holds of one patient, inside the caller's transaction."""

import json
import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traces:
    """What a patient's data is found by."""

    patient_key: str
    case_ids: tuple[str, ...] = ()
    """On the shelf and in the trash; with those that hold one of the pictures and name nobody."""
    question_ids: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    """SHA-256 of the pictures and of the modality values under them."""
    shared: int = 0
    """How many pictures stay, because a case of another patient holds the very same one."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not (self.case_ids or self.question_ids)


def select_traces(connection: sqlite3.Connection, patient_key: str) -> Traces:
    """Find what is held of a patient."""
    own = _column(
        connection,
        "SELECT m.sha256 FROM case_images m JOIN cases c ON c.number = m.case_number"
        " WHERE c.patient_key = :key UNION SELECT image FROM questions WHERE patient_key = :key",
        key=patient_key,
    )
    listed = json.dumps(own)
    cases = _column(
        connection,
        "SELECT id FROM cases WHERE patient_key = :key OR (patient_key = '' AND number IN ("
        "SELECT case_number FROM case_images WHERE sha256 IN (SELECT value FROM json_each(:own))))"
        " ORDER BY number",
        key=patient_key,
        own=listed,
    )
    questions = _column(
        connection,
        "SELECT id FROM questions WHERE patient_key = :key OR (patient_key = '' AND image IN"
        " (SELECT value FROM json_each(:own))) ORDER BY number",
        key=patient_key,
        own=listed,
    )
    held = _column(
        connection,
        "SELECT m.sha256 FROM case_images m JOIN cases c ON c.number = m.case_number WHERE c.id IN"
        " (SELECT value FROM json_each(:cases)) UNION SELECT m.original FROM case_images m"
        " JOIN cases c ON c.number = m.case_number WHERE m.original IS NOT NULL AND c.id IN"
        " (SELECT value FROM json_each(:cases)) UNION SELECT image FROM questions WHERE id IN"
        " (SELECT value FROM json_each(:questions))",
        cases=json.dumps(cases),
        questions=json.dumps(questions),
    )
    staying = _column(
        connection,
        "SELECT m.sha256 FROM case_images m JOIN cases c ON c.number = m.case_number WHERE c.id"
        " NOT IN (SELECT value FROM json_each(:cases)) UNION SELECT m.original FROM case_images m"
        " JOIN cases c ON c.number = m.case_number WHERE m.original IS NOT NULL AND c.id NOT IN"
        " (SELECT value FROM json_each(:cases)) UNION SELECT image FROM questions WHERE id NOT IN"
        " (SELECT value FROM json_each(:questions))",
        cases=json.dumps(cases),
        questions=json.dumps(questions),
    )
    kept = set(staying)
    pictures = tuple(sha256 for sha256 in held if sha256 not in kept)
    shared = len(held) - len(pictures)
    return Traces(patient_key, tuple(cases), tuple(questions), pictures, shared)


def delete_traces(connection: sqlite3.Connection, traces: Traces) -> None:
    """Delete a patient's cases and questions, and their ids where other questions name them."""
    cases, questions = json.dumps(traces.case_ids), json.dumps(traces.question_ids)
    connection.execute(
        "DELETE FROM cases WHERE id IN (SELECT value FROM json_each(?))",
        (cases,),
    )
    connection.execute(
        "DELETE FROM questions WHERE id IN (SELECT value FROM json_each(?))",
        (questions,),
    )
    connection.execute(
        "UPDATE questions SET case_ids = (SELECT json_group_array(value) FROM"
        " json_each(questions.case_ids) WHERE value NOT IN (SELECT value FROM json_each(:cases)))"
        " WHERE EXISTS (SELECT 1 FROM json_each(questions.case_ids) WHERE value IN"
        " (SELECT value FROM json_each(:cases)))",
        {"cases": cases},
    )


def _column(connection: sqlite3.Connection, query: str, **values: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(query, values)]

"""What suggestions ask of the database, inside the caller's transaction."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from precedent_plugin.cases import Case
from precedent_plugin.storage.case_rows import SELECTED, case_of


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases may be suggested. Empty fields leave everything in; A is a."""

    casebook_id: str | None = None
    tags: tuple[str, ...] = ()
    """All of them."""
    modality: str = ""
    body_part: str = ""
    excluded_patients: frozenset[str] = frozenset()
    """Keyed pseudonyms whose cases stay out, as do those of the studies."""
    excluded_studies: frozenset[str] = frozenset()
    excluded_cases: frozenset[str] = frozenset()

    @property
    def is_everything(self) -> bool:
        """Whether no case is left out."""
        return self == Scope()

    def holds(self, case: Case) -> bool:
        """Say of a case outside the library whether it may be suggested."""
        where = case.provenance
        tags = {tag.casefold() for tag in case.tags}
        return (
            all(tag.casefold() in tags for tag in self.tags)
            and self.modality.casefold() in ("", where.modality.casefold())
            and self.body_part.casefold() in ("", where.body_part.casefold())
            and where.patient_key not in self.excluded_patients
            and where.study_key not in self.excluded_studies
            and case.id not in self.excluded_cases
        )


class Entry(NamedTuple):
    """What is kept in memory of a case."""

    number: int
    question: str
    pictures: tuple[str, ...]


def kept_pictures(connection: sqlite3.Connection) -> frozenset[str]:
    """Give the hashes of all cases' pictures, those in the trash included."""
    rows = connection.execute("SELECT DISTINCT sha256 FROM case_images")
    return frozenset(row[0] for row in rows)


def entries(connection: sqlite3.Connection) -> list[Entry]:
    """Give every case on the shelf, the newest first."""
    rows = connection.execute(
        "SELECT c.number, c.question, group_concat(i.sha256, ' ')"
        " FROM cases c JOIN case_images i ON i.case_number = c.number"
        " WHERE c.trashed_at IS NULL GROUP BY c.number ORDER BY c.number DESC"
    )
    return [Entry(number, question, tuple(names.split())) for number, question, names in rows]


def numbers_within(connection: sqlite3.Connection, scope: Scope) -> list[int]:
    """Give the numbers of the cases on the shelf that a scope holds."""
    conditions, values = ["c.trashed_at IS NULL"], list[str]()
    if scope.casebook_id is not None:
        conditions.append(
            "c.number IN (SELECT case_number FROM casebook_cases WHERE casebook_number ="
            " (SELECT number FROM casebooks WHERE id = ?))"
        )
        values.append(scope.casebook_id)
    for tag in scope.tags:
        conditions.append("EXISTS (SELECT 1 FROM json_each(c.tags) WHERE lower(value) = lower(?))")
        values.append(tag)
    for column, wanted in (("modality", scope.modality), ("body_part", scope.body_part)):
        if wanted:
            conditions.append(f"lower(c.{column}) = lower(?)")
            values.append(wanted)
    left_out = {
        "patient_key": scope.excluded_patients,
        "study_key": scope.excluded_studies,
        "id": scope.excluded_cases,
    }
    for column, keys in left_out.items():
        if keys:
            conditions.append(f"c.{column} NOT IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(sorted(keys)))
    where = " AND ".join(conditions)
    rows = connection.execute(f"SELECT c.number FROM cases c WHERE {where}", values)
    return [row[0] for row in rows]


def numbered(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, Case]:
    """Give cases by their numbers; those that are gone or in the trash are left out."""
    rows = connection.execute(
        f"SELECT {SELECTED}, c.number FROM cases c"
        " WHERE c.trashed_at IS NULL AND c.number IN (SELECT value FROM json_each(?))",
        (json.dumps([int(number) for number in numbers]),),
    )
    return {row[-1]: case_of(row[:-1]) for row in rows}

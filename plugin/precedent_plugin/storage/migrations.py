"""The schema of the library and its way through time.

Each migration brings a database from one version to the next in one transaction; the version is
SQLite's own `user_version`. A released migration is never edited: a change is a new one.
"""

import sqlite3
from typing import Final

from precedent_plugin.errors import LibraryError

CASES: Final = """
CREATE TABLE images (
    sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
    width INTEGER NOT NULL CHECK (width > 0),
    height INTEGER NOT NULL CHECK (height > 0),
    bytes INTEGER NOT NULL CHECK (bytes > 0)
) STRICT;
CREATE TABLE cases (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 32),
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    rationale TEXT,
    tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
    modality TEXT NOT NULL DEFAULT '',
    body_part TEXT NOT NULL DEFAULT '',
    laterality TEXT NOT NULL DEFAULT '',
    window_center REAL,
    window_width REAL,
    patient_key TEXT NOT NULL DEFAULT '',
    study_key TEXT NOT NULL DEFAULT '',
    created TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT '',
    licence TEXT NOT NULL DEFAULT '',
    revision INTEGER NOT NULL DEFAULT 1,
    trashed_at TEXT
) STRICT;
CREATE INDEX cases_by_patient ON cases (patient_key);
CREATE TABLE case_images (
    case_number INTEGER NOT NULL REFERENCES cases (number) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    sha256 TEXT NOT NULL REFERENCES images (sha256),
    PRIMARY KEY (case_number, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_images_by_hash ON case_images (sha256);
CREATE TABLE casebooks (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 32),
    name TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (length(name) > 0),
    description TEXT NOT NULL DEFAULT '',
    licence TEXT NOT NULL DEFAULT '',
    created TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE casebook_cases (
    casebook_number INTEGER NOT NULL REFERENCES casebooks (number) ON DELETE CASCADE,
    case_number INTEGER NOT NULL REFERENCES cases (number) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (casebook_number, case_number)
) STRICT, WITHOUT ROWID;
CREATE INDEX casebook_cases_by_case ON casebook_cases (case_number);
CREATE VIRTUAL TABLE case_words USING fts5 (
    question, answer, rationale, tags,
    content = 'cases', content_rowid = 'number', prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER case_words_insert AFTER INSERT ON cases BEGIN
    INSERT INTO case_words (rowid, question, answer, rationale, tags)
    VALUES (new.number, new.question, new.answer, new.rationale, new.tags);
END;
CREATE TRIGGER case_words_delete AFTER DELETE ON cases BEGIN
    INSERT INTO case_words (case_words, rowid, question, answer, rationale, tags)
    VALUES ('delete', old.number, old.question, old.answer, old.rationale, old.tags);
END;
CREATE TRIGGER case_words_update AFTER UPDATE OF question, answer, rationale, tags ON cases BEGIN
    INSERT INTO case_words (case_words, rowid, question, answer, rationale, tags)
    VALUES ('delete', old.number, old.question, old.answer, old.rationale, old.tags);
    INSERT INTO case_words (rowid, question, answer, rationale, tags)
    VALUES (new.number, new.question, new.answer, new.rationale, new.tags);
END;
"""

QUESTIONS: Final = """
CREATE TABLE questions (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 32),
    asked_at TEXT NOT NULL,
    question TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('answered', 'cancelled', 'failed')),
    answer TEXT NOT NULL,
    model TEXT NOT NULL,
    case_ids TEXT NOT NULL CHECK (json_valid(case_ids)),
    image TEXT NOT NULL REFERENCES images (sha256),
    source TEXT NOT NULL DEFAULT '',
    confidence REAL,
    warnings TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(warnings)),
    patient_key TEXT NOT NULL DEFAULT '',
    study_key TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX questions_by_image ON questions (image);
CREATE INDEX questions_by_patient ON questions (patient_key);
"""

MIGRATIONS: Final[tuple[str, ...]] = (CASES, QUESTIONS)
"""The n-th, counted from 1, brings a database to version n."""
SCHEMA_VERSION: Final = len(MIGRATIONS)


def schema_version(connection: sqlite3.Connection) -> int:
    """Give the version of a database; 0 is an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, *, target: int = SCHEMA_VERSION) -> None:
    """Bring a database to `target`, one transaction a version.

    Raises LibraryError when it was written by a newer Precedent.
    """
    found = schema_version(connection)
    if found > SCHEMA_VERSION:
        raise LibraryError(
            f"The library has schema {found}; this Precedent knows schemas up to {SCHEMA_VERSION}.",
            "Install the newer Precedent that wrote it.",
        )
    for version in range(found + 1, target + 1):
        _step(connection, version)


def _step(connection: sqlite3.Connection, version: int) -> None:
    """Take one step, unless another process has taken it while we waited for the lock."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if schema_version(connection) < version:
            for statement in _statements(MIGRATIONS[version - 1]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    """Split a script; `executescript` would commit the transaction that it runs in."""
    statements: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements

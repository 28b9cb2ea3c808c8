"""What a check of the library finds, without a word of its content."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from precedent_plugin.errors import LibraryError
from precedent_plugin.storage.image_folder import ImageFolder
from precedent_plugin.storage.migrations import schema_version


@dataclass(frozen=True, slots=True)
class LibraryHealth:
    """What a check found; no patient data."""

    folder: Path
    schema_version: int
    cases: int
    trashed_cases: int
    casebooks: int
    questions: int
    pictures: int
    picture_bytes: int
    missing_pictures: int
    """Named by a case or a question, but not in the folder."""
    damaged_pictures: int
    """In the folder, but with another hash than their name."""
    integrity: str
    """SQLite's own check: "ok", or what it found first."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is missing or damaged."""
        return self.integrity == "ok" and not self.missing_pictures and not self.damaged_pictures


def examine(connection: sqlite3.Connection, images: ImageFolder) -> LibraryHealth:
    """Check a library whole: the database's integrity and every picture's hash."""
    missing, damaged = 0, 0
    for (sha256,) in connection.execute("SELECT sha256 FROM images"):
        if not images.path(sha256).exists():
            missing += 1
            continue
        try:
            images.read(sha256)
        except LibraryError:
            damaged += 1
    return LibraryHealth(
        folder=images.folder.parent,
        schema_version=schema_version(connection),
        cases=_count(connection, "cases WHERE trashed_at IS NULL"),
        trashed_cases=_count(connection, "cases WHERE trashed_at IS NOT NULL"),
        casebooks=_count(connection, "casebooks"),
        questions=_count(connection, "questions"),
        pictures=_count(connection, "images"),
        picture_bytes=int(
            connection.execute("SELECT coalesce(sum(bytes), 0) FROM images").fetchone()[0]
        ),
        missing_pictures=missing,
        damaged_pictures=damaged,
        integrity=_integrity(connection),
    )


def _count(connection: sqlite3.Connection, rows: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {rows}").fetchone()[0])


def _integrity(connection: sqlite3.Connection) -> str:
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        return "a row names another that is missing"
    return str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])

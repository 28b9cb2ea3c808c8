"""What a check of the library finds, without a word of its content."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from precedent_plugin.errors import LibraryError
from precedent_plugin.storage import picture_rows
from precedent_plugin.storage.album import Album
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
    originals: int
    missing_originals: int
    damaged_originals: int
    integrity: str
    """SQLite's own check: "ok", or what it found first."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is missing or damaged."""
        files = self.missing_pictures + self.damaged_pictures
        return (
            self.integrity == "ok" and not files + self.missing_originals + self.damaged_originals
        )


def examine(connection: sqlite3.Connection, album: Album) -> LibraryHealth:
    """Check a library whole: the database's integrity and every file's hash."""
    missing, damaged = _compared(album.images, picture_rows.named_images(connection))
    named = picture_rows.named_originals(connection)
    missing_originals, damaged_originals = _compared(album.originals, named)
    return LibraryHealth(
        folder=album.images.folder.parent,
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
        originals=len(named),
        missing_originals=missing_originals,
        damaged_originals=damaged_originals,
        integrity=_integrity(connection),
    )


def _compared(folder: ImageFolder, named: frozenset[str]) -> tuple[int, int]:
    """Count the files that are missing, and those whose content is not what their name says."""
    missing, damaged = 0, 0
    for sha256 in named:
        if not folder.path(sha256).exists():
            missing += 1
            continue
        try:
            folder.read(sha256)
        except LibraryError:
            damaged += 1
    return missing, damaged


def _count(connection: sqlite3.Connection, rows: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {rows}").fetchone()[0])


def _integrity(connection: sqlite3.Connection) -> str:
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        return "a row names another that is missing"
    return str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])

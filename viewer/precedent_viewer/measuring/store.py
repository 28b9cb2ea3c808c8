"""Annotations in SQLite, by the image that they are drawn on. No Qt.

One transaction a change, WAL, so that a crash loses at most the change in flight. The file holds
uids, points and the reader's words; no name of a patient.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from precedent_viewer.errors import ViewerError
from precedent_viewer.measuring.annotations import Annotation, AnnotationError, ImageKey

VERSION = 1
BATCH = 500
SCHEMA = """
CREATE TABLE annotation (
    id TEXT PRIMARY KEY,
    sop_instance_uid TEXT NOT NULL,
    frame INTEGER NOT NULL CHECK (frame >= 0),
    series_uid TEXT NOT NULL,
    study_uid TEXT NOT NULL,
    kind TEXT NOT NULL,
    points TEXT NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    label_at TEXT
) STRICT;
CREATE INDEX annotation_by_instance ON annotation (sop_instance_uid);
"""


class AnnotationStoreError(ViewerError):
    """The file of annotations cannot be read or written."""


class AnnotationStore:
    """The file; every method may be called from any thread. Raises AnnotationStoreError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, check_same_thread=False, timeout=5)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise self._problem(error) from error

    def read(self, sop_instance_uids: Sequence[str]) -> tuple[Annotation, ...]:
        """Give what is drawn on some instances, in the order in which it was drawn."""
        found: list[Annotation] = []
        try:
            for start in range(0, len(sop_instance_uids), BATCH):
                part = sop_instance_uids[start : start + BATCH]
                marks = ", ".join("?" * len(part))
                query = (
                    "SELECT id, sop_instance_uid, frame, series_uid, study_uid, kind, points, "
                    f"text, label_at FROM annotation WHERE sop_instance_uid IN ({marks}) "
                    "ORDER BY rowid"
                )
                with self._lock:
                    rows = self._connection.execute(query, list(part)).fetchall()
                found += [_annotation(row) for row in rows]
        except (sqlite3.Error, ValueError, TypeError, AnnotationError) as error:
            raise self._problem(error) from error
        return tuple(found)

    def write(self, come: Iterable[Annotation], gone: Iterable[str]) -> None:
        """Keep some annotations and drop others, both or neither."""
        try:
            with self._lock, self._connection:
                self._connection.executemany(
                    "DELETE FROM annotation WHERE id = ?", [(one,) for one in gone]
                )
                self._connection.executemany(
                    "INSERT INTO annotation (id, sop_instance_uid, frame, series_uid, study_uid, "
                    "kind, points, text, label_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT (id) DO UPDATE SET points = excluded.points, "
                    "text = excluded.text, label_at = excluded.label_at",
                    [_row(one) for one in come],
                )
        except sqlite3.Error as error:
            raise self._problem(error) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _prepare(self) -> None:
        version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        if version > VERSION:
            raise AnnotationStoreError(
                f"The annotations in {self.path} were written by a newer version.",
                "Open them with that version; this one leaves them alone.",
            )
        if version == 0:
            with self._connection:
                self._connection.executescript(f"BEGIN;{SCHEMA}PRAGMA user_version = {VERSION};")

    def _problem(self, error: Exception) -> AnnotationStoreError:
        return AnnotationStoreError(
            f"The annotations in {self.path} cannot be read or written: {error}.",
            "Check the disk; the images are not touched.",
        )


def _row(one: Annotation) -> tuple[object, ...]:
    label = None if one.label_at is None else json.dumps(one.label_at)
    return (
        one.id, one.image.sop_instance_uid, one.image.frame, one.series_uid, one.study_uid,
        one.kind, json.dumps(one.points), one.text, label,
    )  # fmt: skip


def _annotation(row: tuple[object, ...]) -> Annotation:
    id_, sop, frame, series, study, kind, points, text, label = row
    where = json.loads(str(label)) if label is not None else None
    return Annotation(
        kind=kind,  # type: ignore[arg-type]  # checked by the annotation itself
        points=tuple((float(x), float(y)) for x, y in json.loads(str(points))),
        image=ImageKey(str(sop), int(str(frame))),
        series_uid=str(series),
        study_uid=str(study),
        text=str(text),
        label_at=None if where is None else (float(where[0]), float(where[1])),
        id=str(id_),
    )

"""A library of any earlier schema opens with everything that was in it."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from precedent_plugin.cases import CaseLink
from precedent_plugin.errors import LibraryError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.storage.migrations import SCHEMA_VERSION, migrate, schema_version
from precedent_plugin.storage.schema import MIGRATIONS
from precedent_plugin.storage.store import DATABASE_NAME

EARLIER = Path(__file__).parent / "earlier_schemas"
"""Databases as SQL text, dumped when that version was current; never edited afterwards."""
CASE, TRASHED = "1" * 32, "2" * 32


def tables(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()


def earlier(folder: Path, version: int) -> None:
    """Make a library as the Precedent of that schema left it."""
    folder.mkdir()
    connection = sqlite3.connect(folder / DATABASE_NAME)
    connection.executescript((EARLIER / f"v{version}.sql").read_text(encoding="utf-8"))
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_library_of_an_earlier_schema_keeps_its_cases(folder: Path, version: int) -> None:
    earlier(folder, version)
    library = CaseLibrary.open(folder)
    (case,) = library.cases("lies left")
    (book,) = library.casebooks()
    assert (case.id, case.answer, case.tags) == (CASE, "Left", ("chest",))
    assert library.cases(casebook=book.id) == [case]
    assert [record.answer for record in library.history()] == ["Left"] * (version > 1)
    assert library.health().schema_version == SCHEMA_VERSION
    assert library.health().integrity == "ok"
    library.close()


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_case_of_an_earlier_schema_takes_what_is_new(folder: Path, version: int) -> None:
    earlier(folder, version)
    library = CaseLibrary.open(folder)
    (case,) = library.cases()
    assert (case.task, case.teaching_point, case.author) == ("", None, "")
    linked = (CaseLink("prior-of", TRASHED),) if version >= 3 else ()
    assert (case.originals, case.links, case.roi) == ((), linked, None)
    assert (case.provenance.spacing_mm, case.provenance.mpp) == (None, None)
    library.update(replace(case, task="side", teaching_point="Look for the heart first."))
    assert [found.id for found in library.cases("heart side")] == [CASE]
    library.restore([TRASHED])
    library.link(CASE, CaseLink("contrast-to", TRASHED))
    assert CaseLink("contrast-to", CASE) in library.links_to(TRASHED)
    library.close()


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_migrated_schema_is_the_fresh_schema(folder: Path, version: int) -> None:
    earlier(folder, version)
    old, new = sqlite3.connect(folder / DATABASE_NAME), sqlite3.connect(":memory:")
    migrate(old)
    migrate(new)
    assert tables(old) == tables(new)
    old.close()
    new.close()


def test_every_earlier_schema_has_its_dump() -> None:
    assert sorted(path.name for path in EARLIER.iterdir()) == [
        f"v{version}.sql" for version in range(1, SCHEMA_VERSION)
    ]


def test_newer_library_is_left_alone(folder: Path) -> None:
    CaseLibrary.open(folder).close()
    connection = sqlite3.connect(folder / DATABASE_NAME)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = (folder / DATABASE_NAME).read_bytes()
    with pytest.raises(LibraryError, match="knows schemas up to"):
        CaseLibrary.open(folder)
    assert (folder / DATABASE_NAME).read_bytes() == before


def test_failed_step_leaves_the_earlier_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, target=1)
    before = tables(connection)
    broken = "CREATE TABLE half (x INTEGER);\nCREATE TABLE half (x INTEGER);\n"
    monkeypatch.setattr("precedent_plugin.storage.migrations.MIGRATIONS", (MIGRATIONS[0], broken))
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, target=2)
    assert schema_version(connection) == 1
    assert tables(connection) == before
    connection.close()

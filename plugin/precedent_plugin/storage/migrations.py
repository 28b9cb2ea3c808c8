"""The way of the library's schema through time.

Each migration brings a database from one version to the next in one transaction; the version is
SQLite's own `user_version`.
"""

import sqlite3
from typing import Final

from precedent_plugin.errors import LibraryError
from precedent_plugin.storage.schema import MIGRATIONS

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

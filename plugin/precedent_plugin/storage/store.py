"""The library's database: one connection, one transaction a change, errors in words.

WAL, so that readers never wait for a writer; `synchronous = FULL`, so that a committed change
outlives a power cut; a busy timeout, so that two processes take turns.
"""

import contextlib
import errno
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from precedent_plugin.errors import LibraryError
from precedent_plugin.storage.migrations import migrate

DATABASE_NAME: Final = "library.sqlite"
BUSY_TIMEOUT_MS: Final = 5_000
DISK_FULL: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""No space, and no quota; Windows has both as no space."""


class DamagedLibraryError(LibraryError):
    """The database is not one, or its content is damaged; the pictures are untouched."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The library's database {path} is damaged ({reason}); it was left as it is, and the "
            "pictures beside it are untouched.",
            "Put back a backup, or run `precedent doctor --set-aside` to keep it under another "
            "name and start an empty library.",
        )
        self.path = path


class Store:
    """The connection of one library. May be used from any thread, by one at a time."""

    def __init__(self, folder: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        """Open or make the database and bring it to the present schema. Raises LibraryError."""
        self.path: Final = folder / DATABASE_NAME
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        with self._words():
            folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            try:
                _prepare(connection, busy_timeout_ms)
            except BaseException:
                connection.close()
                raise
            self._connection = connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for queries."""
        with self._lock, self._words():
            yield self._open_connection()

    @contextlib.contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside one transaction: all of it happens, or nothing."""
        with self._lock, self._words():
            connection = self._open_connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def guarding(self) -> Iterator[None]:
        """Say errors of work beside the database, such as writing pictures, in the same words."""
        with self._words():
            yield

    def scrub(self) -> None:
        """Write the database anew without what was deleted from it, in its index of words too.

        Another process that reads meanwhile holds the log of changes back; what is left in it then
        goes with the next checkpoint.
        """
        with self.changing() as connection:
            connection.execute("INSERT INTO case_words (case_words) VALUES ('optimize')")
        with self.reading() as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def data_version(self) -> int:
        """Give a number that changes when another connection has changed the database."""
        with self.reading() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Close the connection; SQLite then folds the log into the database."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open_connection(self) -> sqlite3.Connection:
        if self._connection is None:
            raise LibraryError("The library is closed.", "Open the window again.")
        return self._connection

    @contextlib.contextmanager
    def _words(self) -> Iterator[None]:
        """Say SQLite's and the system's errors as a user reads them."""
        try:
            yield
        except sqlite3.Error as error:
            raise explain(error, self.path) from error
        except OSError as error:
            raise explain_system(error, self.path.parent) from error


def _prepare(connection: sqlite3.Connection, busy_timeout_ms: int) -> None:
    connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    migrate(connection)


def explain(error: sqlite3.Error, path: Path) -> LibraryError:
    """Put an error of SQLite into one sentence with its remedy."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DamagedLibraryError(path, str(error))
    if code == sqlite3.SQLITE_FULL:
        return _full(path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryError(
            f"Another program holds the library {path}; nothing was changed.",
            "Wait until it is done, or close it, and try again.",
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return LibraryError(
            f"The library {path} cannot be written ({error}); nothing was changed.",
            "Give your account write rights to its folder, or choose another with --library.",
        )
    return LibraryError(
        f"The library {path} could not do this ({error}); nothing was changed.",
        "Run `precedent doctor` to check it.",
    )


def explain_system(error: OSError, folder: Path) -> LibraryError:
    """Put an error of the file system into one sentence with its remedy."""
    if error.errno in DISK_FULL:
        return _full(folder)
    return LibraryError(
        f"The library's folder {folder} cannot be used ({error.strerror or error}); nothing was "
        "changed.",
        "Give your account read and write rights to it, or choose another with --library.",
    )


def _full(place: Path) -> LibraryError:
    return LibraryError(
        f"The disk that holds the library {place} is full; nothing was changed.",
        "Free some space and try again.",
    )


def set_aside(folder: Path) -> Path:
    """Rename a damaged database, so that the next `Store` starts an empty one; give its new name.

    Only ever called because the user asked for it. The database's log and index go with it.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    path = folder / DATABASE_NAME
    aside = folder / f"damaged-{stamp}-{DATABASE_NAME}"
    try:
        for suffix in ("-wal", "-shm", ""):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
    except OSError as error:
        raise explain_system(error, folder) from error
    return aside

"""Full, read-only, locked and damaged: one sentence each, and nothing is lost."""

import contextlib
import errno
import os
import sqlite3
import stat
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from precedent_plugin.cases import CaseDraft
from precedent_plugin.errors import LibraryError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.preprocess import encode_png
from precedent_plugin.pseudonyms import KEY_NAME, Pseudonyms
from precedent_plugin.storage.store import DATABASE_NAME, DamagedLibraryError, Store, set_aside

DRAFT = CaseDraft("Which side?", "Left")


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    return encode_png(pixels)


def refused(library: CaseLibrary, words: str) -> None:
    """The next change fails with these words in one sentence, and the library is as before."""
    before = library.cases()
    with pytest.raises(LibraryError, match=words) as caught:
        library.add(DRAFT, picture(99))
    assert "nothing was changed" in caught.value.message
    assert caught.value.hint
    assert library.cases() == before
    assert library.health().integrity == "ok"


def test_full_database_disk_loses_nothing(library: CaseLibrary) -> None:
    library.add(DRAFT, picture(1))
    with library._store.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        for seed in range(2, 200):
            library.add(CaseDraft("Which side? " + "words " * 300, f"{seed}"), picture(1))

    with pytest.raises(LibraryError, match=r"full; nothing was changed\. Free some space"):
        fill()
    health = library.health()
    assert health.integrity == "ok"
    assert health.missing_pictures == 0
    assert library.cases()[-1].answer == "Left"


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "is full"), (errno.EACCES, "cannot be used"), (errno.EROFS, "cannot be used")],
)
def test_disk_that_takes_no_picture_loses_nothing(
    library: CaseLibrary, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    library.add(DRAFT, picture(1))

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        refused(library, words)
    assert not list(library.folder.rglob("*.new"))
    library.add(DRAFT, picture(2))


def test_read_only_database_is_named(library: CaseLibrary) -> None:
    with library._store.reading() as connection:
        connection.execute("PRAGMA query_only = ON")
    refused(library, "cannot be written")


def test_locked_database_is_named(folder: Path, library: CaseLibrary) -> None:
    with library._store.reading() as connection:
        connection.execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused(library, "Another program holds")
    other.execute("ROLLBACK")
    other.close()
    library.add(DRAFT, picture(1))


def test_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "library").write_text("not a folder")
    with pytest.raises(LibraryError, match="cannot be used"):
        CaseLibrary.open(tmp_path / "library")


@pytest.mark.parametrize("content", [b"not a database" * 100, b"\0" * 4096])
def test_damaged_database_is_left_where_it_is(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / DATABASE_NAME).write_bytes(content)
    with pytest.raises(DamagedLibraryError, match="is damaged") as caught:
        CaseLibrary.open(folder)
    assert str(folder / DATABASE_NAME) in caught.value.message
    assert (folder / DATABASE_NAME).read_bytes() == content


def test_damaged_page_is_told_as_damage(folder: Path) -> None:
    library = CaseLibrary.open(folder)
    for seed in range(40):
        library.add(CaseDraft("Which side? " + "words " * 300, f"{seed}"), picture(1))
    library.close()
    path = folder / DATABASE_NAME
    content = bytearray(path.read_bytes())
    content[4096 * 2 :] = os.urandom(len(content) - 4096 * 2)
    path.write_bytes(content)

    def read_all() -> None:
        with contextlib.closing(CaseLibrary.open(folder)) as damaged:
            damaged.cases()

    with pytest.raises(DamagedLibraryError):
        read_all()


def test_set_aside_keeps_the_damaged_database_and_the_pictures(folder: Path) -> None:
    library = CaseLibrary.open(folder)
    case = library.add(DRAFT, picture(1))
    library.close()
    (folder / DATABASE_NAME).write_bytes(b"damaged" * 1000)
    aside = set_aside(folder)
    assert aside.read_bytes() == b"damaged" * 1000
    fresh = CaseLibrary.open(folder)
    assert fresh.cases() == []
    assert fresh.image(case.images[0]) == picture(1)
    fresh.close()


def test_closed_library_says_so(library: CaseLibrary) -> None:
    library.close()
    with pytest.raises(LibraryError, match="closed"):
        library.cases()


def test_threads_take_turns(library: CaseLibrary) -> None:
    threads = [
        threading.Thread(target=lambda seed=seed: library.add(DRAFT, picture(seed)))
        for seed in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(library.cases()) == 8


def test_two_processes_worth_of_connections_take_turns(folder: Path) -> None:
    libraries = [CaseLibrary.open(folder) for _ in range(2)]

    def work(library: CaseLibrary) -> None:
        for seed in range(10):
            library.add(DRAFT, picture(seed))

    threads = [threading.Thread(target=work, args=(library,)) for library in libraries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(libraries[0].cases()) == 20
    for library in libraries:
        library.close()


def test_store_folds_its_log_when_it_is_closed(folder: Path) -> None:
    Store(folder).close()
    assert [path.name for path in folder.iterdir()] == [DATABASE_NAME]


@pytest.mark.skipif(sys.platform == "win32", reason="rights are an access list on Windows")
def test_key_is_readable_by_the_user_alone(library: CaseLibrary) -> None:
    mode = (library.folder / KEY_NAME).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_key_of_wrong_length_is_named_and_kept(folder: Path) -> None:
    folder.mkdir()
    (folder / KEY_NAME).write_bytes(b"short")
    with pytest.raises(LibraryError, match="has 5 bytes instead of 32"):
        Pseudonyms.open(folder)
    assert (folder / KEY_NAME).read_bytes() == b"short"

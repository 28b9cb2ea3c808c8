"""The index on the disk: whole or as it was, two processes, nothing left of what was removed."""

import multiprocessing
import os
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from precedent_inference.embedding.embeddings import EmbedderId
from precedent_plugin.errors import LibraryError
from precedent_plugin.suggest.index import FOLDER, PictureIndex, forget, keep_only
from precedent_plugin.suggest.vectors import FloatArray

ID = EmbedderId("starter", "a" * 64)
OTHER = EmbedderId("starter", "b" * 64)
DEAD = 77
"""Exit status of a process that was ended on purpose."""


def name(at: int) -> str:
    return f"{at + 1:064x}"


def vectors(*places: int) -> dict[str, FloatArray]:
    made = {at: np.random.default_rng(at).standard_normal(32).astype(np.float32) for at in places}
    return {name(at): vector / np.float32(np.linalg.norm(vector)) for at, vector in made.items()}


def everything() -> frozenset[str]:
    return frozenset(name(at) for at in range(1000))


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (folder / FOLDER).rglob("*") if path.is_file())


def add_from_elsewhere(folder: Path, first: int) -> None:
    for at in range(first, first + 20):
        PictureIndex(folder, ID).add(vectors(at), everything)


def add_and_die(folder: Path) -> None:
    """End as a killed process does, when the draft is written and the file not yet renamed."""
    with mock.patch.object(os, "fsync", side_effect=lambda _: os._exit(DEAD)):
        PictureIndex(folder, ID).add(vectors(2), everything)


def test_what_was_kept_is_read_again(tmp_path: Path) -> None:
    PictureIndex(tmp_path, ID).add(vectors(0, 1), everything)
    PictureIndex(tmp_path, ID).add(vectors(2), everything)
    found = PictureIndex(tmp_path, ID).read()
    assert set(found.pictures) == set(vectors(0, 1, 2))
    for row, picture in enumerate(found.pictures):
        np.testing.assert_allclose(found.matrix[row], vectors(0, 1, 2)[picture], atol=1e-3)


def test_nothing_is_written_before_there_is_a_vector(tmp_path: Path) -> None:
    assert len(PictureIndex(tmp_path, ID).read()) == 0
    assert forget(tmp_path, [name(1)]) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_forgotten_vector_is_in_no_file_any_more(tmp_path: Path) -> None:
    for embedder in (ID, OTHER):
        PictureIndex(tmp_path, embedder).add(vectors(*range(50)), everything)
    gone = vectors(7)[name(7)].astype(np.float16).tobytes()
    assert bytes_of(tmp_path).count(gone) == 2
    assert forget(tmp_path, [name(7)]) == 2
    kept = bytes_of(tmp_path)
    assert gone not in kept
    assert bytes.fromhex(name(7)) not in kept
    assert vectors(8)[name(8)].astype(np.float16).tobytes() in kept


def test_the_last_vector_takes_the_file_with_it(tmp_path: Path) -> None:
    index = PictureIndex(tmp_path, ID)
    index.add(vectors(1), everything)
    forget(tmp_path, [name(1)])
    assert not index.path.exists()


def test_forgetting_reaches_what_a_killed_process_left(tmp_path: Path) -> None:
    index = PictureIndex(tmp_path, ID)
    index.add(vectors(1, 2), everything)
    left = index.path.with_name(".0123.new")
    left.write_bytes(vectors(1)[name(1)].astype(np.float16).tobytes())
    forget(tmp_path, [name(1)])
    assert not left.exists()


def test_a_picture_deleted_meanwhile_is_not_kept(tmp_path: Path) -> None:
    index = PictureIndex(tmp_path, ID)
    index.add(vectors(1, 2), lambda: frozenset({name(2)}))
    assert index.read().pictures == (name(2),)


def test_only_what_is_wanted_stays(tmp_path: Path) -> None:
    index = PictureIndex(tmp_path, ID)
    index.add(vectors(*range(9)), everything)
    assert keep_only(tmp_path, lambda: frozenset({name(3), name(5)})) == 7
    assert set(index.read().pictures) == {name(3), name(5)}


def test_another_embedder_has_an_index_of_its_own(tmp_path: Path) -> None:
    PictureIndex(tmp_path, ID).add(vectors(1), everything)
    assert len(PictureIndex(tmp_path, OTHER).read()) == 0


def test_a_file_that_another_embedder_made_counts_as_none(tmp_path: Path) -> None:
    one, other = PictureIndex(tmp_path, ID), PictureIndex(tmp_path, OTHER)
    one.add(vectors(1), everything)
    other.path.parent.mkdir(parents=True)
    other.path.write_bytes(one.path.read_bytes())
    assert len(other.read()) == 0


@pytest.mark.parametrize("at", [0, 4, 60, -1, -40])
def test_a_changed_byte_makes_it_count_as_none(tmp_path: Path, at: int) -> None:
    index = PictureIndex(tmp_path, ID)
    index.add(vectors(*range(5)), everything)
    content = bytearray(index.path.read_bytes())
    content[at] ^= 0xFF
    index.path.write_bytes(content)
    assert len(index.read()) == 0
    index.add(vectors(1), everything)
    assert index.read().pictures == (name(1),)


@pytest.mark.parametrize("length", [0, 7, 300])
def test_a_cut_file_counts_as_none(tmp_path: Path, length: int) -> None:
    index = PictureIndex(tmp_path, ID)
    index.add(vectors(*range(5)), everything)
    index.path.write_bytes(index.path.read_bytes()[:length])
    assert len(index.read()) == 0


def test_a_damaged_file_is_deleted_when_something_must_go(tmp_path: Path) -> None:
    index = PictureIndex(tmp_path, ID)
    index.add(vectors(1), everything)
    index.path.write_bytes(index.path.read_bytes()[:-1])
    forget(tmp_path, [name(1)])
    assert not index.path.exists()


def test_a_crash_before_the_rename_leaves_it_as_it_was(tmp_path: Path) -> None:
    index = PictureIndex(tmp_path, ID)
    index.add(vectors(1), everything)
    killed = multiprocessing.get_context("spawn").Process(target=add_and_die, args=(tmp_path,))
    killed.start()
    killed.join(120)
    assert killed.exitcode == DEAD
    assert [path.suffix for path in index.path.parent.iterdir()].count(".new") == 1
    assert index.read().pictures == (name(1),)
    index.add(vectors(3), everything)
    assert set(index.read().pictures) == {name(1), name(3)}
    assert list(index.path.parent.glob(".*")) == []


def test_two_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=add_from_elsewhere, args=(tmp_path, at)) for at in (0, 100)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0, 0]
    wanted = {name(at) for at in (*range(20), *range(100, 120))}
    assert set(PictureIndex(tmp_path, ID).read().pictures) == wanted


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder that is read-only")
def test_a_folder_that_cannot_be_written_is_an_error_in_words(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(LibraryError, match="cannot be used"):
        PictureIndex(tmp_path, ID).add(vectors(1), everything)


def test_a_full_disk_is_an_error_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("precedent_plugin.suggest.index.write_whole", full)
    with pytest.raises(LibraryError, match="full"):
        PictureIndex(tmp_path, ID).add(vectors(1), everything)


def test_an_embedder_may_have_any_name(tmp_path: Path) -> None:
    strange = EmbedderId("../../etc/pässwd\0", "x")
    index = PictureIndex(tmp_path, strange)
    index.add(vectors(1), everything)
    assert index.path.is_relative_to(tmp_path / FOLDER)
    assert index.read().embedder == strange

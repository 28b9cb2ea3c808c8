"""Encoded images on disk: whole or missing, within the budget, across restarts."""

import os
import stat
import sys
from pathlib import Path

import pytest

from precedent_inference.caches.image_store import ImageStore, remove_all

SIZE = 100
FILE_BYTES = SIZE + 32


def store(folder: Path, model: str = "one", files: int = 3) -> ImageStore:
    return ImageStore(folder / "images", model, files * FILE_BYTES)


def only_file(folder: Path) -> Path:
    (path,) = (folder / "images").rglob("*.image")
    return path


def test_an_image_survives_a_restart(tmp_path: Path) -> None:
    store(tmp_path).put("a", bytes(SIZE))
    assert store(tmp_path).get("a") == bytes(SIZE)


def test_another_model_does_not_find_it(tmp_path: Path) -> None:
    store(tmp_path, "one").put("a", bytes(SIZE))
    assert store(tmp_path, "two").get("a") is None


def test_an_altered_file_counts_as_missing_and_goes(tmp_path: Path) -> None:
    store(tmp_path).put("a", bytes(SIZE))
    path = only_file(tmp_path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert store(tmp_path).get("a") is None
    assert not path.exists()


@pytest.mark.parametrize("length", [0, 10, 32, 60])
def test_a_cut_file_counts_as_missing(tmp_path: Path, length: int) -> None:
    store(tmp_path).put("a", bytes(SIZE))
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes()[:length])
    assert store(tmp_path).get("a") is None


def test_the_oldest_of_all_models_makes_room(tmp_path: Path) -> None:
    first, second = store(tmp_path, "one"), store(tmp_path, "two")
    for at, (where, key) in enumerate(((first, "a"), (second, "b"), (first, "c"))):
        where.put(key, bytes(SIZE))
        path = next((tmp_path / "images").rglob(f"{key}.image"))
        os.utime(path, ns=(at, at))
    store(tmp_path, "one").put("d", bytes(SIZE))
    assert first.used_bytes == 3 * FILE_BYTES
    assert [first.get(key) is not None for key in "acd"] == [False, True, True]
    assert second.get("b") is not None


def test_an_image_larger_than_the_budget_is_not_kept(tmp_path: Path) -> None:
    tight = store(tmp_path, files=0)
    tight.put("a", bytes(SIZE))
    assert tight.get("a") is None
    assert tight.used_bytes == 0


def test_a_draft_of_a_killed_process_goes(tmp_path: Path) -> None:
    first = store(tmp_path, files=1)
    first.put("a", bytes(SIZE))
    draft = only_file(tmp_path).with_suffix(".0123.part")
    draft.write_bytes(b"half")
    os.utime(draft, (0, 0))
    first.put("b", bytes(SIZE))
    assert not draft.exists()
    assert first.get("b") is not None


def test_a_disk_that_cannot_be_written_costs_no_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "images").write_text("a file where the folder should be")
    blocked = store(tmp_path)
    blocked.put("a", bytes(SIZE))
    blocked.put("b", bytes(SIZE))
    assert blocked.get("a") is None
    assert len(caplog.records) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a user's folders by itself")
def test_the_folder_is_its_users_alone(tmp_path: Path) -> None:
    store(tmp_path).put("a", bytes(SIZE))
    assert stat.S_IMODE(only_file(tmp_path).parent.stat().st_mode) == 0o700


def test_clear_removes_the_images_of_every_model(tmp_path: Path) -> None:
    store(tmp_path, "one").put("a", bytes(SIZE))
    store(tmp_path, "two").put("b", bytes(SIZE))
    remove_all(tmp_path / "images")
    assert list((tmp_path / "images").rglob("*.image")) == []

"""Annotations are kept at once, by image, through restarts and kills; steps go back and forth."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from precedent_viewer.measuring.annotations import Annotation, ImageKey
from precedent_viewer.measuring.book import AnnotationBook
from precedent_viewer.measuring.store import AnnotationStore, AnnotationStoreError

IMAGE = ImageKey("1.2.3", 0)
LINE = Annotation("length", ((1, 2), (3, 4)), IMAGE, "series", "study", text="nodule",
                  label_at=(5, 6))  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "annotations.sqlite"


@pytest.fixture
def book(path: Path) -> AnnotationBook:
    return AnnotationBook(AnnotationStore(path))


def test_what_was_drawn_is_there_after_a_restart(book: AnnotationBook, path: Path) -> None:
    book.put(LINE)
    assert AnnotationBook(AnnotationStore(path)).on(IMAGE) == (LINE,)


def test_other_images_and_frames_have_their_own(book: AnnotationBook) -> None:
    book.put(LINE)
    assert book.on(ImageKey("1.2.3", 1)) == ()
    assert book.on(ImageKey("9.9", 0)) == ()


def test_steps_go_back_and_forth_and_the_file_follows(book: AnnotationBook, path: Path) -> None:
    moved = LINE.moved(10, 0)
    book.put(LINE)
    book.put(moved)
    book.remove([LINE.id])
    book.undo("study")
    assert book.on(IMAGE) == (moved,)
    book.undo("study")
    assert AnnotationStore(path).read(["1.2.3"]) == (LINE,)
    book.undo("study")
    assert book.on(IMAGE) == ()
    for _ in range(2):
        book.redo("study")
    assert AnnotationStore(path).read(["1.2.3"]) == (moved,)


def test_undo_stays_in_its_study(book: AnnotationBook) -> None:
    other = replace(LINE, id="other", study_uid="other study")
    book.put(LINE)
    book.put(other)
    book.undo("study")
    assert book.all() == (other,)
    assert not book.can_undo("study")
    assert book.can_redo("study")


def test_a_new_step_ends_what_could_be_done_again(book: AnnotationBook) -> None:
    book.put(LINE)
    book.undo("study")
    book.put(replace(LINE, id="new"))
    assert not book.can_redo("study")


def test_the_chosen_one_that_goes_is_chosen_no_more(book: AnnotationBook) -> None:
    book.put(LINE)
    book.select(LINE.id)
    book.remove([LINE.id])
    assert book.selection is None


def test_what_the_disk_refuses_is_not_shown_as_kept(book: AnnotationBook, path: Path) -> None:
    book.put(LINE)
    blocker = sqlite3.connect(path)
    blocker.execute("DROP TABLE annotation")
    blocker.commit()
    with pytest.raises(AnnotationStoreError, match="cannot be read or written"):
        book.put(LINE.moved(1, 1))
    assert book.all() == (LINE,)


def test_a_newer_file_is_left_alone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(AnnotationStoreError, match="newer version"):
        AnnotationStore(path)


def test_a_damaged_row_is_an_error_not_a_crash(book: AnnotationBook, path: Path) -> None:
    book.put(LINE)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE annotation SET points = '[[1]]'")
    connection.commit()
    with pytest.raises(AnnotationStoreError):
        AnnotationBook(AnnotationStore(path)).on(IMAGE)


WRITER = """
import sys
from pathlib import Path
from precedent_viewer.measuring.annotations import Annotation, ImageKey
from precedent_viewer.measuring.book import AnnotationBook
from precedent_viewer.measuring.store import AnnotationStore
book = AnnotationBook(AnnotationStore(Path(sys.argv[1])))
for number in range(100_000):
    book.put(Annotation("probe", ((number, 0),), ImageKey("1.2.3", 0), "s", "t", id=str(number)))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize("delay_s", [0.02, 0.05, 0.11])
def test_a_killed_viewer_loses_nothing_that_was_kept(path: Path, delay_s: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay_s)
        process.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
        said = [int(line) for line in process.stdout.read().split()]
    kept = {int(one.id) for one in AnnotationStore(path).read(["1.2.3"])}
    assert set(range(max(said, default=0) + 1)) <= kept
    assert len(kept) <= max(said, default=0) + 2


def test_a_step_that_the_file_did_not_take_can_be_tried_again(
    book: AnnotationBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.put(LINE)
    book.put(LINE.moved(10, 0))

    def full(*_arguments: object) -> None:
        raise AnnotationStoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(AnnotationStore, "write", full)
        with pytest.raises(AnnotationStoreError):
            book.undo("study")
    assert book.can_undo("study")
    assert not book.can_redo("study")
    book.undo("study")
    assert book.on(IMAGE) == (LINE,)

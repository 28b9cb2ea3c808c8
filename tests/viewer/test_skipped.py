"""Images passed unseen: counted while scrolling, forgotten after a pause."""

from pathlib import Path

from precedent_viewer.model.study import Frame, Instance
from precedent_viewer.skipped import SkippedImages

SERIES = Instance(Path("cine.dcm"), "dicom", "1.2", "1", "1", 20, 4, 4)


def frame(index: int) -> Frame:
    return Frame(SERIES, index)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_image_that_was_overtaken_counts_and_a_painted_one_does_not() -> None:
    skipped = SkippedImages(Clock())
    for index in range(4):
        skipped.want(frame(index))
        if index != 1:
            skipped.paint(frame(index))
    assert (skipped.count, skipped.total, skipped.painted_total) == (1, 1, 3)


def test_a_late_painting_of_an_old_image_is_not_the_wanted_one() -> None:
    skipped = SkippedImages(Clock())
    skipped.want(frame(0))
    skipped.want(frame(1))
    skipped.paint(frame(0))
    skipped.want(frame(2))
    assert skipped.count == 2


def test_a_pause_begins_a_new_count_and_the_total_stays() -> None:
    clock = Clock()
    skipped = SkippedImages(clock)
    skipped.want(frame(0))
    skipped.want(frame(1))
    skipped.paint(frame(1))
    clock.now = 5
    skipped.want(frame(2))
    assert (skipped.count, skipped.total) == (0, 1)


def test_a_jump_passes_nothing() -> None:
    skipped = SkippedImages(Clock())
    skipped.jump(frame(0))
    skipped.jump(frame(9))
    assert (skipped.count, skipped.total) == (0, 0)


def test_wanting_the_same_image_again_passes_nothing() -> None:
    skipped = SkippedImages(Clock())
    skipped.want(frame(0))
    skipped.want(frame(0))
    assert skipped.count == 0

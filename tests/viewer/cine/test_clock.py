"""Frames in their own time: vectors, one time, rates, and what a reader chooses."""

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from precedent_viewer.cine.clock import FrameClock, clock_of
from precedent_viewer.dicom.fidelity import lossy_words
from precedent_viewer.dicom.frame_times import frame_times_ms
from precedent_viewer.model.study import Frame, Instance


def frames(count: int, *times_ms: float) -> list[Frame]:
    instance = Instance(
        Path("cine.dcm"), "dicom", "1.2", "1", "1", count, 4, 4, frame_times_ms=times_ms
    )
    return [Frame(instance, index) for index in range(count)]


def test_each_frame_stays_as_long_as_its_vector_says() -> None:
    header = Dataset()
    header.FrameTimeVector = [0, 40, 20, 60]
    times = frame_times_ms(header, 4)
    assert list(times) == [40, 20, 60, 60]
    clock = clock_of(frames(4, *times))
    assert [clock.index_at(at) for at in (0, 39, 41, 59, 61, 119, 121, 179, 180)] == [
        0, 0, 1, 1, 2, 2, 3, 3, 0,
    ]  # fmt: skip


def test_a_vector_of_another_length_leaves_the_frame_time() -> None:
    header = Dataset()
    header.FrameTimeVector, header.FrameTime = [0, 40], 33.3
    assert frame_times_ms(header, 4) == (33.3,)


@pytest.mark.parametrize("keyword", ["RecommendedDisplayFrameRate", "CineRate"])
def test_a_rate_becomes_a_time(keyword: str) -> None:
    header = Dataset()
    setattr(header, keyword, 25)
    assert frame_times_ms(header, 4) == (40,)


def test_one_image_has_no_time() -> None:
    header = Dataset()
    header.FrameTime = 33
    assert frame_times_ms(header, 1) == ()


def test_frames_without_a_time_play_at_fifteen_a_second() -> None:
    assert clock_of(frames(30)).round_ms == pytest.approx(2000)


def test_the_readers_rate_counts_before_the_files() -> None:
    clock = clock_of(frames(10, 500), rate=20)
    assert clock.rate == pytest.approx(20)


def test_times_of_an_hour_are_taken_for_an_error() -> None:
    assert clock_of(frames(2, 3_600_000)).rate == pytest.approx(15)


def test_a_sweep_turns_round_at_the_ends() -> None:
    clock = FrameClock((10, 20, 30))
    seen = [clock.index_at(at, "sweep") for at in range(5, 120, 10)]
    assert seen == [0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0]


def test_a_loop_begins_anew() -> None:
    clock = FrameClock((10, 20, 30))
    assert [clock.index_at(at) for at in range(5, 70, 10)] == [0, 1, 2, 0, 1, 2, 0]


@pytest.mark.parametrize(
    ("flag", "ratio", "syntax", "words"),
    [
        ("01", [12.0], "1.2.840.10008.1.2.1", "lossy 12:1"),
        ("01", [5.0, 20.5], "1.2.840.10008.1.2.4.91", "lossy 20.5:1"),
        ("01", None, "1.2.840.10008.1.2.1", "lossy"),
        ("00", None, "1.2.840.10008.1.2.4.91", ""),
        ("", None, "1.2.840.10008.1.2.4.91", "perhaps lossy"),
        ("", None, "1.2.840.10008.1.2.4.50", "lossy"),
        ("", None, "1.2.840.10008.1.2.4.90", ""),
    ],
)
def test_loss_is_said_as_header_and_syntax_say_it(
    flag: str, ratio: list[float] | None, syntax: str, words: str
) -> None:
    header = Dataset()
    if flag:
        header.LossyImageCompression = flag
    if ratio:
        header.LossyImageCompressionRatio = ratio
    assert lossy_words(header, syntax) == words

"""Which frames are decoded ahead, and whether decoding keeps up."""

from hypothesis import given
from hypothesis import strategies as st

from precedent_viewer.prefetch import Pace, neighbours


def test_what_lies_ahead_comes_first_and_reaches_further() -> None:
    assert neighbours(100, 50, 1, 4) == (51, 49, 52, 48, 53, 54)
    assert neighbours(100, 50, -1, 4) == (49, 51, 48, 52, 47, 46)


@given(st.integers(1, 60), st.data(), st.sampled_from([-3, 0, 1]), st.integers(0, 20))
def test_neighbours_are_others_of_the_series(
    count: int, data: st.DataObject, step: int, radius: int
) -> None:
    index = data.draw(st.integers(0, count - 1))
    near = neighbours(count, index, step, radius)
    assert len(set(near)) == len(near)
    assert index not in near
    assert all(0 <= at < count and abs(at - index) <= radius for at in near)


def test_nothing_keeps_up_before_it_was_measured() -> None:
    pace = Pace(threads=2)
    assert not pace.keeps_up
    pace.note_step(1.0)
    assert not pace.keeps_up


def test_two_threads_keep_up_when_a_frame_takes_less_than_a_step() -> None:
    pace = Pace(threads=2)
    pace.note_step(0.030)
    pace.note_decode(0.028)
    assert pace.keeps_up
    for _ in range(20):
        pace.note_step(0.016)
    assert not pace.keeps_up

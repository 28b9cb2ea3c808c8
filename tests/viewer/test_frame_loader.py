"""Which frames are decoded, and in which order."""

from hypothesis import given
from hypothesis import strategies as st

from precedent_viewer.app import App
from precedent_viewer.frame_loader import neighbours


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


def test_neighbours_are_in_memory_once_the_window_is_quiet(opened: App) -> None:
    assert opened.loader.is_quiet
    opened.view.go_to(1)
    # In memory means shown within the call, without a trip to a worker.
    assert opened.view.shown_frame == opened.view.frame

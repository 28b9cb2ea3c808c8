"""Where suggestions end, on scores whose falls are worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedent_plugin.suggest.gate import cut_at

SCORES = st.lists(st.floats(0, 1), max_size=20).map(lambda some: sorted(some, reverse=True))


@pytest.mark.parametrize(
    ("scores", "wanted", "expected"),
    [
        ([0.9, 0.88, 0.86, 0.2, 0.19], 4, 3),  # a fall of 77 %
        ([0.9, 0.8, 0.7, 0.6], 4, 4),  # 11, 13 and 14 %: all belong together
        ([0.9, 0.6, 0.59, 0.2], 4, 3),  # 33 and 66 %: the larger one
        ([0.8, 0.4, 0.2], 4, 1),  # 50 and 50 %: the first of equals
        ([1.0, 0.66], 4, 2),  # 34 %: just below the least fall
        ([1.0, 0.65], 4, 1),  # 35 %
        ([0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.1], 4, 7),  # further down than anyone looks
        ([0.9, 0.9, 0.9, 0.9, 0.1], 4, 4),  # between the last wanted and the next
        ([0.5, 0.0], 4, 1),
        ([0.4], 4, 1),
        ([], 4, 0),
    ],
)
def test_it_cuts_at_the_largest_fall(scores: list[float], wanted: int, expected: int) -> None:
    assert cut_at(scores, wanted) == expected


@given(SCORES, st.integers(1, 10))
def test_nothing_is_cut_without_a_fall_of_a_third(scores: list[float], wanted: int) -> None:
    cut = cut_at(scores, wanted)
    assert cut == len(scores) or scores[cut] <= 0.65 * scores[cut - 1] + 1e-9


@given(SCORES, st.integers(1, 10))
def test_a_cut_is_never_beyond_the_one_behind_the_last_wanted(
    scores: list[float], wanted: int
) -> None:
    cut = cut_at(scores, wanted)
    assert cut == len(scores) or cut <= wanted

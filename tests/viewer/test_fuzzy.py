"""Ranking of typed letters."""

from hypothesis import given
from hypothesis import strategies as st

from precedent_viewer.fuzzy import fuzzy_score, rank


def test_letters_must_come_in_order() -> None:
    assert fuzzy_score("tif", "Fit to window") is None
    assert fuzzy_score("fit", "Fit to window") is not None


def test_beginnings_of_words_beat_letters_inside() -> None:
    assert rank("fw", ["Flow window", "Fit to window", "of two"], str)[0] in (
        "Fit to window",
        "Flow window",
    )
    assert rank("rr", ["Mirror", "Rotate right"], str) == ["Rotate right", "Mirror"]


def test_a_run_beats_scattered_letters() -> None:
    assert rank("inv", ["In the view", "Invert"], str)[0] == "Invert"


def test_nothing_typed_keeps_the_order() -> None:
    assert rank("", ["b", "a", "c"], str) == ["b", "a", "c"]


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_a_text_is_found_by_any_part_of_it(before: str, part: str, after: str) -> None:
    assert fuzzy_score(part, before + part + after) is not None


@given(st.text(min_size=1, max_size=8), st.lists(st.text(max_size=12), max_size=8))
def test_ranking_keeps_exactly_the_matches(pattern: str, texts: list[str]) -> None:
    matching = [text for text in texts if fuzzy_score(pattern, text) is not None]
    assert sorted(rank(pattern, texts, str)) == sorted(matching)

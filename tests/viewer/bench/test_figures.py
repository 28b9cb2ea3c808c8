"""Targets, medians and how figures are written."""

import pytest

from precedent_viewer.bench.figures import Figure, Target, line_of, middle, nearly_worst, record_of


@pytest.mark.parametrize(
    ("target", "value", "is_missed"),
    [(Target(300), 300, False), (Target(300), 300.1, True), (Target(0.8, "at least"), 0.8, False),
     (Target(0.8, "at least"), 0.79, True), (None, 1e9, False)],
)  # fmt: skip
def test_the_bound_itself_is_kept(target: Target | None, value: float, is_missed: bool) -> None:
    assert Figure("a.b", value, "ms", target).is_missed is is_missed


def test_a_record_says_whether_its_target_is_missed() -> None:
    record = record_of(Figure("scroll.not_shown", 3, "images", Target(0)))
    assert record == {
        "name": "scroll.not_shown", "value": 3, "unit": "images", "target": "at most 0",
        "missed": True,
    }  # fmt: skip
    assert "missed" not in record_of(Figure("cine.painted", 3, "frames/s"))


def test_a_missed_figure_is_marked_in_the_table() -> None:
    assert line_of(Figure("a", 2, "ms", Target(1))).endswith("MISSED")
    assert not line_of(Figure("a", 1, "ms", Target(1))).endswith("MISSED")


def test_middle_and_nearly_worst_of_known_values() -> None:
    values = [float(one) for one in range(100, 0, -1)]
    assert middle(values) == 51
    assert nearly_worst(values) == 96
    assert nearly_worst([7.0]) == 7

"""Shares, intervals and comparisons, with values from tables and by hand."""

import pytest
from tests.plugin.casebook_check.made import trial

from precedent_plugin.casebook_check.accuracy import (
    Confusion,
    accuracy,
    confusion,
    gain,
    interval,
)
from precedent_plugin.casebook_check.trials import Trial


def pairs(without: list[bool], shots: list[bool]) -> list[Trial]:
    """Cases asked with no shot and with two."""
    return [
        trial(f"case-{at}", right=right, shots=count)
        for count, rights in ((0, without), (2, shots))
        for at, right in enumerate(rights)
    ]


def test_an_answer_is_right_whatever_its_case_and_full_stop() -> None:
    assert trial("case-1", right=True).is_right
    assert not trial("case-1", right=False).is_right


def test_the_interval_of_single_cases_is_wilsons() -> None:
    # Newcombe 1998, table I, method 3: 81 of 263 gives 0.2553 to 0.3662.
    low, high = interval([True] * 81 + [False] * 182, list(range(263)))
    assert (low, high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_cases_of_one_patient_are_no_more_than_one_piece_of_evidence() -> None:
    rights = [True] * 50 + [False] * 50
    low, high = interval(rights, [at // 10 for at in range(100)])
    # Ten patients, five of them right throughout: a standard error of 0.158, not of 0.05.
    assert low == pytest.approx(0.2, abs=0.05)
    assert high == pytest.approx(0.8, abs=0.05)


def test_shares_are_counted_for_one_number_of_shots() -> None:
    trials = pairs([False, False, True], [True, True, True])
    assert accuracy(trials, 0).right == 1
    assert accuracy(trials, 2).share == 1.0


def test_shots_that_repair_ten_of_sixty_help() -> None:
    # McNemar, exact: ten against none by chance is 2 / 2**10.
    found = gain(pairs([False] * 10 + [True] * 50, [True] * 60))
    assert (found.better, found.worse, found.shot_count) == (10, 0, 2)
    assert found.p_value == pytest.approx(2 / 2**10)
    assert found.verdict == "shots help here"


def test_shots_that_spoil_ten_of_sixty_hurt() -> None:
    found = gain(pairs([True] * 60, [False] * 10 + [True] * 50))
    assert (found.better, found.worse) == (0, 10)
    assert found.verdict == "shots hurt here"


def test_a_difference_of_one_shows_nothing() -> None:
    assert gain(pairs([False] + [True] * 59, [True] * 60)).verdict == "no difference shown"


def test_under_fifty_cases_nothing_is_concluded() -> None:
    assert gain(pairs([False] * 49, [True] * 49)).verdict == "too few"


def test_choosing_the_best_of_three_costs_three_times_the_chance() -> None:
    trials = pairs([False] * 5 + [True] * 55, [True] * 60)
    more = [trial(f"case-{at}", right=False, shots=n) for n in (4, 8) for at in range(60)]
    assert gain([*trials, *more]).p_value == pytest.approx(3 * 2 / 2**5)


def test_confusion_counts_words_as_people_read_them() -> None:
    trials = [
        trial("case-1", right=True),
        trial("case-2", right=True),
        trial("case-3", right=False),
    ]
    assert confusion(trials, 2) == (Confusion("yes", "yes", 2), Confusion("yes", "no", 1))

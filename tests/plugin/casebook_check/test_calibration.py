"""Reliability, calibration error, risk and coverage, by hand."""

import pytest
from tests.plugin.casebook_check.made import trial

from precedent_plugin.casebook_check.calibration import calibrate


def test_the_calibration_error_is_the_weighted_distance() -> None:
    # Three of four right at 0.95 (a distance of 0.2), none of one at 0.55 (of 0.55).
    trials = [trial(f"case-{at}", right=at != 0, confidence=0.95) for at in range(4)]
    found = calibrate([*trials, trial("case-9", right=False, confidence=0.55)])
    assert [one.cases for one in found.bins] == [1, 4]
    assert found.error == pytest.approx(0.8 * 0.2 + 0.2 * 0.55)


def test_certainty_belongs_to_the_last_bin() -> None:
    found = calibrate([trial("case-1", right=True, confidence=1.0)])
    assert (found.bins[0].low, found.bins[0].high) == (0.9, 1.0)
    assert found.error == 0


def test_risk_falls_and_coverage_shrinks_with_the_threshold() -> None:
    trials = [trial(f"case-{at}", right=at >= 5, confidence=at / 10) for at in range(10)]
    found = calibrate(trials).risk
    assert [point.coverage for point in found] == [(10 - at) / 10 for at in range(10)]
    assert found[0].share == 0.5
    assert found[5].share == 1.0


def test_the_working_point_answers_most_with_nine_of_ten_right() -> None:
    # 100 cases; the 20 least sure are wrong: from 0.12 on, 80 of 88 are right.
    trials = [trial(f"case-{at}", right=at >= 20, confidence=at / 100) for at in range(100)]
    point = calibrate(trials).working_point
    assert point is not None
    assert point.threshold == pytest.approx(0.12)
    assert point.share == pytest.approx(80 / 88)


def test_too_few_cases_have_no_working_point() -> None:
    assert calibrate([trial(f"case-{at}", right=True) for at in range(49)]).working_point is None


def test_without_a_threshold_that_is_right_there_is_none() -> None:
    trials = [trial(f"case-{at}", right=at % 2 == 0) for at in range(60)]
    assert calibrate(trials).working_point is None

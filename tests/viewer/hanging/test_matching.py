"""Which protocol fits, what it shows and why not. Expected series are chosen by hand."""

from dataclasses import replace

import pytest
from tests.viewer.hanging.made_studies import LUNG, NOW, OLD_AXIAL, OLDER, PRIOR, SCOUT, STRANGER

from precedent_viewer.hanging.matching import best_match, match
from precedent_viewer.hanging.rules import Place, Rule, RuleError, SeriesTest, StudyTest
from precedent_viewer.hanging.summaries import StudySummary, priors_of

OPEN = (NOW, PRIOR, OLDER, STRANGER)


def one_by_one(test: SeriesTest, study: StudyTest | None = None) -> Rule:
    return Rule("One", (1, 1), (Place(test),), study or StudyTest(("CT",)))


def shown(test: SeriesTest) -> str | None:
    series = match(one_by_one(test), NOW, OPEN).places[0].series
    return None if series is None else series.uid


@pytest.mark.parametrize(
    ("test", "uid"),
    [
        (SeriesTest("CT", "axial", words=("lung",)), "1.2"),
        (SeriesTest("CT", "axial", without=("lung",)), "1.1"),
        (SeriesTest("CT", "coronal"), "1.4"),
        (SeriesTest("CT", "coronal", nth=2), "1.3"),
        (SeriesTest("CT"), "1.4"),
        (SeriesTest("CT", words=("soft",), age=1), "2.1"),
        (SeriesTest("CT", age=2), "3.1"),
        (SeriesTest("MR"), None),
        (SeriesTest("CT", age=3), None),
    ],
)
def test_the_series_that_is_meant_is_found(test: SeriesTest, uid: str | None) -> None:
    assert shown(test) == uid


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        (SeriesTest("MR"), "Of 4 series none is MR."),
        (SeriesTest("CT", "sagittal"), "Of 4 series none is sagittal."),
        (SeriesTest("CT", "axial", words=("bone",)), "Of 2 series none has “bone”."),
        (SeriesTest("CT", "axial", nth=3), "Only 2 series fit, not 3."),
        (SeriesTest("CT", age=3), "Only 2 of its priors is open."),
    ],
)
def test_what_is_not_found_says_why(test: SeriesTest, reason: str) -> None:
    assert match(one_by_one(test), NOW, OPEN).places[0].reason == reason


def test_a_missing_prior_does_not_keep_a_protocol_from_fitting() -> None:
    rule = Rule("Pair", (1, 2), (Place(SeriesTest("CT")), Place(SeriesTest("CT", age=1))))
    found = match(rule, NOW, (NOW, STRANGER))
    assert found.fits
    assert found.places[1].reason == "No prior of this patient is open."


def test_a_missing_series_of_the_study_does() -> None:
    found = match(one_by_one(SeriesTest("CT", words=("bone",))), NOW)
    assert not found.fits
    assert found.why_not == "Of 4 series none has “bone”."


@pytest.mark.parametrize(
    ("test", "why"),
    [
        (StudyTest(("CT", "PT")), "The study has no PT series."),
        (StudyTest(("CT",), ("HEAD", "NECK")), "The study names CHEST, not HEAD or NECK."),
        (StudyTest(words=("embolism",)), "“embolism” is not in the study's description."),
        (StudyTest(("CT",), ("CHEST",), ("trauma",)), ""),
    ],
)
def test_a_study_is_refused_in_a_sentence(test: StudyTest, why: str) -> None:
    assert match(one_by_one(SeriesTest("CT"), test), NOW).why_not == why


def test_the_first_that_is_on_and_fits_is_taken() -> None:
    misfit = one_by_one(SeriesTest("MR"))
    off = replace(one_by_one(SeriesTest("CT")), is_on=False)
    fits = one_by_one(SeriesTest("CT", words=("lung",)))
    later = one_by_one(SeriesTest("CT"))
    found = best_match((misfit, off, fits, later), NOW)
    assert found is not None
    assert found.rule is fits
    assert found.places[0].series == LUNG


def test_an_empty_layout_fits_nothing() -> None:
    assert not match(Rule("Bare", (1, 1), (Place(),)), NOW).fits


def test_priors_are_of_the_same_patient_and_earlier_the_newest_first() -> None:
    assert priors_of(NOW, OPEN) == (PRIOR, OLDER)
    assert priors_of(PRIOR, OPEN) == (OLDER,)


def test_a_study_without_date_or_patient_has_no_priors() -> None:
    assert priors_of(replace(NOW, date=""), OPEN) == ()
    assert priors_of(replace(NOW, patient=""), (*OPEN, StudySummary("9", "", "2001"))) == ()


def test_series_without_a_number_come_last() -> None:
    study = replace(NOW, series=(replace(SCOUT, uid="x", number=None), OLD_AXIAL))
    found = match(one_by_one(SeriesTest("CT")), study).places[0].series
    assert found == OLD_AXIAL


def test_a_layout_needs_a_place_for_each_viewport() -> None:
    with pytest.raises(RuleError, match="1 places for 2 viewports"):
        Rule("Short", (1, 2), (Place(),))

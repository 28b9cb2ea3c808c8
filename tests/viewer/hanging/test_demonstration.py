"""Protocols made of what is on the screen."""

from hypothesis import given
from hypothesis import strategies as st
from tests.viewer.hanging.made_studies import (
    AXIAL,
    CORONAL,
    LUNG,
    NOW,
    OLD_AXIAL,
    PRIOR,
    SCOUT,
    STRANGER,
)

from precedent_viewer.hanging.demonstration import Demonstration, Shown, describe, rule_from
from precedent_viewer.hanging.matching import match
from precedent_viewer.hanging.rules import Look, Place, Rule, SeriesTest, StudyTest
from precedent_viewer.hanging.summaries import SeriesSummary, StudySummary
from precedent_viewer.hanging.words import rule_in_words
from precedent_viewer.model.voi import Window

LUNG_WINDOW = Look(window=Window(-600, 1500, name="Lung"))


def test_a_series_is_told_from_the_others_by_one_word() -> None:
    assert describe(AXIAL, NOW) == SeriesTest("CT", "axial", words=("soft",))
    assert describe(LUNG, NOW) == SeriesTest("CT", "axial", words=("lung",))
    assert describe(SCOUT, NOW) == SeriesTest("CT", "coronal", words=("topogram",))


def test_a_word_that_does_not_stand_there_serves_too() -> None:
    plain = SeriesSummary("a", "CT", "Head", 1)
    bone = SeriesSummary("b", "CT", "Head bone", 2)
    assert describe(plain, StudySummary("1", series=(plain, bone))) == SeriesTest(
        "CT", without=("bone",)
    )


def test_a_number_is_used_only_where_no_word_tells_them_apart() -> None:
    thin, thick = SeriesSummary("a", "CT", "Head 1", 1), SeriesSummary("b", "CT", "Head 5", 2)
    assert describe(thin, StudySummary("1", series=(thin, thick))).words == ("1",)


def test_twins_are_told_apart_by_their_order() -> None:
    one, two = SeriesSummary("a", "CT", "Head", 1), SeriesSummary("b", "CT", "Head", 2)
    assert describe(two, StudySummary("1", series=(one, two))) == SeriesTest("CT", nth=2)


def test_the_side_tells_mammograms_apart() -> None:
    left = SeriesSummary("a", "MG", "CC", 1, body_part="BREAST", laterality="L")
    right = SeriesSummary("b", "MG", "CC", 2, body_part="BREAST", laterality="R")
    assert describe(right, StudySummary("1", series=(left, right))).laterality == "R"


def test_a_screen_becomes_a_protocol_with_its_prior() -> None:
    shown = (Shown("1.2", LUNG_WINDOW), Shown("2.1"), Shown(None), Shown("4.1"))
    rule = rule_from(Demonstration((2, 2), shown, ("scroll",)), (PRIOR, STRANGER, NOW))
    assert rule is not None
    assert rule.study == StudyTest(("CT",), ("CHEST",))
    assert rule.places == (
        Place(SeriesTest("CT", "axial", words=("lung",)), LUNG_WINDOW),
        Place(SeriesTest("CT", "axial", age=1)),
        Place(),
        Place(),
    )
    assert rule.links == ("scroll",)


def test_an_empty_screen_makes_none() -> None:
    assert rule_from(Demonstration((1, 1), (Shown(None),)), (NOW,)) is None


def test_a_protocol_reads_as_plain_words() -> None:
    rule = Rule(
        "Chest",
        (1, 2),
        (
            Place(SeriesTest("CT", "axial", words=("lung",)), LUNG_WINDOW),
            Place(SeriesTest("CT", "axial", without=("lung",), nth=2, age=1), Look(inverted=True)),
        ),
        StudyTest(("CT",), ("CHEST", "LUNG"), ("trauma",)),
        ("scroll", "lines"),
    )
    assert rule_in_words(rule).splitlines() == [
        "For CT studies of CHEST or LUNG with “trauma”: 1 \N{MULTIPLICATION SIGN} 2.",
        "Left: the axial CT series with “lung”, window Lung (C \N{MINUS SIGN}600 W 1500).",
        "Right: the second axial CT series without “lung”, of the newest prior, inverted.",
        "Linked: scrolling.",
        "Reference lines are shown.",
    ]


NAMES = st.lists(st.sampled_from(["thin", "bone", "cor", "1", "5", "lung"]), max_size=4)
SERIES = st.lists(
    st.tuples(
        st.sampled_from(["CT", "MR"]), NAMES, st.sampled_from(["axial", "sagittal", "oblique", ""]),
        st.sampled_from(["", "L", "R"]), st.none() | st.integers(1, 9),
    ),
    min_size=1, max_size=7,
)  # fmt: skip


@given(SERIES)
def test_what_was_demonstrated_is_found_again_in_the_same_study(
    made: list[tuple[str, list[str], str, str, int | None]],
) -> None:
    series = tuple(
        SeriesSummary(str(at), modality, " ".join(words), number, orientation, "", side)
        for at, (modality, words, orientation, side, number) in enumerate(made)
    )
    study = StudySummary("s", "p", "2025", "Study", series)
    for one in series:
        rule = rule_from(Demonstration((1, 1), (Shown(one.uid),)), (study,))
        assert rule is not None
        found = match(rule, study).places[0].series
        assert found == one


def test_the_description_of_all_series_stays_short() -> None:
    for one in (AXIAL, LUNG, CORONAL, SCOUT):
        test = describe(one, NOW)
        assert len(test.words) + len(test.without) <= 1
        assert test.nth == 1
    assert describe(OLD_AXIAL, PRIOR, 1) == SeriesTest("CT", "axial", age=1)

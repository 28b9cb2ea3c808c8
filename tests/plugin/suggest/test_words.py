"""Likeness of questions, against scikit-learn's formula worked by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedent_plugin.suggest.words import QuestionWords

TEXTS = st.lists(st.text("abc ?", max_size=12), max_size=8)


def test_the_weight_of_a_word_is_that_of_the_formula() -> None:
    # Both questions hold "left" and one each the organ: the weights are 1 and w = ln(3 / 2) + 1.
    words = QuestionWords(["left kidney?", "left lung?"])
    w = math.log(3 / 2) + 1
    assert words.likeness("left")[0] == pytest.approx(1 / math.sqrt(1 + w * w), abs=1e-6)
    assert words.likeness("kidney")[0] == pytest.approx(w / math.sqrt(1 + w * w), abs=1e-6)
    assert words.likeness("kidney")[1] == 0


def test_an_unknown_word_makes_it_less_like() -> None:
    # Its weight is ln(3 / 1) + 1, as of a word that no question holds.
    words = QuestionWords(["left kidney", "left lung"])
    w, unknown = math.log(3 / 2) + 1, math.log(3) + 1
    expected = (1 + w * w) / math.sqrt(1 + w * w) / math.sqrt(1 + w * w + unknown**2)
    assert words.likeness("left kidney spaceship")[0] == pytest.approx(expected, abs=1e-6)


def test_the_finding_counts_more_than_the_phrase_around_it() -> None:
    words = QuestionWords([f"Is there a {one}?" for one in ("fracture", "mass", "cyst", "stent")])
    found = words.likeness("Do you see a fracture?")
    assert found.argmax() == 0
    assert found[0] > 2 * found[1]


def test_only_the_very_question_is_one() -> None:
    words = QuestionWords(["Is there a nodule?", "is there a NODULE", "Is there a nodules"])
    assert words.likeness("is there a nodule ")[0] == 1
    assert words.likeness("is there a nodule ")[1] == 1
    assert words.likeness("is there a nodule ")[2] == pytest.approx(0.99)


def test_other_alphabets_have_words_too() -> None:
    words = QuestionWords(["Wo liegt die Läsion?", "Где опухоль?"])
    assert words.likeness("Läsion")[0] > 0.3
    assert words.likeness("опухоль")[1] > 0.3
    assert words.likeness("опухоль")[0] == 0


@pytest.mark.parametrize("questions", [[], [""], ["?"]])
def test_without_words_nothing_is_like(questions: list[str]) -> None:
    assert all(value == 0 for value in QuestionWords(questions).likeness("a fracture"))


@given(TEXTS, st.text("abc ?", max_size=12))
def test_likeness_stays_within_its_bounds(questions: list[str], asked: str) -> None:
    found = QuestionWords(questions).likeness(asked)
    assert found.shape == (len(questions),)
    assert all(0 <= value <= 1 for value in found)

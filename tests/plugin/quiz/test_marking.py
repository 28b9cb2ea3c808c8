"""What counts as the same answer."""

import pytest

from precedent_plugin.quiz.marking import mark


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("Left.", "left"),
        ("the left lung", "Left lung"),
        ("effusion, pleural", "pleural effusion"),
        ("no  fracture", "No fracture."),
        ("2.5 cm", "2.5 cm"),
        ("Übergang", "übergang"),
    ],
)
def test_the_same_words_are_right(given: str, wanted: str) -> None:
    assert mark(given, wanted) == "right"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("pneumonai", "pneumonia"), ("plural effusion", "pleural effusion"), ("oedma", "oedema")],
)
def test_a_slip_in_a_long_word_is_forgiven_and_named(given: str, wanted: str) -> None:
    assert mark(given, wanted) == "misspelled"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("", "left"),
        ("...", "left"),
        ("right", "left"),
        ("lett", "left"),  # a short word has no slip to spare
        ("fracture", "no fracture"),
        ("no fracture", "fracture"),
        ("effusion", "pleural effusion"),
        ("2.5 cm", "25 cm"),
        ("12 nodules", "13 nodules"),
        ("grade 2", "grade 3"),
        ("hypertension", "hypotension"),
        ("ileum", "ilium"),
        ("adduction", "abduction"),
    ],
)
def test_other_words_are_wrong(given: str, wanted: str) -> None:
    assert mark(given, wanted) == "wrong"

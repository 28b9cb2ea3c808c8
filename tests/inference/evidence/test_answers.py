"""When two answers say the same, and what several of them come to."""

import math

import pytest

from precedent_inference.evidence.answers import distinct, entropy, exchanged, majority, says_same


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Yes.", "yes"),
        ("clear  lung", "Clear lung"),
        ("\u201cmass\u201d".strip("\u201c\u201d"), "mass!"),
        ("It is round, so: Answer: nodule", "nodule"),
        ("\uff2d\uff32\uff29", "MRI"),
    ],
)
def test_letters_spacing_and_end_marks_do_not_count(first: str, second: str) -> None:
    assert says_same(first, second)


@pytest.mark.parametrize(
    ("first", "second"), [("left", "left side"), ("no", "none"), ("T1", "T2"), ("?", "!")]
)
def test_other_words_count(first: str, second: str) -> None:
    assert not says_same(first, second)


def test_distinct_keeps_the_first_of_each_in_order() -> None:
    assert distinct(["mass", "Benign", "Mass.", "cyst", "benign"]) == ["mass", "Benign", "cyst"]


def test_the_majority_has_more_than_any_other() -> None:
    assert majority(["a", "B", "b", "c"]) == ("B", 0.5)
    assert majority(["a", "b"]) is None
    assert majority([]) is None


def test_exchanging_leaves_no_answer_its_name() -> None:
    assert exchanged(["Mass", "benign", "mass", "cyst"]) == {
        "mass": "benign",
        "benign": "cyst",
        "cyst": "Mass",
    }
    assert exchanged(["mass", "Mass."]) is None


def test_entropy_is_that_of_the_shares() -> None:
    assert entropy(["a", "A.", "a"]) == 0
    assert entropy(["a", "b", "b", "B"]) == pytest.approx(
        -0.25 * math.log(0.25) - 0.75 * math.log(0.75)
    )

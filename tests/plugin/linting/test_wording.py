"""Questions that stand alone, answers that are one, words that fit the picture."""

import pytest

from precedent_plugin.linting.kind import find_clashes
from precedent_plugin.linting.wording import find_wording


def kinds(question: str, answer: str) -> list[str]:
    return [advice.kind for advice in find_wording(question, answer)]


@pytest.mark.parametrize(
    "question",
    [
        "Is it larger than in the previous image?",
        "What is the mass, as described before?",
        "Which cells are in panel B?",
        "What is in Figure 3a?",
        "And on the left?",
        "Why is that?",
        "What else?",
    ],
)
def test_a_question_that_points_elsewhere_is_found(question: str) -> None:
    assert kinds(question, "a cyst") == ["not self-contained"]


@pytest.mark.parametrize(
    "question",
    [
        "What is this?",
        "Where is it?",
        "Is the lesion above the diaphragm?",
        "Why is the trachea displaced?",
        "Is there a fracture and where?",
    ],
)
def test_a_question_about_the_picture_is_left_alone(question: str) -> None:
    assert kinds(question, "a cyst") == []


@pytest.mark.parametrize("answer", ["left or right", "cyst vs abscess", "either lung", "cyst?"])
def test_more_than_one_answer_is_found(answer: str) -> None:
    assert kinds("What is it?", answer) == ["two answers"]


@pytest.mark.parametrize("answer", ["N/A", "see report", "unknown", "what is it"])
def test_no_answer_is_found(answer: str) -> None:
    assert kinds("What is it?", answer) == ["no answer"]


@pytest.mark.parametrize(
    "answer",
    [
        "no mass or nodule",
        "left",
        "Without fracture or dislocation",
        "It is a cyst, because its wall is thin and its density is that of water or a little more.",
    ],
)
def test_one_answer_is_left_alone(answer: str) -> None:
    assert kinds("What is it?", answer) == []


@pytest.mark.parametrize(
    ("modality", "question", "named"),
    [
        ("CT", "Is the lesion hypoechoic?", "ultrasound"),
        ("US", "How many Hounsfield units?", "CT"),
        ("MR", "Is the H&E stain pale?", "microscopy"),
        ("CR", "Is the T2-weighted signal high?", "MR"),
        ("SM", "What does the chest x-ray show?", "radiograph"),
    ],
)
def test_words_of_another_modality_are_found(modality: str, question: str, named: str) -> None:
    (clash,) = find_clashes(modality, {"question": question, "answer": "yes"})
    assert clash.named == named


@pytest.mark.parametrize(
    ("modality", "question"),
    [
        ("CT", "Is there a mass on this CT?"),
        ("CT", "Would an ultrasound show more than this CT?"),
        ("MG", "Is the mammogram a kind of radiograph?"),
        ("", "How many Hounsfield units?"),
        ("XX", "How many Hounsfield units?"),
        ("CR", "Is there a fracture?"),
    ],
)
def test_words_that_fit_are_left_alone(modality: str, question: str) -> None:
    assert list(find_clashes(modality, {"question": question, "answer": "yes"})) == []

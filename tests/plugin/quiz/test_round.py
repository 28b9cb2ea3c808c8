"""A round asks, reveals, and keeps each answer once it is settled."""

from datetime import UTC, datetime, timedelta

import pytest

from precedent_plugin.cases import Case
from precedent_plugin.errors import QuestionError
from precedent_plugin.quiz.reviews import Review
from precedent_plugin.quiz.round import QuizRound

CASES = [
    Case("a", ("x",), "Which side?", "left"),
    Case("b", ("y",), "Which side?", "right"),
    Case("c", ("z",), "What is it?", "pleural effusion"),
]


class Clock:
    """Steps three seconds at each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=3)
        return self.now


def begin() -> tuple[QuizRound, list[Review]]:
    kept: list[Review] = []
    return QuizRound(CASES, keep=kept.append, clock=Clock()), kept


def test_an_answer_is_marked_and_kept_with_its_time() -> None:
    quiz, kept = begin()
    assert quiz.answer("Left.") == "right"
    assert kept == []
    assert quiz.go_on()
    assert kept == [Review("a", "2026-11-23T12:00:06+00:00", "Left.", "right", 3.0)]
    assert quiz.case is CASES[1]


def test_few_answers_are_offered_and_many_or_one_are_not() -> None:
    quiz, _ = begin()
    assert quiz.choices == ("left", "right")
    quiz.answer("left")
    quiz.go_on()
    quiz.answer("")
    quiz.go_on()
    assert not quiz.choices


def test_no_answer_is_a_skip() -> None:
    quiz, kept = begin()
    assert quiz.answer("  ") == "skipped"
    quiz.go_on()
    assert not kept[0].is_right


def test_a_wrong_answer_may_be_claimed_before_it_is_settled() -> None:
    quiz, kept = begin()
    quiz.answer("sinister")
    assert quiz.right == 0
    quiz.claim()
    assert quiz.right == 1
    quiz.go_on()
    assert kept[0].verdict == "claimed"


def test_a_right_answer_needs_no_claim() -> None:
    quiz, _ = begin()
    quiz.answer("left")
    with pytest.raises(QuestionError):
        quiz.claim()


def test_nothing_is_answered_twice_or_passed_unanswered() -> None:
    quiz, _ = begin()
    with pytest.raises(QuestionError):
        quiz.go_on()
    quiz.answer("left")
    with pytest.raises(QuestionError):
        quiz.answer("right")


def test_the_score_counts_what_was_known() -> None:
    quiz, kept = begin()
    for words in ("left", "left", "plural effusion"):
        quiz.answer(words)
        quiz.go_on()
    assert quiz.is_over
    assert (quiz.right, quiz.total) == (2, 3)
    assert [review.verdict for review in kept] == ["right", "wrong", "misspelled"]
    with pytest.raises(QuestionError):
        _ = quiz.case

"""The quiz hides the answer until there is one, and keeps what was answered."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QPushButton
from tests.plugin.panels.bench import Bench

from precedent_plugin.panels.quiz import QuizDialog
from precedent_plugin.quiz.reviews import Reviews


@pytest.fixture
def quiz(bench: Bench, qtbot: QtBot) -> Iterator[QuizDialog]:
    bench.fill_tray("pneumonia", "normal", "pneumonia")
    bench.work.quiz.open(bench.work.library.window())
    dialog = shown()
    yield dialog
    dialog.close()


def shown() -> QuizDialog:
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, QuizDialog))


def visible_words(quiz: QuizDialog) -> str:
    labels = (quiz.question, quiz.verdict, quiz.wanted, quiz.rationale, quiz.given)
    return "\n".join(label.text() for label in labels if label.isVisible())


def test_the_answer_is_hidden_until_one_is_given(quiz: QuizDialog) -> None:
    answer = quiz.round.case.answer
    assert answer not in visible_words(quiz)
    quiz.findChildren(QPushButton, "quiz-choice")[0].click()
    assert answer in visible_words(quiz)


def test_a_digit_takes_the_choice_in_that_place(quiz: QuizDialog) -> None:
    right = quiz.round.choices.index(quiz.round.case.answer)
    Bench.press(quiz, Qt.Key(Qt.Key.Key_1 + right))
    assert quiz.round.verdict == "right"
    assert "Right." in visible_words(quiz)


def test_answers_are_kept_in_the_library(quiz: QuizDialog, bench: Bench) -> None:
    first = quiz.round.case.id
    quiz.skip.click()
    quiz.next.click()
    (review,) = Reviews(bench.work.session.library.folder).all()
    assert (review.case_id, review.verdict) == (first, "skipped")


def test_the_end_gives_the_score_and_what_was_not_known(quiz: QuizDialog) -> None:
    while not quiz.round.is_over:
        Bench.press(quiz, Qt.Key.Key_1)
        quiz.next.click()
    known = sum(review.is_right for review in quiz.round.done)
    assert quiz.question.text() == f"{known} of 3 right"
    assert quiz.rationale.text().startswith("Not known:")
    assert quiz.save.isVisible()


def test_where_nothing_is_due_the_next_time_is_said(bench: Bench) -> None:
    bench.work.quiz.open(None)
    assert bench.host.notes[-1][:2] == (
        "Nothing is due.",
        "The casebook has no case to ask. Add cases to it.",
    )

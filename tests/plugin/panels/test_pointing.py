"""Marking a place on a picture, in the editor and in the quiz, in pixels of the picture."""

from dataclasses import replace

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QImage
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication
from tests.plugin.panels.bench import Bench

from precedent_plugin.cases import Case, Roi
from precedent_plugin.panels.pointing import MarkedPicture
from precedent_plugin.panels.quiz import QuizDialog

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def picture(qapp: QApplication) -> MarkedPicture:
    """200 x 100 pixels in a square of 100: half size, with 25 px of black above and below."""
    made = MarkedPicture(100)
    image = QImage(200, 100, QImage.Format.Format_RGB888)
    image.fill(0)
    made.show_image(image)
    return made


def drag(picture: MarkedPicture, start: tuple[int, int], end: tuple[int, int]) -> None:
    QTest.mousePress(picture, LEFT, NONE, QPoint(*start))  # type: ignore[call-overload]
    QTest.mouseMove(picture, QPoint(*end))  # type: ignore[call-overload]
    QTest.mouseRelease(picture, LEFT, NONE, QPoint(*end))  # type: ignore[call-overload]


def test_a_drag_is_a_rectangle_in_pixels_of_the_picture(picture: MarkedPicture) -> None:
    taken: list[Roi | None] = []
    picture.take_roi(taken.append)
    drag(picture, (60, 65), (10, 35))
    assert taken == [Roi(20.0, 20.0, 100.0, 60.0)]


def test_a_click_is_a_point_and_outside_is_nothing(picture: MarkedPicture) -> None:
    taken: list[Roi | None] = []
    picture.take_roi(taken.append)
    drag(picture, (50, 50), (50, 50))
    drag(picture, (50, 10), (50, 10))
    assert taken == [Roi(100.0, 50.0)]


def test_a_drag_ends_at_the_edge(picture: MarkedPicture) -> None:
    taken: list[Roi | None] = []
    picture.take_roi(taken.append)
    drag(picture, (50, 50), (99, 99))
    assert taken == [Roi(100.0, 50.0, 98.0, 50.0)]


def test_delete_removes_the_mark(bench: Bench, picture: MarkedPicture) -> None:
    taken: list[Roi | None] = []
    picture.take_roi(taken.append)
    bench.press(picture, Qt.Key.Key_Delete)
    assert taken == [None]


def test_the_editor_keeps_the_mark(bench: Bench) -> None:
    (case,) = bench.add_cases("a")
    editor = bench.work.library.editor
    bench.work.library.open_case(case.id)
    editor._mark(Roi(1, 2, 3, 4))
    editor.save.click()
    found = bench.library.find(case.id)
    assert found is not None
    assert found.roi == Roi(1, 2, 3, 4)
    bench.work.library.open_case(case.id)
    editor._mark(None)
    editor.save.click()
    assert bench.library.cases()[0].roi is None


def test_the_quiz_asks_to_point_and_shows_both(bench: Bench) -> None:
    (case,) = bench.add_cases("a")
    marked: Case = bench.library.update(replace(case, roi=Roi(0, 0, 10, 10)))
    bench.work.quiz.open(bench.work.library)
    quiz = bench.work.library.findChild(QuizDialog)
    assert quiz is not None
    assert not quiz.field.isVisibleTo(quiz)
    assert quiz.place.text().endswith("Click where it is")
    # The picture is 64 x 48 in a square of 440: its middle is the square's.
    drag(quiz.picture, (220, 220), (220, 220))
    assert quiz.round.verdict == "wrong"
    # (32, 24) is 22 across and 14 down beside (10, 10): 26 pixels.
    assert quiz.given.text() == "You pointed 26 pixels beside it"
    assert quiz.wanted.text() == marked.answer

"""A casebook as a presentation: title, pictures, answers, there and back."""

import pytest
from qtpy.QtCore import Qt
from tests.plugin.panels.bench import Bench

from precedent_plugin.panels.library import moved
from precedent_plugin.panels.presentation import PresentationDialog
from precedent_plugin.panels.title_form import TitleForm

Key = Qt.Key


@pytest.fixture
def dialog(bench: Bench) -> PresentationDialog:
    cases = bench.add_cases("pneumonia", "normal")
    book = bench.library.create_casebook("Lungs", description="For residents.", licence="CC BY 4.0")
    bench.library.add_to_casebook(book.id, [case.id for case in cases])
    bench.work.desk.choose_casebook(book.id)
    bench.work.talk.open(bench.work.library)
    opened = bench.work.library.findChild(PresentationDialog)
    assert opened is not None
    return opened


def test_the_title_page_comes_first(dialog: PresentationDialog) -> None:
    assert dialog.page == 0
    assert dialog.pages.currentIndex() == 0
    assert dialog.on.text() == "Begin"


def test_each_answer_waits_for_a_key(bench: Bench, dialog: PresentationDialog) -> None:
    bench.press(dialog, Key.Key_Space)
    assert (dialog.page, dialog.place.text()) == (1, "1 of 2")
    assert not dialog.answer.isVisibleTo(dialog)
    bench.press(dialog, Key.Key_Right)
    assert dialog.answer.isVisibleTo(dialog)
    assert dialog.answer.text() == "pneumonia"
    assert not dialog.picture.image.isNull()
    bench.press(dialog, Key.Key_Right)
    assert not dialog.answer.isVisibleTo(dialog)
    bench.press(dialog, Key.Key_Left)
    assert (dialog.page, dialog.answer.text()) == (1, "pneumonia")
    assert dialog.answer.isVisibleTo(dialog)
    bench.press(dialog, Key.Key_Left)
    bench.press(dialog, Key.Key_Left)
    assert dialog.page == 0
    bench.press(dialog, Key.Key_Left)
    assert dialog.page == 0


def test_the_last_page_ends_it(bench: Bench, dialog: PresentationDialog) -> None:
    for _ in range(4):
        dialog.go_on()
    assert dialog.on.text() == "End"
    dialog.go_on()
    assert not dialog.isVisible()


def test_the_title_page_is_edited_and_taken_back(bench: Bench, dialog: PresentationDialog) -> None:
    panel = bench.work.library
    panel.menu.edit_title()
    form = panel.findChild(TitleForm)
    assert form is not None
    form.name.setText("  ")
    assert not form.go.isEnabled()
    form.name.setText("Chest")
    form.description.setPlainText("For students.")
    form.go.click()
    (book,) = bench.library.casebooks()
    assert (book.name, book.description, book.licence) == ("Chest", "For students.", "CC BY 4.0")
    panel.undo()
    assert bench.library.casebooks()[0].name == "Lungs"


def test_cases_are_put_into_another_order(bench: Bench, dialog: PresentationDialog) -> None:
    panel = bench.work.library
    book = bench.library.casebooks()[0].id
    before = [case.answer for case in bench.library.cases(casebook=book)]
    panel.list.select_rows([1])
    bench.press(panel.list, Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [case.answer for case in bench.library.cases(casebook=book)] == before[::-1]


@pytest.mark.parametrize(
    ("rows", "step", "order"),
    [
        ([1], -1, "bacd"),
        ([0, 1], -1, "abcd"),
        ([0, 2], -1, "acbd"),
        ([2, 3], 1, "abcd"),
        ([0, 1], 1, "cabd"),
    ],
)
def test_a_block_moves_as_one_and_stops_at_the_ends(rows: list[int], step: int, order: str) -> None:
    assert moved("abcd", rows, step) == list(order)

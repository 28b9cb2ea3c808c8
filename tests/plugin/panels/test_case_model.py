"""A list of many cases reads what is looked at, a page at a time, and no case twice."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from qtpy.QtWidgets import QApplication, QWidget

from precedent_plugin.cases import Case
from precedent_plugin.panels import case_model
from precedent_plugin.panels.case_list import CaseView, runs
from precedent_plugin.panels.case_model import CASE_ROLE, PAGE, CaseModel
from precedent_plugin.panels.thumbnails import Thumbnails


def case_of(number: int, answer: str = "left") -> Case:
    return Case(f"{number:032x}", (f"{number:064x}",), "Which side?", answer)


class Shelf:
    """Cases 0 to 999; hands them over when it is told to."""

    def __init__(self) -> None:
        self.answer = "left"
        self.gone: set[str] = set()
        self.reads: list[Sequence[str]] = []
        self.waiting: list[Callable[[], None]] = []

    def read(self, ids: Sequence[str], receive: Callable[[Sequence[Case]], None]) -> None:
        self.reads.append(ids)
        cases = [case_of(int(one, 16), self.answer) for one in ids if one not in self.gone]
        self.waiting.append(lambda: receive(cases))

    def deliver(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def model(shelf: Shelf, qapp: QApplication) -> Iterator[CaseModel]:
    parent = QWidget()
    made = CaseModel(Thumbnails(lambda *_: None), shelf.read, parent)
    made.show_ids([case_of(number).id for number in range(1_000)])
    yield made
    parent.deleteLater()  # until here it is held: the model goes with it


def seen(model: CaseModel, row: int) -> object:
    return model.data(model.index(row), CASE_ROLE)


def test_nothing_is_read_before_it_is_looked_at(model: CaseModel, shelf: Shelf) -> None:
    assert model.rowCount() == 1_000
    assert shelf.reads == []


def test_a_page_is_read_once(model: CaseModel, shelf: Shelf) -> None:
    assert seen(model, 70) is None
    assert seen(model, 71) is None
    shelf.deliver()
    assert seen(model, 71) == case_of(71)
    assert [len(ids) for ids in shelf.reads] == [PAGE]
    assert shelf.reads[0][0] == case_of(PAGE).id


def test_shown_anew_an_old_case_stays_in_view_until_it_is_read(
    model: CaseModel, shelf: Shelf
) -> None:
    seen(model, 0)
    shelf.deliver()
    shelf.answer = "right"
    model.show_ids([case_of(number).id for number in range(1_000)])
    assert seen(model, 0) == case_of(0)
    shelf.deliver()
    assert seen(model, 0) == case_of(0, "right")


def test_what_was_asked_for_before_does_not_count_as_fresh(model: CaseModel, shelf: Shelf) -> None:
    seen(model, 0)
    model.show_ids([case_of(number).id for number in range(500, 1_000)])
    shelf.deliver()
    assert seen(model, 0) is None
    shelf.deliver()
    assert seen(model, 0) == case_of(500)


def test_a_case_that_is_gone_is_asked_for_once(model: CaseModel, shelf: Shelf) -> None:
    shelf.gone = {case_of(3).id}
    seen(model, 3)
    shelf.deliver()
    assert seen(model, 3) is None
    assert len(shelf.reads) == 1


def test_what_made_room_is_read_again(
    model: CaseModel, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_model, "KEPT", 2 * PAGE)
    for row in (0, PAGE, 2 * PAGE):
        seen(model, row)
        shelf.deliver()
    assert seen(model, 0) is None
    shelf.deliver()
    assert seen(model, 0) == case_of(0)


def test_a_selection_of_all_is_ids_without_reading(model: CaseModel, shelf: Shelf) -> None:
    view = CaseView(model)
    view.selectAll()
    assert view.count_selected() == 1_000
    assert model.ids(view.selected_rows())[-1] == case_of(999).id
    assert shelf.reads == []


def test_rows_are_selected_in_runs(model: CaseModel) -> None:
    view = CaseView(model)
    view.select_rows([5, 3, 4, 9])
    assert view.selected_rows() == [3, 4, 5, 9]
    assert list(runs([5, 3, 4, 9])) == [(3, 5), (9, 9)]
    assert list(runs([])) == []

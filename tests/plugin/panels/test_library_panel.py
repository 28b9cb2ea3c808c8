"""The library panel: find, add, edit, delete and take back cases."""

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLineEdit, QMenu, QPushButton
from tests.plugin.panels.bench import Bench, MakeBench

from precedent_plugin.cases import Casebook
from precedent_plugin.exchange import export_casebook
from precedent_plugin.panels.bulk_form import BulkForm
from precedent_plugin.panels.casebook_menu import file_name
from precedent_plugin.panels.drag import ids_in
from precedent_plugin.panels.library import TRASH

CONTROL = Qt.KeyboardModifier.ControlModifier


def select(bench: Bench, *rows: int) -> None:
    panel = bench.work.library
    selection = panel.list.selectionModel()
    assert selection is not None
    for row in rows:
        selection.select(panel.model.index(row), selection.SelectionFlag.Select)


def choose(bench: Bench, data: str) -> None:
    chooser = bench.work.library.chooser
    chooser.setCurrentIndex(chooser.findData(data))
    chooser.activated.emit(chooser.currentIndex())


def test_empty_library_offers_the_sample(bench: Bench) -> None:
    assert bench.work.library.sample_button.isVisible()
    assert not bench.work.library.list.isVisible()


def test_added_case_appears(bench: Bench) -> None:
    bench.add_cases("pneumonia", "normal")
    assert bench.work.library.model.rowCount() == 2
    assert bench.work.library.list.isVisible()


def test_return_puts_the_selection_into_the_tray(bench: Bench) -> None:
    bench.add_cases("a", "b", "c")
    select(bench, 0, 2)
    bench.press(bench.work.library.list, Qt.Key.Key_Return)
    assert sorted(case.answer for case in bench.work.desk.tray.active) == ["a", "c"]


def test_double_click_adds_one(bench: Bench) -> None:
    bench.add_cases("a", "b")
    panel = bench.work.library
    panel.list.doubleClicked.emit(panel.model.index(0))
    assert len(bench.work.desk.tray.shots) == 1


def test_dragged_cases_carry_their_ids(bench: Bench) -> None:
    cases = bench.add_cases("a", "b")
    model = bench.work.library.model
    ids = ids_in(model.mimeData([model.index(0), model.index(1)]))
    assert sorted(ids) == sorted(case.id for case in cases)


def test_search_narrows_the_list(bench: Bench, qtbot: QtBot) -> None:
    bench.add_cases("pneumonia", "normal")
    bench.work.library.search.setText("pneu")
    qtbot.waitUntil(lambda: bench.work.library.model.rowCount() == 1)


def test_search_without_result_says_so(bench: Bench, qtbot: QtBot) -> None:
    bench.add_cases("pneumonia")
    bench.work.library.search.setText("nowhere")
    qtbot.waitUntil(lambda: bench.work.library.empty_title.text() == "Nothing found")
    assert not bench.work.library.sample_button.isVisible()


def test_edit_is_kept_with_question_answer_rationale_and_tags(bench: Bench) -> None:
    case = bench.add_cases("a")[0]
    panel = bench.work.library
    panel.open_case(case.id)
    panel.editor.fields.question.setText("Which side?")
    panel.editor.fields.answer.setText("left")
    panel.editor.fields.rationale.setPlainText("Because.")
    panel.editor.fields.tags.setText("chest, mass, chest")
    bench.press(panel.editor.fields.answer, Qt.Key.Key_Return)
    kept = bench.library.find(case.id)
    assert kept is not None
    assert (kept.question, kept.answer, kept.rationale, kept.tags) == (
        "Which side?", "left", "Because.", ("chest", "mass"),
    )  # fmt: skip
    assert panel.pages.currentIndex() == 0


def test_escape_leaves_a_case_as_it_was(bench: Bench) -> None:
    case = bench.add_cases("a")[0]
    panel = bench.work.library
    panel.open_case(case.id)
    panel.editor.fields.answer.setText("other")
    bench.press(panel.editor.fields.answer, Qt.Key.Key_Escape)
    kept = bench.library.find(case.id)
    assert kept is not None
    assert kept.answer == "a"
    assert panel.pages.currentIndex() == 0


def test_case_without_an_answer_cannot_be_saved(bench: Bench) -> None:
    case = bench.add_cases("a")[0]
    bench.work.library.open_case(case.id)
    bench.work.library.editor.fields.answer.setText("  ")
    assert not bench.work.library.editor.save.isEnabled()


def test_delete_moves_to_the_trash_and_undo_brings_back(bench: Bench) -> None:
    bench.add_cases("a", "b")
    select(bench, 0)
    panel = bench.work.library
    bench.press(panel.list, Qt.Key.Key_Delete)
    fewer = panel.model.rowCount()
    bench.press(panel.list, Qt.Key.Key_Z, CONTROL)
    assert (fewer, panel.model.rowCount()) == (1, 2)


def test_trash_shows_deleted_cases_and_restores_them(bench: Bench) -> None:
    case = bench.add_cases("a")[0]
    bench.library.delete([case.id])
    choose(bench, TRASH)
    select(bench, 0)
    bench.work.library.restore_button.click()
    assert bench.library.find(case.id) is not None


def test_new_case_goes_into_the_chosen_casebook(bench: Bench) -> None:
    casebook = bench.library.create_casebook("Chest")
    choose(bench, casebook.id)
    bench.work.ask.save_case()
    bench.work.ask.save_form.question.setText("What is it?")
    bench.work.ask.save_form.answer.setText("a mass")
    bench.press(bench.work.ask.save_form.answer, Qt.Key.Key_Return)
    assert [case.answer for case in bench.library.cases("", casebook.id)] == ["a mass"]


def test_first_window_brings_the_sample_once(make_bench: MakeBench) -> None:
    bench = make_bench(with_sample=True)
    names = [casebook.name for casebook in bench.library.casebooks()]
    assert len(names) == 1
    assert bench.library.cases()


def test_deleted_sample_stays_deleted(make_bench: MakeBench) -> None:
    bench = make_bench(with_sample=True)
    bench.library.delete([case.id for case in bench.library.cases()])
    bench.library.delete_casebook(bench.library.casebooks()[0].id)
    again = make_bench(with_sample=True)
    assert not again.library.casebooks()


def test_thumbnail_is_read_once(bench: Bench) -> None:
    case = bench.add_cases("a")[0]
    first = bench.work.desk.thumbnails.get(case.images[0])
    assert not first.isNull()
    assert bench.work.desk.thumbnails.get(case.images[0]).cacheKey() == first.cacheKey()


def test_menu_puts_cases_into_a_casebook(bench: Bench) -> None:
    case = bench.add_cases("a")[0]
    casebook = bench.library.create_casebook("Chest")
    select(bench, 0)
    menu = bench.work.library.selected_menu()
    entries = {
        action.text(): action for part in menu.findChildren(QMenu) for action in part.actions()
    }
    entries["Chest"].trigger()
    assert [one.id for one in bench.library.cases("", casebook.id)] == [case.id]


def test_case_taken_out_of_a_casebook_stays_in_the_library(bench: Bench) -> None:
    case = bench.add_cases("a")[0]
    casebook = bench.library.create_casebook("Chest")
    bench.library.add_to_casebook(casebook.id, [case.id])
    choose(bench, casebook.id)
    select(bench, 0)
    menu = bench.work.library.selected_menu()
    {action.text(): action for action in menu.actions()}["Take out of this casebook"].trigger()
    assert not bench.library.cases("", casebook.id)
    assert bench.library.find(case.id) is not None


def test_refused_edit_stays_on_the_page(bench: Bench) -> None:
    case = bench.add_cases("a")[0]
    panel = bench.work.library
    panel.open_case(case.id)
    panel.editor.fields.tags.setText("x" * 500)
    panel.editor.save.click()
    assert bench.host.notes[-1][2] == "error"
    assert panel.pages.currentIndex() == 1


def test_corrupted_casebook_is_refused_in_one_sentence(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "broken.casebook"
    path.write_bytes(b"not a casebook")
    bench.work.desk.import_file(path)
    assert bench.host.notes[-1][2] == "error"
    assert not bench.library.casebooks()


def test_casebook_comes_back_from_its_file(bench: Bench, tmp_path: Path) -> None:
    cases = bench.add_cases("a", "b")
    casebook = bench.library.create_casebook("Chest")
    bench.library.add_to_casebook(casebook.id, [case.id for case in cases])
    path = tmp_path / "chest.casebook"
    bench.work.desk.export_file(bench.library.casebooks()[0], path)
    bench.library.delete_casebook(casebook.id)
    bench.library.delete([case.id for case in cases])
    bench.library.empty_trash()
    bench.work.desk.import_file(path)
    assert sorted(case.answer for case in bench.library.cases()) == ["a", "b"]


def test_file_name_of_a_casebook_has_no_separators() -> None:
    assert file_name(Casebook("1", "a/b\\c: d")) == "a-b-c- d.casebook"
    assert file_name(Casebook("1", "///")) == "casebook.casebook"


def test_all_fields_of_a_case_are_edited(bench: Bench) -> None:
    (case,) = bench.add_cases("a")
    panel = bench.work.library
    panel.open_case(case.id)
    fields = panel.editor.fields
    fields.more.click()
    fields.teaching_point.setPlainText("Look behind the heart.")
    for field, text in (
        (fields.task, "diagnosis"),
        (fields.body_part, "CHEST"),
        (fields.laterality, "L"),
        (fields.author, "Anna"),
        (fields.modality, "CR"),
    ):
        field.setText(text)
    panel.editor.save.click()
    kept = bench.library.find(case.id)
    assert kept is not None
    assert (kept.teaching_point, kept.task, kept.author) == (
        "Look behind the heart.",
        "diagnosis",
        "Anna",
    )
    where = kept.provenance
    assert (where.modality, where.body_part, where.laterality) == ("CR", "CHEST", "L")


def test_many_cases_are_changed_at_once_and_taken_back_at_once(bench: Bench) -> None:
    cases = bench.add_cases("a", "b", "c")
    select(bench, 0, 1, 2)
    panel = bench.work.library
    panel.edit_selected()
    form = panel.findChild(BulkForm)
    assert form is not None
    assert not form.go.isEnabled()
    for name, text in (("add-tags", "new"), ("remove-tags", "chest"), ("task", "side")):
        field = form.findChild(QLineEdit, f"bulk-{name}")
        assert field is not None
        field.setText(text)
    form.go.click()
    changed = bench.library.cases()
    assert {(case.tags, case.task) for case in changed} == {(("new",), "side")}
    assert {case.answer for case in changed} == {"a", "b", "c"}
    panel.undo()
    assert {case.tags for case in bench.library.cases()} == {cases[0].tags}


def test_two_cases_are_linked_and_parted_again(bench: Bench) -> None:
    bench.add_cases("a", "b")
    select(bench, 0, 1)
    panel = bench.work.library
    assert [panel.model.case(panel.model.index(row)) is not None for row in (0, 1)] == [True] * 2
    [menu] = [one for one in panel.selected_menu().findChildren(QMenu) if "Link" in one.title()]
    menu.actions()[0].trigger()
    first = bench.library.find(panel.selected[0])
    assert first is not None
    assert [(link.kind, link.case_id) for link in first.links] == [("prior-of", panel.selected[1])]
    panel.open_case(first.id)
    unlink = panel.editor.findChild(QPushButton, "case-unlink")
    assert unlink is not None
    unlink.click()
    again = bench.library.find(first.id)
    assert again is not None
    assert again.links == ()


def test_an_import_says_what_to_look_at(bench: Bench, tmp_path: Path) -> None:
    (case,) = bench.add_cases("a")
    named = bench.library.update(replace(case, rationale="Seen by Dr. Miller"))
    book = bench.library.create_casebook("Names")
    bench.library.add_to_casebook(book.id, [named.id])
    path = tmp_path / "names.casebook"
    export_casebook(bench.library, book.id, path)
    bench.work.desk.import_file(path)
    message, hint, _ = bench.host.notes[-1]
    assert message == "Imported “Names (2)” with 1 case."
    assert hint is not None
    assert hint.startswith("1 things to look at in the words, 1 of them before it is shared")

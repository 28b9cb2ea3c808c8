"""Comparing the tags of two images in the window."""

from pathlib import Path

import pytest
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot
from tests.viewer.conftest import PATIENT, write_slice

from precedent_viewer.app import App
from precedent_viewer.panels.tags.compare import CompareDialog
from precedent_viewer.panels.tags.tree import CopyingTree


@pytest.fixture
def dialog(opened: App, qtbot: QtBot) -> CompareDialog:
    """The tags of the first two slices of the study."""
    opened.registry.run("panels.compare-tags")
    (found,) = opened.window.findChildren(CompareDialog)
    qtbot.waitUntil(lambda: "differ" in found.counts.text())
    return found


def rows(tree: CopyingTree) -> list[list[str]]:
    items = [tree.topLevelItem(at) for at in range(tree.topLevelItemCount())]
    return [[item.text(column) for column in range(5)] for item in items
            if item is not None and not item.isHidden()]  # fmt: skip


def test_neighbouring_slices_differ_in_place_and_number(dialog: CompareDialog) -> None:
    changed = [row[1:] for row in rows(dialog.tree)]
    assert ["Instance Number", "≠", "1", "2"] in changed
    assert ["Image Position (Patient)", "≠", "0.0\\0.0\\2.5", "0.0\\0.0\\5.0"] in changed
    assert not any(row[0] == "SOP Instance UID" for row in changed)


def test_identifiers_and_what_is_alike_are_shown_on_request(dialog: CompareDialog) -> None:
    dialog.passing.setChecked(False)
    assert "SOP Instance UID" in [row[1] for row in rows(dialog.tree)]
    dialog.differences.setChecked(False)
    assert ["(0010,0010)", "Patient's Name", "", PATIENT, PATIENT] in rows(dialog.tree)


def test_a_search_narrows_the_comparison(dialog: CompareDialog) -> None:
    dialog.search.setText("InstanceNumber")
    assert [row[1] for row in rows(dialog.tree)] == ["Instance Number"]


def test_a_file_that_is_not_open_is_compared(
    dialog: CompareDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    path = write_slice(tmp_path / "other.dcm", 1, study="1.2", series="1.3", description="Thick")
    dialog.add_file(1, path)
    qtbot.waitUntil(lambda: "Reading" not in dialog.counts.text())
    assert ["(0008,103E)", "Series Description", "≠", "Thin", "Thick"] in rows(dialog.tree)


def test_a_file_that_cannot_be_read_says_so(
    dialog: CompareDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "empty.dcm"
    path.touch()
    dialog.add_file(0, path)
    qtbot.waitUntil(lambda: "empty" in dialog.counts.text())


def test_rows_values_and_keywords_are_copied(opened: App, qtbot: QtBot) -> None:
    opened.registry.run("panels.toggle-tags")
    tree = opened.tags.tree
    qtbot.waitUntil(lambda: tree.topLevelItemCount() > 10)
    items = [tree.topLevelItem(at) for at in range(tree.topLevelItemCount())]
    item = next(one for one in items if one is not None and one.text(1) == "Series Description")
    assert copied(tree, item, "Copy rows") == "(0008,103E)\tSeries Description\tThin"
    assert copied(tree, item, "Copy value") == "Thin"
    assert copied(tree, item, "Copy keyword") == "SeriesDescription"


def copied(tree: CopyingTree, item: QTreeWidgetItem, words: str) -> str:
    tree.setCurrentItem(item)
    action = next(one for one in tree.menu().actions() if one.text() == words)
    action.trigger()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    return clipboard.text()


def test_without_images_the_dialog_says_what_to_do(app: App) -> None:
    app.registry.run("panels.compare-tags")
    (found,) = app.window.findChildren(CompareDialog)
    assert found.counts.text() == "Choose two images: a viewport's, or a file."

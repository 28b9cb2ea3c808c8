"""The tags of the shown file."""

import pytest
from PyQt6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from precedent_viewer.app import App
from precedent_viewer.dicom.tags import TagRow


def visible_names(app: App) -> list[str]:
    tree = app.tags.tree
    items = [tree.topLevelItem(at) for at in range(tree.topLevelItemCount())]
    return [item.text(1) for item in items if item is not None and not item.isHidden()]


@pytest.fixture
def tags(opened: App, qtbot: QtBot) -> App:
    opened.registry.run("panels.toggle-tags")
    qtbot.waitUntil(lambda: opened.tags.tree.topLevelItemCount() > 10)
    return opened


def test_the_tags_of_the_shown_file_are_listed(tags: App) -> None:
    assert "Series Description" in visible_names(tags)


@pytest.mark.parametrize("words", ["0028,0010", "00280010", "rows"])
def test_a_tag_is_found_by_number_and_by_name(tags: App, words: str) -> None:
    tags.tags.search.setText(words)
    tags.tags.filter()
    assert "Rows" in visible_names(tags)
    assert "Patient's Name" not in visible_names(tags)


def test_a_tag_is_found_by_its_value(tags: App) -> None:
    tags.tags.search.setText("shadow")
    tags.tags.filter()
    assert visible_names(tags) == ["Patient's Name"]


def test_ending_the_search_shows_every_tag_again(tags: App) -> None:
    every = visible_names(tags)
    tags.tags.search.setText("shadow")
    tags.tags.filter()
    tags.tags.search.setText("")
    tags.tags.filter()
    assert visible_names(tags) == every


def test_a_value_with_markup_is_shown_as_it_is(app: App) -> None:
    app.tags.fill([TagRow("(0008,103E)", "Series Description", "LO", "<b>x</b>", 0)])
    item = app.tags.tree.topLevelItem(0)
    assert item is not None
    assert "&lt;b&gt;x&lt;/b&gt;" in item.toolTip(2)


def test_a_match_inside_a_sequence_shows_the_way_to_it(app: App) -> None:
    app.tags.fill(
        [
            TagRow("(0008,1140)", "Referenced Image Sequence", "SQ", "", 0),
            TagRow("Item 1", "", "", "", 1),
            TagRow("(0008,1155)", "Referenced SOP Instance UID", "UI", "1.2.3", 2),
            TagRow("(0008,0060)", "Modality", "CS", "CT", 0),
        ]
    )
    app.tags.search.setText("1.2.3")
    app.tags.filter()
    assert visible_names(app) == ["Referenced Image Sequence"]
    sequence = app.tags.tree.topLevelItem(0)
    assert isinstance(sequence, QTreeWidgetItem)
    assert sequence.isExpanded()


def test_without_an_image_the_panel_says_so(app: App) -> None:
    assert app.tags.message.text() == "No image is open."

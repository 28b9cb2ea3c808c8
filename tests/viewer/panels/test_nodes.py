"""Trees whose items are made when they are first seen."""

from functools import partial

import pytest
from PyQt6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from precedent_viewer.panels.tags.nodes import MOST_OPENED, Node, NodeTree, nested


def made(depth: int, text: str) -> Node:
    return Node(depth, lambda: text, partial(QTreeWidgetItem, [text]))


@pytest.fixture
def tree(qtbot: QtBot) -> NodeTree:
    """Two rows at the top, the second with two items that hold one row each."""
    shown = NodeTree(["Name"], "Rows")
    qtbot.addWidget(shown)
    rows = [(0, "one"), (0, "many"), (1, "Item 1"), (2, "liver"), (1, "Item 2"), (2, "spleen")]
    shown.show_nodes(nested(made(depth, text) for depth, text in rows))
    return shown


def texts(tree: NodeTree) -> list[tuple[int, str]]:
    """Give the items that were made, with their depths."""
    found: list[tuple[int, str]] = []

    def walk(item: QTreeWidgetItem | None, depth: int) -> None:
        if item is not None:
            found.append((depth, item.text(0)))
            for at in range(item.childCount()):
                walk(item.child(at), depth + 1)

    for at in range(tree.topLevelItemCount()):
        walk(tree.topLevelItem(at), 0)
    return found


def test_closed_rows_are_not_made(tree: NodeTree) -> None:
    assert texts(tree) == [(0, "one"), (0, "many")]


def test_opening_a_row_makes_what_is_in_it(tree: NodeTree) -> None:
    second = tree.topLevelItem(1)
    assert second is not None
    second.setExpanded(True)
    assert texts(tree) == [(0, "one"), (0, "many"), (1, "Item 1"), (1, "Item 2")]


def test_a_search_opens_the_way_to_what_it_finds(tree: NodeTree) -> None:
    tree.search(["spleen"])
    assert texts(tree) == [(0, "many"), (1, "Item 2"), (2, "spleen")]


def test_a_row_that_is_found_keeps_everything_inside(tree: NodeTree) -> None:
    tree.search(["many"])
    item = tree.topLevelItem(0)
    assert item is not None
    assert not item.isExpanded()
    item.setExpanded(True)
    assert texts(tree) == [(0, "many"), (1, "Item 1"), (1, "Item 2")]


def test_ending_a_search_shows_all_rows_again(tree: NodeTree) -> None:
    tree.search(["spleen"])
    tree.search([])
    assert texts(tree) == [(0, "one"), (0, "many")]


def test_a_search_that_finds_very_much_opens_only_the_first_of_it(tree: NodeTree) -> None:
    rows = [(0, "top"), *((depth, "found") for _ in range(1000) for depth in (1, 2))]
    tree.show_nodes(nested(made(depth, text) for depth, text in rows), is_open=True)
    top = tree.topLevelItem(0)
    assert top is not None
    assert top.childCount() == 1000
    opened = [child.isExpanded() for at in range(1000) if (child := top.child(at))]
    assert sum(opened) <= MOST_OPENED

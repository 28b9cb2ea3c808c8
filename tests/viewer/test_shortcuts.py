"""Changing keys in the dialog."""

from collections.abc import Iterator

import pytest
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import QApplication

from precedent_viewer.commands import Command, CommandRegistry
from precedent_viewer.shortcuts import ShortcutDialog
from precedent_viewer.theme import load_theme


@pytest.fixture
def registry() -> CommandRegistry:
    made = CommandRegistry()
    made.add(
        Command("view.one", "One", lambda: None, "View", "A; Ctrl+A"),
        Command("view.two", "Two", lambda: None, "View", "B"),
    )
    return made


@pytest.fixture
def dialog(qapp: QApplication, registry: CommandRegistry) -> Iterator[ShortcutDialog]:
    made = ShortcutDialog(registry, load_theme("dark"))
    yield made
    made.deleteLater()
    qapp.processEvents()


def test_a_free_key_is_assigned(dialog: ShortcutDialog, registry: CommandRegistry) -> None:
    dialog.select("view.two")
    dialog.keys.setKeySequence(QKeySequence("X"))
    assert dialog.clash.text() == ""
    dialog.assign.click()
    assert registry.shortcuts_of("view.two") == ("X",)


def test_a_taken_key_is_named_before_it_is_taken_away(
    dialog: ShortcutDialog, registry: CommandRegistry
) -> None:
    dialog.select("view.two")
    dialog.keys.setKeySequence(QKeySequence("A"))
    assert dialog.clash.text().startswith("This key belongs to: One.")
    dialog.assign.click()
    assert registry.shortcuts_of("view.two") == ("A",)
    assert registry.shortcuts_of("view.one") == ("Ctrl+A",)
    assert registry.clashes() == {}


def test_the_default_comes_back(dialog: ShortcutDialog, registry: CommandRegistry) -> None:
    registry.set_shortcut("view.two", "X")
    dialog.select("view.two")
    dialog.restore.click()
    assert registry.shortcuts_of("view.two") == ("B",)


def test_searching_hides_what_does_not_match(dialog: ShortcutDialog) -> None:
    dialog.search.setText("two")
    dialog.select("view.one")
    current = dialog.table.currentItem()
    assert current is not None
    assert current.isHidden()

"""Laws over every command of the real window."""

from pathlib import Path

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
)

from precedent_resources import resource
from precedent_viewer.app import App
from precedent_viewer.commands import MENU_ORDER
from precedent_viewer.menus import TOOL_BAR


def test_no_two_commands_share_a_key(app: App) -> None:
    assert app.registry.clashes() == {}


def test_every_command_says_what_it_does(app: App) -> None:
    assert [one.id for one in app.registry.all() if not one.doc.endswith(".")] == []


def test_every_icon_exists(app: App) -> None:
    names = {one.icon for one in app.registry.all() if one.icon is not None}
    assert [name for name in names if not resource("icons", f"{name}.svg").is_file()] == []


def test_every_command_is_in_a_known_menu(app: App) -> None:
    menus = {(one.menu or "").split("/", 1)[0] for one in app.registry.all()}
    assert menus <= set(MENU_ORDER)


def test_every_menu_entry_is_a_command(app: App) -> None:
    ids = {one.id for one in app.registry.all()}
    bar = app.window.menuBar()
    assert bar is not None
    assert set(entries(bar.actions())) == ids


def entries(actions: list[QAction]) -> list[str]:
    found: list[str] = []
    for action in actions:
        menu = action.menu()
        if isinstance(menu, QMenu):
            found += entries(menu.actions())
        elif not action.isSeparator():
            found.append(action.objectName())
    return found


def test_every_tool_button_is_a_command(app: App) -> None:
    ids = {one.id for one in app.registry.all()}
    named = {name for name in TOOL_BAR if name and name != "space" and ":" not in name}
    assert named <= ids


def test_a_false_condition_disables_the_entry(app: App) -> None:
    app.window.menus.refresh()
    assert not app.window.menus.action("window.invert-grey").isEnabled()
    assert app.window.menus.action("file.open-files").isEnabled()


def test_an_open_image_enables_what_needs_one(opened: App) -> None:
    opened.window.menus.refresh()
    assert opened.window.menus.action("window.invert-grey").isEnabled()


def test_a_presets_entry_has_the_name_of_the_window(opened: App) -> None:
    opened.window.menus.refresh()
    action = opened.window.menus.action("window.use-preset-1")
    assert action.text().startswith("Soft tissue")
    assert action.isVisible()


def test_every_command_runs_without_a_document(
    app: App, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_a, **_k: ([], ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_a, **_k: "")
    monkeypatch.setattr("precedent_viewer.builtin.files.resource", lambda *_parts: tmp_path)
    problems: list[object] = []
    app.registry.failed.connect(problems.append)
    for command in app.registry.all():
        app.registry.get(command.id).run()
    for dialog in app.window.findChildren(QDialog):
        dialog.close()
    app.opener.cancel()
    assert problems == []


def test_a_new_command_reaches_the_menu_at_once(app: App) -> None:
    from precedent_viewer.commands import Command

    app.api.register(Command("ask.do-it", "Do it", lambda: None, "Ask", "Ctrl+J", doc="Do."))
    bar = app.window.menuBar()
    assert bar is not None
    assert "ask.do-it" in entries(bar.actions())


def test_a_changed_key_reaches_the_action(app: App) -> None:
    app.registry.set_shortcut("window.invert-grey", "Ctrl+J")
    assert app.window.menus.action("window.invert-grey").shortcut().toString() == "Ctrl+J"


def test_every_control_has_a_name_for_a_screen_reader(app: App) -> None:
    kinds = (QAbstractButton, QLineEdit, QAbstractItemView)
    controls = [one for kind in kinds for one in app.window.findChildren(kind)]
    nameless = [
        f"{type(one).__name__} {one.objectName()} in {type(one.parent()).__name__}"
        for one in controls
        if not one.accessibleName()
        and not (isinstance(one, QAbstractButton) and (one.text() or one.toolTip()))
        and not one.objectName().startswith("qt_")
    ]
    assert nameless == []

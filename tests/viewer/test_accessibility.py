"""Every control of the open window can be named by a screen reader and reached by the keyboard."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QTabBar,
    QWidget,
)

from precedent_viewer.app import App
from precedent_viewer.measuring.annotations import KINDS

DIALOGS = (
    "hanging.keep-layout", "hanging.edit-protocols", "window.edit-presets", "panels.compare-tags",
    "help.edit-mouse", "help.edit-shortcuts", "help.show-commands", "help.show-about",
)  # fmt: skip


def is_inner(widget: QWidget) -> bool:
    """Whether it is Qt's own part of a control, which speaks for it."""
    parent = widget.parentWidget()
    of_control = isinstance(parent, (QComboBox, QAbstractSpinBox))
    return widget.objectName().startswith("qt_") or (of_control and isinstance(widget, QLineEdit))


def name_of(widget: QWidget) -> str:
    """Give what a screen reader says, as Qt finds it: its name, its words, its label, its tip."""
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QLabel):
        return widget.text()
    if isinstance(widget, QAbstractButton):
        return widget.text() or widget.toolTip()
    if isinstance(widget, QTabBar):
        return ", ".join(widget.tabText(at) for at in range(widget.count()))
    return ""


def takes_keys(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled() and \
        widget.focusPolicy() != Qt.FocusPolicy.NoFocus  # fmt: skip


def nameless(top: QWidget) -> list[str]:
    return [
        f"{type(one).__name__} {one.objectName()!r} in {type(one.parent()).__name__}"
        for one in top.findChildren(QWidget)
        if takes_keys(one) and not is_inner(one) and not name_of(one).strip()
    ]


def reached_by_tab(top: QWidget) -> set[QWidget]:
    """Walk the chain that Tab follows, once round."""
    seen: set[QWidget] = set()
    at: QWidget | None = top
    while at is not None and at not in seen:
        seen.add(at)
        at = at.nextInFocusChain()
    return seen


def unreached(top: QWidget) -> list[str]:
    chain = reached_by_tab(top)
    return [
        f"{type(one).__name__} {one.objectName()!r} {name_of(one)!r}"
        for one in top.findChildren(QWidget)
        if takes_keys(one) and one.window() is top and one not in chain
    ]


@pytest.fixture
def full(opened: App) -> App:
    """The window with every panel open."""
    for dock in opened.window.docks():
        dock.show()
        dock.raise_()
    return opened


def test_every_control_of_the_window_has_a_name(full: App) -> None:
    assert nameless(full.window) == []


def test_tab_reaches_every_control_of_the_window(full: App) -> None:
    assert unreached(full.window) == []


def test_every_panel_can_be_shown_and_left_by_keys(full: App) -> None:
    commands = {one.id for one in full.registry.all()}
    toggles = {f"panels.toggle-{dock.objectName()}" for dock in full.window.docks()}
    assert toggles <= commands
    assert full.registry.shortcuts_of("panels.focus-image")


@pytest.mark.parametrize("command", DIALOGS)
def test_every_dialog_has_names_and_a_way_through_it(
    opened: App, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: ("", ""))
    opened.registry.run(command)
    (dialog,) = [one for one in opened.window.findChildren(QDialog) if one.isVisible()]
    assert dialog.windowTitle()
    assert nameless(dialog) == []
    assert unreached(dialog) == []
    fields = [one for one in dialog.findChildren(QWidget) if takes_keys(one)]
    assert any(one.focusPolicy() & Qt.FocusPolicy.TabFocus for one in fields)
    dialog.close()


def test_fields_of_the_protocol_are_walked_in_the_order_in_which_they_stand(opened: App) -> None:
    opened.registry.run("hanging.keep-layout")
    (dialog,) = [one for one in opened.window.findChildren(QDialog) if one.isVisible()]
    at, names = dialog.nextInFocusChain(), []
    while at is not None and at is not dialog:
        if takes_keys(at) and not is_inner(at):
            names.append(name_of(at))
        at = at.nextInFocusChain()
    wanted = ["Name", "Study has", "Study is of", "Study's words", "Shows a series", "Modality"]
    assert [name for name in names if name in wanted] == wanted
    dialog.close()


def test_every_kind_of_annotation_can_be_drawn_without_a_pointer(opened: App) -> None:
    commands = " ".join(one.id for one in opened.registry.all())
    assert all(kind in commands for kind in KINDS)

"""What the mouse buttons do, by setting."""

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication
from tests.viewer.conftest import MakeApp, OpenPaths

from precedent_viewer.app import App
from precedent_viewer.mouse_buttons import MouseDialog, tool_titles
from precedent_viewer.panels.fields import choose
from precedent_viewer.tools.base import Button
from precedent_viewer.tools.choice import ToolChoice


@pytest.mark.parametrize(
    ("left", "button", "tool"),
    [("window", "right", "zoom"), ("pan", "right", "window"), ("pan", "middle", "pan"),
     ("pan", "left", "pan"), ("pan", "back", None)],
)  # fmt: skip
def test_buttons_do_the_usual(left: str, button: Button, tool: str | None) -> None:
    choice = ToolChoice()
    choice.choose(left)
    assert choice.of(button) == tool


def test_the_readers_tools_take_their_place() -> None:
    choice = ToolChoice()
    choice.assign({"right": "scroll", "back": "pan", "middle": ""})
    assert [choice.of(one) for one in ("right", "back", "middle")] == ["scroll", "pan", ""]


def drag(app: App, button: Qt.MouseButton, down: int) -> None:
    """Drag from the middle of the image by so many pixels."""
    start = QPointF(app.canvas.rect().center())
    for kind, at, held in (
        (QEvent.Type.MouseButtonPress, start, button),
        (QEvent.Type.MouseMove, start + QPointF(0, down), button),
        (QEvent.Type.MouseButtonRelease, start + QPointF(0, down), Qt.MouseButton.NoButton),
    ):
        event = QMouseEvent(kind, at, app.canvas.mapToGlobal(at), button, held,
                            Qt.KeyboardModifier.NoModifier)  # fmt: skip
        QApplication.sendEvent(app.canvas, event)


def turn_wheel(app: App) -> None:
    at = QPointF(app.canvas.rect().center())
    event = QWheelEvent(
        at, app.canvas.mapToGlobal(at), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(app.canvas, event)


def test_a_thumb_button_gets_a_tool_in_the_dialog(opened: App) -> None:
    opened.registry.run("help.edit-mouse")
    (dialog,) = opened.window.findChildren(MouseDialog)
    choose(dialog.buttons["back"], "scroll")
    drag(opened, Qt.MouseButton.BackButton, 400)
    assert opened.view.index > 0
    assert opened.settings.current.mouse_buttons == {"back": "scroll"}


def test_a_button_that_does_nothing_changes_nothing(opened: App) -> None:
    opened.settings.update(mouse_buttons={"right": ""})
    before = opened.view.place.viewport
    drag(opened, Qt.MouseButton.RightButton, 100)
    assert opened.view.place.viewport == before


def test_a_tool_that_is_not_there_does_nothing(opened: App) -> None:
    opened.settings.update(mouse_buttons={"right": "of-an-extension"})
    before = opened.view.place.viewport
    drag(opened, Qt.MouseButton.RightButton, 100)
    assert opened.view.place.viewport == before


def test_the_wheel_zooms_on_request(opened: App) -> None:
    scale = opened.view.place.scale
    opened.settings.update(wheel="zoom")
    turn_wheel(opened)
    assert opened.view.index == 0
    assert opened.view.place.scale < scale


def test_the_left_button_starts_with_the_readers_tool(
    make_app: MakeApp, open_paths: OpenPaths
) -> None:
    first = make_app()
    first.settings.update(mouse_buttons={"left": "pan"})
    first.window.close()
    assert make_app().tools.left == "pan"


def test_the_defaults_come_back(app: App) -> None:
    app.settings.update(mouse_buttons={"left": "pan", "right": ""}, wheel="zoom")
    app.registry.run("help.edit-mouse")
    (dialog,) = app.window.findChildren(MouseDialog)
    dialog.restore()
    assert app.settings.current.mouse_buttons == {}
    assert app.settings.current.wheel == "scroll"


def test_every_tool_of_the_window_is_offered(app: App) -> None:
    assert set(tool_titles(app.registry)) >= {"window", "pan", "zoom", "scroll", "length", "lens"}

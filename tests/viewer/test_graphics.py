"""The command for the graphics card: it is kept, and a card that is none says why."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.viewer.conftest import MakeApp

from precedent_viewer.errors import GraphicsError
from precedent_viewer.render.looks import ImagePainter

COMMAND = "view.toggle-graphics-card"


def test_the_card_comes_and_goes(
    make_app: MakeApp, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def use(_painter: ImagePainter) -> str:
        calls.append("use")
        return "a card"

    monkeypatch.setattr(ImagePainter, "use_card", use)
    monkeypatch.setattr(ImagePainter, "leave_card", lambda _painter: calls.append("leave"))
    app = make_app()
    assert calls == []
    app.registry.run(COMMAND)
    qtbot.waitUntil(lambda: calls == ["use"])
    assert app.settings.current.use_graphics_card
    # The next window begins with it.
    app.settings.save()
    make_app()
    qtbot.waitUntil(lambda: calls == ["use", "use"])
    app.registry.run(COMMAND)
    qtbot.waitUntil(lambda: calls[-1] == "leave")
    assert not app.settings.current.use_graphics_card


def test_a_card_that_cannot_be_used_switches_itself_off(
    make_app: MakeApp, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, study: Path
) -> None:
    def use(_painter: ImagePainter) -> str:
        raise GraphicsError("The graphics card cannot be used (none).", "Nothing else changes.")

    monkeypatch.setattr(ImagePainter, "use_card", use)
    app = make_app()
    app.registry.run(COMMAND)
    qtbot.waitUntil(lambda: not app.settings.current.use_graphics_card)
    app.open_paths([study])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())

"""Commands, gestures and series in any order: nothing may fail that a reader can do.

The order is random with a fixed seed; a failure names the steps that led to it.
"""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication, QDialog, QFileDialog
from pytestqt.qtbot import QtBot
from tests.viewer.conftest import MakeApp, WriteSeries

from precedent_viewer.app import App
from precedent_viewer.render.canvas import Canvas

STEPS = 200
NOT_HERE = ("quit", "open", "window.close", "log")
"""What ends the test, or waits for files of the machine."""
Buttons = Qt.MouseButton


@pytest.fixture(autouse=True)
def no_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dialogs are cancelled at once: nobody is there to answer them."""

    def cancelled(_dialog: QDialog) -> int:
        return QDialog.DialogCode.Rejected.value

    def nothing(*_arguments: object, **_more: object) -> tuple[str, str]:
        return "", ""

    monkeypatch.setattr(QDialog, "exec", cancelled)
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, nothing)


class Reader:
    """Somebody who does anything."""

    def __init__(self, app: App, seed: int) -> None:
        self._app, self._rng = app, random.Random(seed)
        self.done: list[str] = []
        self._commands = [
            one.id for one in app.registry.all() if not any(word in one.id for word in NOT_HERE)
        ]

    def act(self) -> None:
        """Do one thing."""
        kinds: list[Callable[[], None]] = [self._command, self._drag, self._wheel, self._series]
        self._rng.choices(kinds, (5, 3, 1, 2))[0]()

    def _command(self) -> None:
        chosen = self._rng.choice(self._commands)
        self.done.append(chosen)
        self._app.registry.run(chosen)

    def _series(self) -> None:
        every = [series for study in self._app.tree.studies for series in study.series]
        if not every:
            return
        series = self._rng.choice(every)
        self.done.append(series.title)
        self._app.view.show_series(series)
        self._app.view.go_to(self._rng.randrange(len(series.frames)))

    def _drag(self) -> None:
        canvas = self._canvas()
        if canvas is None:
            return
        button = self._rng.choice([Buttons.LeftButton, Buttons.RightButton, Buttons.MiddleButton])
        self.done.append(f"{button.name} on {canvas.size().width()}")
        place = self._place(canvas)
        self._mouse(canvas, QEvent.Type.MouseButtonPress, place, button)
        for _ in range(self._rng.randint(0, 3)):
            place = self._place(canvas)
            self._mouse(canvas, QEvent.Type.MouseMove, place, button)
        self._mouse(canvas, QEvent.Type.MouseButtonRelease, place, button)

    def _wheel(self) -> None:
        canvas = self._canvas()
        if canvas is None:
            return
        self.done.append("wheel")
        place, turn = self._place(canvas), self._rng.choice([-360, -120, 120, 360])
        event = QWheelEvent(
            place, canvas.mapToGlobal(place), QPoint(), QPoint(0, turn), Buttons.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(canvas, event)

    def _canvas(self) -> Canvas | None:
        seen = [one for one in self._app.window.findChildren(Canvas) if one.isVisible()]
        return self._rng.choice(seen) if seen else None

    def _place(self, canvas: Canvas) -> QPointF:
        """A point of the canvas, or a little outside of it."""
        return QPointF(
            self._rng.uniform(-20, canvas.width() + 20),
            self._rng.uniform(-20, canvas.height() + 20),
        )

    def _mouse(
        self, canvas: Canvas, kind: QEvent.Type, place: QPointF, button: Qt.MouseButton
    ) -> None:
        modifiers = Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(kind, place, canvas.mapToGlobal(place), button, button, modifiers)
        QApplication.sendEvent(canvas, event)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_nothing_fails(
    seed: int,
    make_app: MakeApp,
    new_series: WriteSeries,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    values = np.arange(96, dtype=np.int16).reshape(3, 2, 4, 4)
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(values), tmp_path / "phases.nii")
    app = make_app()
    app.open_paths([new_series(tmp_path / "one", 12), new_series(tmp_path / "two", 3),
                    tmp_path / "phases.nii"])  # fmt: skip
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    reader = Reader(app, seed)
    with qtbot.captureExceptions() as failures:
        for step in range(STEPS):
            reader.act()
            qtbot.wait(3 if step % 4 else 20)
        qtbot.waitUntil(lambda: app.is_quiet, timeout=10_000)
    assert not failures, (reader.done[-5:], failures)
    assert len(set(reader.done)) > STEPS / 4

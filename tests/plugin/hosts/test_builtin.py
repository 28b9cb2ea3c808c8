"""The plugin in the real window: panels, commands, pixels and the end of the engine."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication
from tests.plugin.hosts.window import Window, real_window

from precedent_inference.errors import EngineLost
from precedent_plugin.engine_keeper import EngineClientLike
from precedent_plugin.errors import HostError, LibraryError
from precedent_plugin.hosts import builtin
from precedent_plugin.hosts.courier import Courier
from precedent_plugin.panels.workplace import Workplace
from precedent_viewer.app import App


class NoEngine:
    """Stands where the engine would be; counts."""

    made = 0

    def __init__(self) -> None:
        type(self).made += 1
        self.is_closed = False

    def forget(self) -> None:
        """It keeps nothing."""

    def client(self, *, on_progress: Callable[[str], None] | None = None) -> EngineClientLike:
        raise EngineLost("There is no engine in this test.")

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    rows, columns = np.mgrid[0:40, 0:60]
    path = tmp_path / "picture.png"
    Image.fromarray(np.stack([rows * 5, columns * 4, rows + columns], -1).astype(np.uint8)).save(
        path
    )
    return path


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    NoEngine.made = 0
    with real_window(qapp, tmp_path / "own", monkeypatch, NoEngine) as made:
        yield made


@pytest.fixture
def app(window: Window) -> App:
    return window.app


@pytest.fixture
def work(window: Window) -> Workplace:
    return window.work


def open_picture(app: App, picture: Path, qtbot: QtBot) -> None:
    app.open_paths([picture])
    qtbot.waitUntil(lambda: app.api.snapshot() is not None, timeout=60_000)
    qtbot.waitUntil(lambda: app.view.pixels is not None, timeout=60_000)


def test_panels_and_commands_are_in_the_window(app: App, work: Workplace) -> None:
    titles = {dock.windowTitle() for dock in app.window.docks()}
    ids = {command.id for command in app.registry.all()}
    assert {"Library", "Ask", "History"} <= titles
    assert {"ask.ask-question", "cases.save-view", "ask.stop-answer"} <= ids


def test_no_shortcut_of_the_plugin_is_taken_twice(app: App, work: Workplace) -> None:
    used = [
        keys.strip()
        for command in app.registry.all()
        if command.shortcut
        for keys in command.shortcut.split("; ")
    ]
    twice = {keys for keys in used if used.count(keys) > 1}
    assert twice == set()


def test_opening_the_window_starts_no_engine(app: App, work: Workplace) -> None:
    assert NoEngine.made == 0


def test_ask_panel_shows_exactly_the_painted_pixels(
    app: App, work: Workplace, picture: Path, qtbot: QtBot
) -> None:
    open_picture(app, picture, qtbot)
    qtbot.waitUntil(lambda: work.desk.view is not None, timeout=60_000)
    assert work.desk.view is not None
    assert (work.desk.view.pixels == np.asarray(Image.open(picture))).all()


def test_view_saved_by_command_is_a_case(
    app: App, work: Workplace, picture: Path, qtbot: QtBot
) -> None:
    open_picture(app, picture, qtbot)
    work.ask.save_case()
    work.ask.save_form.question.setText("What is it?")
    work.ask.save_form.answer.setText("a gradient")
    work.ask.save_form.save.click()
    qtbot.waitUntil(lambda: len(work.session.library.cases()) == 1, timeout=60_000)
    qtbot.waitUntil(lambda: len(work.desk.tray.shots) == 1, timeout=60_000)


def test_nothing_shown_is_an_error_of_the_host(app: App, work: Workplace) -> None:
    with pytest.raises(HostError):
        work.host.painted_pixels()


def test_theme_of_the_window_dresses_the_panels(app: App, work: Workplace) -> None:
    before = work.ask.worn
    app.settings.update(theme="light" if before.is_dark else "dark")
    assert work.ask.worn.is_dark != before.is_dark


def test_closing_the_window_closes_the_library(app: App, work: Workplace) -> None:
    app.window.close()
    with pytest.raises(LibraryError):
        work.session.library.cases()


def test_file_is_painted_without_a_window(picture: Path) -> None:
    pixels, snapshot = builtin.render_file(picture)
    assert (pixels == np.asarray(Image.open(picture))).all()
    assert (snapshot.frame_index, snapshot.number_of_frames) == (0, 1)


def test_a_plain_picture_claims_neither_modality_nor_study(picture: Path) -> None:
    _, snapshot = builtin.render_file(picture)
    assert (snapshot.modality, snapshot.study_key_source) == ("", "")


def test_courier_delivers_on_its_own_thread_in_order(qtbot: QtBot) -> None:
    courier = Courier()
    came: list[tuple[int, threading.Thread]] = []

    def note(number: int) -> None:
        came.append((number, threading.current_thread()))

    def send() -> None:
        for number in range(5):
            courier.carry(partial(note, number))

    worker = threading.Thread(target=send)
    worker.start()
    worker.join()
    assert came == []
    qtbot.waitUntil(lambda: len(came) == 5)
    assert came == [(number, threading.current_thread()) for number in range(5)]

"""Extensions are found, activated, and never bring the window down."""

from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication, QDockWidget, QLabel
from pytestqt.qtbot import QtBot

from precedent_resources import PrecedentError
from precedent_viewer.api import API_VERSION, ViewerApi
from precedent_viewer.app import App
from precedent_viewer.extensions import activate_extensions, installed_extensions
from precedent_viewer.panels.log import MemoryLog
from precedent_viewer.settings import SettingsStore


class FakePoint(EntryPoint):
    """An entry point that loads a function of the test."""

    def load(self) -> Callable[[ViewerApi], None]:
        return FUNCTIONS[self.name]


def breaks(_api: ViewerApi) -> None:
    raise ZeroDivisionError


def refuses(_api: ViewerApi) -> None:
    raise PrecedentError("The library is locked.", "Close the other window.")


def works(api: ViewerApi) -> None:
    api.add_panel(QLabel("hello"), title="Hello", object_name="hello")


FUNCTIONS = {"breaks": breaks, "refuses": refuses, "works": works}


def point(name: str) -> FakePoint:
    return FakePoint(name, "nowhere:activate", "precedent.extensions")


def test_a_failing_extension_is_a_message_and_the_others_work(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    names = activate_extensions(
        [point("breaks"), point("refuses"), point("works")],
        app.api,
        lambda message, hint: told.append(f"{message} {hint}"),
    )
    assert names == ("works",)
    assert told == [
        "The extension breaks did not start (ZeroDivisionError). "
        "The viewer works without it; the log panel says more.",
        "The extension refuses did not start: The library is locked. Close the other window.",
    ]
    assert app.window.findChild(QDockWidget, "hello") is not None
    assert "panels.toggle-hello" in {command.id for command in app.registry.all()}


def test_a_module_that_is_missing_is_a_message(app: App) -> None:
    told: list[str] = []
    missing = EntryPoint("gone", "precedent_gone:activate", "precedent.extensions")
    assert activate_extensions([missing], app.api, lambda *words: told.append(words[0])) == ()
    assert told == ["The extension gone did not start (ModuleNotFoundError)."]


def test_the_window_opens_although_an_extension_fails(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    app = App(qapp, SettingsStore(tmp_path), MemoryLog(), [point("breaks")])
    notice = app.window.notifications.notice
    assert notice is not None
    assert notice.message.startswith("The extension breaks did not start")
    app.window.close()
    app.window.deleteLater()


def test_installed_extensions_are_ordered_by_name() -> None:
    names = [one.name for one in installed_extensions()]
    assert names == sorted(names)


def test_closing_calls_back_once_and_the_last_first(app: App) -> None:
    heard: list[str] = []
    app.api.on_closing(lambda: heard.append("first"))
    app.api.on_closing(lambda: heard.append("second"))
    app.window.close()
    app.close()
    assert heard == ["second", "first"]


def test_work_runs_through_the_facade(app: App, qtbot: QtBot) -> None:
    heard: list[int] = []
    app.api.run(lambda a, b: a + b, 2, 3, on_result=heard.append)
    qtbot.waitUntil(lambda: heard == [5])


def test_pixels_without_an_image_are_refused_in_a_sentence(app: App) -> None:
    with pytest.raises(PrecedentError, match="No image is shown"):
        app.api.painted_pixels()


def test_the_facade_tells_its_version(app: App) -> None:
    assert app.api.version == API_VERSION == 1


def test_opened_files_are_told(app: App, study: Path, open_paths: Callable[..., None]) -> None:
    heard: list[tuple[Path, ...]] = []
    app.api.files_opened.connect(heard.append)
    open_paths(app, study)
    assert heard == [(study,)]

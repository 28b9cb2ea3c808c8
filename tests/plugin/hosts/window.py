"""The real window with the plugin in it, on a library of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication

from precedent_plugin.engine_keeper import EngineLike
from precedent_plugin.hosts import builtin
from precedent_plugin.panels.workplace import SAMPLE_MARK, Workplace
from precedent_viewer.app import App
from precedent_viewer.panels.log import MemoryLog
from precedent_viewer.settings import SettingsStore


@dataclass(frozen=True)
class Window:
    """A viewer and the plugin in it."""

    app: App
    work: Workplace


@contextmanager
def real_window(
    application: QApplication,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_engine: Callable[[], EngineLike],
    *,
    with_sample: bool = False,
) -> Iterator[Window]:
    """Show a window whose library and settings lie in `folder`; close it at the end."""
    library = folder / "library"
    library.mkdir(parents=True)
    if not with_sample:
        (library / SAMPLE_MARK).touch()
    monkeypatch.setattr(builtin, "default_folder", lambda: library)
    monkeypatch.setattr(builtin, "LocalEngine", make_engine)
    app = App(application, SettingsStore(folder), MemoryLog())
    work = builtin.activate(app.api)
    app.window.show()
    yield Window(app, work)
    app.window.close()
    app.close()

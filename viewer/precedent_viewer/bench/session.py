"""A window off screen with settings of its own, driven as a reader would drive it."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QApplication

from precedent_viewer.app import App
from precedent_viewer.bench.heartbeat import Heartbeat
from precedent_viewer.errors import ViewerError
from precedent_viewer.panels.log import MemoryLog
from precedent_viewer.responsiveness import favour_window
from precedent_viewer.running import apart
from precedent_viewer.settings import SettingsStore

WIDTH, HEIGHT = 1600, 1000
LOOK_MS = 1
PATIENCE_S = 120.0


class BenchError(ViewerError):
    """A benchmark could not go on."""


class Session:
    """One window without extensions. Needs a QApplication."""

    def __init__(self, application: QApplication, folder: Path, **settings: object) -> None:
        store = SettingsStore(folder)
        store.update(**settings)
        logging.getLogger().setLevel(logging.WARNING)
        self.app = App(application, store, MemoryLog(), decoders=apart(application))
        self.app.window.resize(WIDTH, HEIGHT)
        self.app.window.show()
        favour_window()
        self.heartbeat = Heartbeat()
        self.settle(0.3)

    def open(self, path: Path) -> None:
        """Open a path and wait until all of it is indexed and the first image painted."""
        self.app.open_paths((path,))
        self.wait(lambda: self.app.is_quiet and self.app.view.pixels is not None, path.name)

    def wait(self, is_reached: Callable[[], bool], what: str) -> float:
        """Run the event loop until something is so; gives the seconds. Raises BenchError."""
        began = time.perf_counter()
        loop = QEventLoop()

        def look() -> None:
            if is_reached() or time.perf_counter() - began > PATIENCE_S:
                loop.quit()

        timer = QTimer()
        timer.timeout.connect(look)
        timer.start(LOOK_MS)
        loop.exec()
        timer.stop()
        if not is_reached():
            raise BenchError(f"{what}: waited {PATIENCE_S:.0f} s in vain.", "Try a smaller study.")
        return time.perf_counter() - began

    def settle(self, seconds: float) -> None:
        """Let the event loop run for a while."""
        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop.quit)
        loop.exec()

    def close(self) -> None:
        """Close the window and end its threads."""
        self.app.window.close()

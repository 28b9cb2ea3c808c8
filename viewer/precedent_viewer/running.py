"""Start the application, show the window or photograph it."""

import logging
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from precedent_viewer.app import App
from precedent_viewer.decoding import Decoders
from precedent_viewer.dicom.isolation.pool import Isolated
from precedent_viewer.extensions import installed_extensions
from precedent_viewer.logs import catch_qt_messages, catch_unexpected
from precedent_viewer.panels.log import MemoryLog
from precedent_viewer.responsiveness import favour_window
from precedent_viewer.settings import SettingsStore, ThemeName
from precedent_viewer.tasks import POOL_THREADS
from precedent_viewer.theme import icon_pixmap

logger = logging.getLogger(__name__)

APP_COLOR = "#6cb2ff"
"""Readable on light and dark task bars."""
LOOK_MS = 50
QUIET_LOOKS = 6
"""The window must be quiet this many looks in a row before it is photographed."""
PATIENCE_MS = 30_000
"""A picture is taken after this long, whatever is still under way."""


def run_window(application: QApplication, paths: Sequence[Path], theme: ThemeName | None) -> int:
    """Show the window until it is closed."""
    settings = SettingsStore(config_folder())
    if theme is not None:
        settings.update(theme=theme)
    app = start(application, settings)
    app.window.show()
    if paths:
        app.open_paths(paths)
    return int(application.exec())


def take_screenshot(
    application: QApplication, paths: Sequence[Path], out: Path, theme: ThemeName
) -> int:
    """Photograph the window with the default layout once it is quiet."""
    with tempfile.TemporaryDirectory() as folder:
        settings = SettingsStore(Path(folder))
        settings.update(theme=theme)
        app = start(application, settings)
        app.window.show()
        if paths:
            app.open_paths(paths)
        wait_until_quiet(app)
        # Where this run was pointed at is no history of the user's.
        is_saved = app.window.grab().save(str(out))
        has_image = app.view.pixels is not None
        app.window.close()
        app.window.deleteLater()
    if not is_saved:
        return _refuse(f"The picture could not be written to {out}; choose a folder that exists.")
    if paths and not has_image:
        return _refuse(f"No image was found in {', '.join(map(str, paths))}.")
    return 0


def start(application: QApplication, settings: SettingsStore) -> App:
    """Build the application with its extensions."""
    application.setApplicationName("Precedent")
    application.setDesktopFileName("precedent")
    application.setWindowIcon(QIcon(icon_pixmap("study", APP_COLOR, 64)))
    log = MemoryLog()
    logging.getLogger().addHandler(log)
    catch_qt_messages()
    app = App(application, settings, log, installed_extensions(), decoders=apart(application))
    favour_window()
    catch_unexpected(lambda message, hint: app.notify(message, hint, "error"))
    return app


def apart(application: QApplication) -> Decoders:
    """Give decoders in processes of their own, which end with the application."""
    isolated = Isolated(POOL_THREADS["frames"] + POOL_THREADS["thumbnails"])
    # Its libraries take a while to load: meanwhile the window is being built.
    threading.Thread(target=isolated.start, daemon=True).start()
    application.aboutToQuit.connect(isolated.close)
    return Decoders(isolated.decode_frame, isolated.decoded_at)


def config_folder() -> Path:
    """Give the folder for settings on this system."""
    return Path(platformdirs.user_config_dir("precedent", appauthor=False, roaming=True))


def wait_until_quiet(app: App, patience_ms: int = PATIENCE_MS) -> None:
    """Run the event loop until the image is painted and the lists are filled."""
    loop = QEventLoop()
    looks = 0

    def look() -> None:
        nonlocal looks
        looks = looks + 1 if app.is_quiet else 0
        if looks >= QUIET_LOOKS:
            loop.quit()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(LOOK_MS)
    QTimer.singleShot(patience_ms, loop.quit)
    loop.exec()
    timer.stop()


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"precedent: {sentence}\n")
    return 2

"""What is dropped on the window: local files are opened, other addresses are left alone."""

from pathlib import Path

import pytest
from PyQt6.QtCore import QMimeData, QPoint, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from precedent_viewer.app import App

LEFT = Qt.MouseButton.LeftButton


def test_what_is_dropped_is_opened(app: App, study: Path, qtbot: QtBot) -> None:
    app.window.dropped.emit((study,))
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())


@pytest.mark.parametrize(("url", "is_taken"), [("file", True), ("https://example.org/a", False)])
def test_only_local_files_are_taken_by_a_drop(
    app: App, study: Path, url: str, is_taken: bool
) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(study)) if url == "file" else QUrl(url)])
    event = QDragEnterEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier
    )
    event.ignore()
    QApplication.sendEvent(app.window, event)
    assert event.isAccepted() == is_taken

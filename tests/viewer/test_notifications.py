"""Messages above the image and in the status strip."""

from collections.abc import Iterator

import pytest
from PyQt6.QtWidgets import QApplication

from precedent_viewer.app import App
from precedent_viewer.notifications import NotificationBar
from precedent_viewer.theme import load_theme


@pytest.fixture
def bar(qapp: QApplication) -> Iterator[NotificationBar]:
    made = NotificationBar(load_theme("dark"))
    yield made
    made.deleteLater()
    qapp.processEvents()


def test_the_newest_message_is_on_top_and_the_first_waits(bar: NotificationBar) -> None:
    bar.post("One.", level="error")
    bar.post("Two.", "Do it.", level="warning")
    bar.post("One.", level="error")
    assert bar.accessibleName() == "Warning: Two. Do it."
    bar.advance()
    assert bar.accessibleName() == "Error: One."
    bar.advance()
    assert bar.isHidden()


def test_messages_go_with_what_they_were_about(app: App) -> None:
    app.api.notify("Broken.", level="error")
    app.api.notify("Broken as well.", level="error")
    app.close_all()
    assert app.window.notifications.isHidden()


def test_information_moves_nothing_and_warnings_stay(app: App) -> None:
    app.api.notify("Saved.", "It is in the library.")
    assert app.status.value.text() == "Saved. It is in the library."
    assert app.window.notifications.isHidden()
    app.api.notify("The disk is full.", level="error")
    assert not app.window.notifications.isHidden()

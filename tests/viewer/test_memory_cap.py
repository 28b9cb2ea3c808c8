"""The reader's cap is asked for in a dialog, kept, and obeyed at once."""

from PyQt6.QtWidgets import QInputDialog

from precedent_viewer.app import App
from precedent_viewer.memory import MIB


def asked(app: App) -> QInputDialog:
    app.registry.run("file.set-memory-cap")
    dialog = app.window.findChild(QInputDialog, "memory-cap")
    assert dialog is not None
    return dialog


def test_the_dialog_begins_with_the_cap_that_holds(app: App) -> None:
    assert asked(app).intValue() == app.memory.cap_bytes // MIB


def test_another_cap_is_kept_and_changes_what_frames_may_take(app: App) -> None:
    dialog = asked(app)
    before = app.memory.left_bytes - app.memory.cap_bytes
    dialog.setIntValue(3000)
    dialog.accept()
    assert app.settings.current.memory_mib == 3000
    assert app.memory.cap_bytes == 3000 * MIB
    assert app.memory.left_bytes - app.memory.cap_bytes == before


def test_a_dialog_that_is_dismissed_changes_nothing(app: App) -> None:
    before = app.memory.cap_bytes
    dialog = asked(app)
    dialog.setIntValue(3000)
    dialog.reject()
    assert app.memory.cap_bytes == before
    assert app.settings.current.memory_mib == 0

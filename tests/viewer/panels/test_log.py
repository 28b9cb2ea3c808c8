"""The log in memory."""

import logging

from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from precedent_viewer.panels.log import RECORD_LIMIT, LogPanel, MemoryLog


def record(words: str) -> logging.LogRecord:
    return logging.LogRecord("viewer", logging.INFO, "file", 1, words, None, None)


def test_only_the_last_records_are_kept() -> None:
    log = MemoryLog()
    for number in range(RECORD_LIMIT + 5):
        log.handle(record(f"number {number}"))
    assert len(log.lines) == RECORD_LIMIT
    assert log.lines[0].endswith("number 5")


def test_the_panel_shows_and_copies_new_records(qapp: QApplication, qtbot: QtBot) -> None:
    log = MemoryLog()
    panel = LogPanel(log)
    qtbot.addWidget(panel)
    panel.show()
    log.handle(record("it happened"))
    qtbot.waitUntil(lambda: "it happened" in panel.text.toPlainText())
    panel.copy_all()
    clipboard = qapp.clipboard()
    assert clipboard is not None
    assert "it happened" in clipboard.text()

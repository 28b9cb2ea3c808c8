"""The last records of the program's log, for a report of what went wrong.

Records never hold patients' names, numbers, dates, pixels, questions or answers (style: logging).
"""

import logging
from collections import deque

from psygnal import Signal
from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

RECORD_LIMIT = 2000
REFRESH_MS = 200
FORMAT = "%(asctime)s  %(levelname)-7s  %(name)s  %(message)s"


class MemoryLog(logging.Handler):
    """Keeps the last records; may be written to from any thread."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter(FORMAT, datefmt="%H:%M:%S"))
        self.lines: deque[str] = deque(maxlen=RECORD_LIMIT)
        self.count = 0
        """How many records ever came, so that a view sees that there are new ones."""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        self.lines.append(self.format(record))
        self.count += 1


class LogPanel(QWidget):
    """Shows the records while it is visible."""

    copied = Signal()

    def __init__(self, log: MemoryLog, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log-panel")
        self._log = log
        self._shown = -1
        self.text = QPlainTextEdit()
        self.text.setObjectName("log-text")
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(RECORD_LIMIT)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("Log records")
        copy = QPushButton("Copy all")
        copy.setAccessibleName("Copy the log")
        copy.clicked.connect(self.copy_all)
        row = QHBoxLayout()
        row.setContentsMargins(8, 6, 8, 6)
        row.addStretch(1)
        row.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.text)
        column.addLayout(row)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()

    def refresh(self) -> None:
        """Take over new records when the panel can be seen."""
        if not self.isVisible() or self._shown == self._log.count:
            return
        self._shown = self._log.count
        self.text.setPlainText("\n".join(tuple(self._log.lines)))
        bar = self.text.verticalScrollBar()
        if bar is not None:
            bar.setValue(bar.maximum())

    def copy_all(self) -> None:
        """Put all records on the clipboard."""
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText("\n".join(tuple(self._log.lines)))
            self.copied.emit()

"""The question field: several lines, Ctrl+Return asks, Up and Down walk through past questions."""

from collections.abc import Callable, Sequence

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QKeyEvent, QTextCursor
from qtpy.QtWidgets import QPlainTextEdit, QSizePolicy

MIN_LINES, MAX_LINES = 2, 6


class QuestionField(QPlainTextEdit):
    """A text field as high as its text, up to six lines, that remembers what was asked."""

    def __init__(self, *, on_submit: Callable[[], None], on_leave: Callable[[], None]) -> None:
        """`on_submit` asks; `on_leave` gives the keyboard back to the image."""
        super().__init__()
        self.setObjectName("question-field")
        self.setAccessibleName("Question")
        self.setPlaceholderText("Ask about this image")
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._on_submit, self._on_leave = on_submit, on_leave
        self._past: tuple[str, ...] = ()
        self._place = 0
        self._draft = ""
        self.textChanged.connect(self._fit)
        self._fit()

    def remember(self, past: Sequence[str]) -> None:
        """Set the past questions, oldest first, without repeats."""
        self._past = tuple(dict.fromkeys(reversed(past)))[::-1]
        self._place = len(self._past)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Ask on Ctrl+Return, leave on Escape, walk the history at the first and last line."""
        if event is None:
            return
        returns = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() in returns and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._on_submit()
        elif event.key() == Qt.Key.Key_Escape:
            self._on_leave()
        elif event.key() == Qt.Key.Key_Up and self._on_line(0) and self._place > 0:
            self._go(self._place - 1)
        elif (
            event.key() == Qt.Key.Key_Down
            and self._on_line(self.blockCount() - 1)
            and self._place < len(self._past)
        ):
            self._go(self._place + 1)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Prefer the dock's width."""
        return QSize(240, self.minimumHeight())

    def _on_line(self, number: int) -> bool:
        cursor = self.textCursor()
        return cursor.blockNumber() == number and not cursor.hasSelection()

    def _go(self, place: int) -> None:
        if self._place == len(self._past):
            self._draft = self.toPlainText()
        self._place = place
        self.setPlainText(self._past[place] if place < len(self._past) else self._draft)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def _fit(self) -> None:
        document = self.document()
        shown = 1 if document is None else round(document.size().height())
        lines = min(MAX_LINES, max(MIN_LINES, shown))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 16)

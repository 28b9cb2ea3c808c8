"""What the reader thinks of an answer: right or not, and what would have been right."""

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QWidget

from precedent_plugin.panels.look import say
from precedent_plugin.panels.words import Line


class VerdictStrip(QStackedWidget):
    """One line under a finished answer: two buttons, then a field, then what was done."""

    def __init__(
        self, *, on_verdict: Callable[[bool], object], on_correction: Callable[[str], object]
    ) -> None:
        """on_correction: gets the right answer's words, which become a case."""
        super().__init__()
        self.setObjectName("verdict")
        self._on_verdict, self._on_correction = on_verdict, on_correction
        self.right = _button("Right", "verdict-right", self._say_right)
        self.wrong = _button("Not right", "verdict-wrong", self._say_wrong)
        self.field = QLineEdit()
        self.field.setObjectName("verdict-field")
        self.field.setAccessibleName("The right answer")
        self.field.setPlaceholderText("The right answer; it becomes a case")
        self.field.returnPressed.connect(self._correct)
        self.field.textChanged.connect(lambda text: self.keep.setEnabled(bool(text.strip())))
        self.keep = _button("Save as case", "verdict-keep", self._correct)
        say(self.keep, "primary")
        self.done = Line(role="muted", name="verdict-done")
        asked = Line("Is it right?", role="muted", name="verdict-asked")
        self._asking = _row(asked, self.right, self.wrong)
        self._correcting = _row(self.field, self.keep)
        self._settled = _row(self.done)
        for page in (self._asking, self._correcting, self._settled):
            self.addWidget(page)
        self.setFixedHeight(self.field.sizeHint().height() + 6)
        self.hide()

    def begin(self) -> None:
        """Ask about another answer."""
        self.field.clear()
        self.keep.setEnabled(False)
        self.setCurrentWidget(self._asking)
        self.show()

    def settle(self, words: str) -> None:
        """Say what was done, in place of the buttons."""
        self.done.say_whole(words)
        self.setCurrentWidget(self._settled)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape leaves the correction."""
        if event is not None and event.key() == Qt.Key.Key_Escape and self._is_correcting():
            self.settle("Marked as not right.")
        else:
            super().keyPressEvent(event)

    def _is_correcting(self) -> bool:
        return self.currentWidget() is self._correcting

    def _say_right(self) -> None:
        self._on_verdict(True)
        self.settle("Marked as right.")

    def _say_wrong(self) -> None:
        self._on_verdict(False)
        self.setCurrentWidget(self._correcting)
        self.field.setFocus()

    def _correct(self) -> None:
        if self.field.text().strip():
            self._on_correction(self.field.text().strip())


def _row(*widgets: QWidget) -> QWidget:
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 2, 0, 2)
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget, 0 if isinstance(widget, QPushButton) else 1)
    return page


def _button(words: str, name: str, act: Callable[[], None]) -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(name)
    button.clicked.connect(lambda _=False: act())
    return button

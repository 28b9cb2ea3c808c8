"""Small widgets for words: elided lines, headings, hairlines and notes."""

import re

from qtpy.QtCore import QEvent, QObject, QSize, Qt
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from precedent_plugin.panels.look import say

LONG_WORD = re.compile(r"\S{30,}")


class Line(QLabel):
    """One line of plain text that ends in an ellipsis where the panel is narrow."""

    def __init__(self, text: str = "", *, role: str = "", name: str = "") -> None:
        super().__init__()
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(24)
        if name:
            self.setObjectName(name)
        if role:
            say(self, role)
        self.say_whole(text)

    @property
    def whole(self) -> str:
        """The text without the ellipsis."""
        return self._whole

    def say_whole(self, text: str) -> None:
        """Show another text; line breaks become spaces."""
        self._whole = " ".join(text.split())
        self._elide()

    def minimumSizeHint(self) -> QSize:
        """Allow any width."""
        return QSize(24, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Elide anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(
            self._whole, Qt.TextElideMode.ElideRight, max(24, self.width())
        )
        self.setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class Paragraph(QLabel):
    """Plain text over as many lines as it needs, selectable by mouse and keyboard."""

    def __init__(self, text: str = "", *, role: str = "", name: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setText(text)
        self.setMinimumWidth(40)
        if name:
            self.setObjectName(name)
        if role:
            say(self, role)

    def setText(self, text: str | None) -> None:
        """Show another text; a word wider than any panel may break anywhere."""
        super().setText(breakable(text or ""))

    def selectable(self) -> "Paragraph":
        """Let the reader select the text; gives itself."""
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        return self


class Note(QFrame):
    """A sentence with a coloured edge: a caution, a failure, or plain."""

    def __init__(self, text: str, *, role: str = "caution", name: str = "") -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 1, 0, 1)
        self.words = Paragraph(text, name=name)
        box.addWidget(self.words)
        self.show_as(role)

    def show_as(self, role: str) -> None:
        """Show the sentence as a "caution", a "failure" or "plain"."""
        say(self, f"note-{role}")
        say(self.words, role)


class Column(QScrollArea):
    """A scrolled column of widgets."""

    def __init__(self, name: str, content: QWidget, *, height: int | None = None) -> None:
        """Prefer to be `height` px high, or without it as high as the content; take less."""
        super().__init__()
        self._height = height
        self.setObjectName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Ask for another height when the content wants one."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def show_end(self) -> None:
        """Scroll to the end of the content as it is laid out now."""
        content, bar = self.widget(), self.verticalScrollBar()
        layout = None if content is None else content.layout()
        if layout is not None and bar is not None:
            layout.activate()
            bar.setValue(bar.maximum())

    def sizeHint(self) -> QSize:
        """Prefer the height given, else to show everything."""
        content = self.widget()
        if content is None or self._height is not None:
            return QSize(240, self._height or 0)
        return content.sizeHint()


def breakable(text: str) -> str:
    """Allow breaks within words that no line could hold."""
    return LONG_WORD.sub(lambda word: "\u200b".join(word[0]), text)


def hairline() -> QFrame:
    """Give a horizontal line between two parts of a panel."""
    line = QFrame()
    say(line, "line")
    return line


def heading(text: str, *trailing: QWidget, name: str = "") -> tuple[QWidget, QLabel]:
    """Give a row with a small heading and widgets at its right end, and the heading's label."""
    row = QWidget()
    box = QHBoxLayout(row)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(4)
    label = QLabel(text)
    if name:
        label.setObjectName(name)
    say(label, "heading")
    box.addWidget(label)
    box.addStretch(1)
    for widget in trailing:
        box.addWidget(widget)
    return row, label

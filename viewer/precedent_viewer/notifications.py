"""The bar above the image that tells what went wrong and what to do.

It never covers the image, and it stays until it is closed: what went wrong must not pass unseen.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from precedent_viewer.errors import one_line
from precedent_viewer.theme import Theme, icon, icon_pixmap

Level = Literal["info", "warning", "error"]
ICONS: dict[Level, str] = {"info": "info", "warning": "warning", "error": "error"}
SPOKEN: dict[Level, str] = {"info": "Information", "warning": "Warning", "error": "Error"}


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: a sentence, and what to do about it."""

    message: str
    hint: str | None
    level: Level


class NotificationBar(QFrame):
    """Shows the newest notice; those before it wait and their number is shown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notification-bar")
        self._waiting: deque[Notice] = deque(maxlen=50)
        self._theme = theme
        self.notice: Notice | None = None
        self._symbol = QLabel()
        self._text = QLabel()
        self._text.setObjectName("notification-text")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._more = QLabel()
        self._more.setObjectName("muted")
        self._close = QToolButton()
        self._close.setObjectName("notification-close")
        self._close.setAccessibleName("Close this message")
        self._close.setToolTip("Close this message")
        self._close.clicked.connect(self.advance)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(10)
        for part in (self._symbol, self._text, self._more, self._close):
            row.addWidget(part)
        self.set_theme(theme)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self._theme = theme
        self._close.setIcon(icon("close", theme))
        if self.notice is not None:
            self._show(self.notice)

    def post(self, message: str, hint: str | None = None, *, level: Level = "info") -> None:
        """Show a message; the one that was shown waits behind it, repeats are dropped."""
        notice = Notice(one_line(message), None if hint is None else one_line(hint), level)
        if notice == self.notice or notice in self._waiting:
            return
        if self.notice is not None:
            self._waiting.appendleft(self.notice)
        self._show(notice)

    def advance(self) -> None:
        """Close the message and show the next one."""
        if self._waiting:
            self._show(self._waiting.popleft())
            return
        self.notice = None
        self.hide()

    def clear(self) -> None:
        """Forget every message: what they were about is closed."""
        self._waiting.clear()
        self.advance()

    def _show(self, notice: Notice) -> None:
        self.notice = notice
        color = {"info": self._theme.info, "warning": self._theme.warning,
                 "error": self._theme.error}[notice.level]  # fmt: skip
        self._symbol.setPixmap(icon_pixmap(ICONS[notice.level], color, 18, self._ratio()))
        text = notice.message if notice.hint is None else f"{notice.message} {notice.hint}"
        self._text.setText(text)
        self.setAccessibleName(f"{SPOKEN[notice.level]}: {text}")
        self.setProperty("level", notice.level)
        style = self.style()
        if style is not None:
            style.unpolish(self)
            style.polish(self)
        self._show_count()
        self.show()

    def _show_count(self) -> None:
        self._more.setText(f"{len(self._waiting)} more" if self._waiting else "")
        self._more.setVisible(bool(self._waiting))

    def _ratio(self) -> float:
        return self.devicePixelRatioF()

"""A signed bar: what one reference does for the answer."""

from qtpy.QtCore import QRectF, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent
from qtpy.QtWidgets import QWidget

from precedent_plugin.panels.evidence_words import change_words
from precedent_plugin.panels.look import current_tones, text_px

FULL = 3.0
"""A change of log-probability that fills the bar: twenty times."""


class InfluenceBar(QWidget):
    """Grows to the right where a reference speaks for the answer, to the left where against."""

    def __init__(self, change: float) -> None:
        super().__init__()
        self.setObjectName("influence-bar")
        self.change = change
        words = f"With this reference the answer is {change_words(change)}."
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.setFixedHeight(text_px(0.7))
        self.setMinimumWidth(60)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the bar from the middle."""
        worn = current_tones()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, height = self.width() / 2, self.height()
        painter.fillRect(QRectF(middle - 0.5, 0, 1, height), QColor(worn.line))
        length = middle * min(1.0, abs(self.change) / FULL)
        color = QColor(worn.accent if self.change > 0 else worn.caution)
        left = middle if self.change > 0 else middle - length
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(left, 1, length, height - 2), 2, 2)
        painter.end()

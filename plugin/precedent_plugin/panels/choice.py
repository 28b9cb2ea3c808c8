"""A drop-down list with an arrow in the tone of the text, whatever the host's style sheet does."""

from qtpy.QtCore import QPoint
from qtpy.QtGui import QPainter, QPaintEvent
from qtpy.QtWidgets import QComboBox

from precedent_plugin.panels.icons import icon
from precedent_plugin.panels.look import current_tones

ARROW = 12


class Choice(QComboBox):
    """A drop-down list that gives way in a narrow panel."""

    def __init__(self, object_name: str, accessible_name: str, *, characters: int = 8) -> None:
        """`characters` are always shown, more where there is room."""
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleName(accessible_name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(characters)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the arrow on top."""
        super().paintEvent(event)
        tone = current_tones()
        picture = icon("chevron-down", tone.muted if self.isEnabled() else tone.line)
        place = QPoint(self.width() - ARROW - 7, (self.height() - ARROW) // 2)
        picture.paint(QPainter(self), place.x(), place.y(), ARROW, ARROW)

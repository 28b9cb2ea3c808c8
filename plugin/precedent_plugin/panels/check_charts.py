"""The pictures of a casebook's check: shares with intervals, reliability, risk and coverage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from qtpy.QtWidgets import QSizePolicy, QWidget

from precedent_plugin.casebook_check.accuracy import Accuracy
from precedent_plugin.casebook_check.calibration import Calibration
from precedent_plugin.panels.look import Tones, current_tones, text_px

LEFT, RIGHT, TOP, BOTTOM = 40, 12, 8, 34
HEIGHT: Final = 190


@dataclass(frozen=True, slots=True)
class Axes:
    """What stands along the two sides; both run from 0 to 1."""

    across: str
    up: str


class Chart(QWidget):
    """A frame with both axes in percent; what is in it is painted by `draw`."""

    def __init__(
        self,
        name: str,
        axes: Axes,
        words: str,
        draw: Callable[[QPainter, QRectF, Tones], None],
    ) -> None:
        """Take what the picture says in words, for those who cannot see it."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setMinimumSize(240, HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._axes, self._draw = axes, draw

    def paintEvent(self, _: QPaintEvent | None) -> None:
        """Paint frame, ticks and content."""
        tone = current_tones()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = QFont(self.font())
        small.setPixelSize(text_px(0.85))
        painter.setFont(small)
        frame = QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)
        for step in range(5):
            share = step / 4
            y = frame.bottom() - share * frame.height()
            painter.setPen(QPen(QColor(tone.line), 1))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
            painter.setPen(QColor(tone.muted))
            place = QRectF(0, y - 8, LEFT - 6, 16)
            sides = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, sides, f"{share:.0%}")
        below = QRectF(frame.left(), self.height() - 16, frame.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._axes.across)
        self._draw(painter, frame, tone)
        painter.end()


def gain_chart(accuracies: Sequence[Accuracy], best: int) -> Chart:
    """Draw the share of right answers for each number of shots, with its interval of 95 %."""

    def draw(painter: QPainter, frame: QRectF, tone: Tones) -> None:
        step = frame.width() / len(accuracies)
        for place, one in enumerate(accuracies):
            middle = frame.left() + (place + 0.5) * step
            width = min(56.0, step * 0.55)
            bar = QRectF(
                middle - width / 2,
                frame.bottom() - one.share * frame.height(),
                width,
                one.share * frame.height(),
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tone.accent if one.shot_count == best else tone.line))
            painter.drawRect(bar)
            painter.setPen(QPen(QColor(tone.text), 1.5))
            low = frame.bottom() - one.low * frame.height()
            high = frame.bottom() - one.high * frame.height()
            painter.drawLine(QPointF(middle, low), QPointF(middle, high))
            for end in (low, high):
                painter.drawLine(QPointF(middle - 5, end), QPointF(middle + 5, end))
            below = QRectF(middle - step / 2, frame.bottom() + 2, step, 14)
            words = f"{one.shot_count}: {one.share:.0%}"
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)

    said = ", ".join(f"{one.shot_count} shots {one.share:.0%}" for one in accuracies)
    return Chart("check-gain", Axes("shots", "right"), f"Right answers: {said}", draw)


def reliability_chart(found: Calibration) -> Chart:
    """Draw the share of right answers over the model's own probability."""

    def draw(painter: QPainter, frame: QRectF, tone: Tones) -> None:
        painter.setPen(QPen(QColor(tone.muted), 1, Qt.PenStyle.DashLine))
        painter.drawLine(frame.bottomLeft(), frame.topRight())
        most = max(one.cases for one in found.bins)
        for one in found.bins:
            place = _point(frame, one.confidence, one.share)
            size = 3.5 + 5.5 * (one.cases / most) ** 0.5
            painter.setPen(QPen(QColor(tone.text), 1))
            painter.setBrush(QColor(tone.accent))
            painter.drawEllipse(place, size, size)
        _ends(painter, frame, tone)

    words = f"Reliability: expected calibration error {found.error:.2f}"
    return Chart("check-reliability", Axes("the model's own probability", "right"), words, draw)


def risk_chart(found: Calibration) -> Chart:
    """Draw the share of right answers over the share of questions that are answered."""

    def draw(painter: QPainter, frame: QRectF, tone: Tones) -> None:
        line = QPolygonF([_point(frame, one.coverage, one.share) for one in found.risk])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tone.accent), 2))
        painter.drawPolyline(line)
        point = found.working_point
        if point is not None:
            painter.setBrush(QColor(tone.caution))
            painter.setPen(QPen(QColor(tone.text), 1))
            painter.drawEllipse(_point(frame, point.coverage, point.share), 5, 5)
        _ends(painter, frame, tone)

    point = found.working_point
    words = "Risk and coverage" + (
        "" if point is None else f": {point.coverage:.0%} answered, {point.share:.0%} right"
    )
    return Chart("check-risk", Axes("questions answered", "right"), words, draw)


def _point(frame: QRectF, across: float, up: float) -> QPointF:
    return QPointF(frame.left() + across * frame.width(), frame.bottom() - up * frame.height())


def _ends(painter: QPainter, frame: QRectF, tone: Tones) -> None:
    """Say where the axis across begins and ends."""
    painter.setPen(QColor(tone.muted))
    place = QRectF(frame.left(), frame.bottom() + 2, frame.width(), 14)
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft, "0%")
    painter.drawText(place, Qt.AlignmentFlag.AlignRight, "100%")

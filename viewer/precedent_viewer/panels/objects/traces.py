"""Waveforms as traces: one strip a channel, with units and seconds."""

import math

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QScrollArea, QWidget

from precedent_viewer.objects.waveform import Channel, Group, Waveform
from precedent_viewer.theme import Theme

STRIP_PX = 84
LABEL_PX = 74
FOOT_PX = 26


class Traces(QScrollArea):
    """All channels of a waveform, one below the other."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setAccessibleName("Traces")
        self._paper = _Paper(theme)
        self.setWidget(self._paper)

    def show_waveform(self, waveform: Waveform) -> None:
        """Draw a waveform."""
        self._paper.groups = waveform.groups
        channels = sum(len(group.channels) for group in waveform.groups)
        names = ", ".join(one.label for group in waveform.groups for one in group.channels)
        self._paper.setAccessibleName(f"{channels} traces: {names}")
        self._paper.setMinimumHeight(STRIP_PX * channels + FOOT_PX * len(waveform.groups))
        self._paper.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self._paper.theme = theme
        self._paper.update()


class _Paper(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.groups: tuple[Group, ...] = ()

    def sizeHint(self) -> QSize:
        """Prefer the panel's width."""
        return QSize(360, 400)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw strip after strip; each group has a time axis below it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.surface))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = 0.0
        for group in self.groups:
            width = max(self.width() - LABEL_PX - 8, 10)
            for channel in group.channels:
                area = QRectF(LABEL_PX, top + 4, width, STRIP_PX - 8)
                self._paint_channel(painter, channel, group, area)
                top += STRIP_PX
            self._paint_axis(painter, group, QRectF(LABEL_PX, top, width, FOOT_PX))
            top += FOOT_PX
        painter.end()

    def _paint_channel(
        self, painter: QPainter, channel: Channel, group: Group, area: QRectF
    ) -> None:
        known = channel.samples[np.isfinite(channel.samples)]
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
        painter.setPen(QColor(self.theme.text))
        painter.drawText(QRectF(6, area.top(), LABEL_PX - 10, 18), channel.label)
        painter.setPen(QColor(self.theme.text_muted))
        span = f"{low:.4g} to {high:.4g} {channel.units}".strip()
        words = QRectF(6, area.top() + 18, LABEL_PX - 10, area.height() - 18)
        painter.drawText(words, int(Qt.TextFlag.TextWordWrap), span)
        painter.setPen(QPen(QColor(self.theme.border), 1))
        painter.drawRect(area)
        painter.setPen(QPen(QColor(self.theme.accent), 1.1))
        for line in _lines(channel, group, area, (low, high)):
            painter.drawPolyline(line)

    def _paint_axis(self, painter: QPainter, group: Group, area: QRectF) -> None:
        painter.setPen(QColor(self.theme.text_muted))
        duration = group.duration_s
        if duration <= 0:
            return
        step = _round_step(duration / 5)
        for number in range(math.floor(duration / step) + 1):
            x = area.left() + area.width() * number * step / duration
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.top() + 4))
            painter.drawText(QPointF(x + 2, area.top() + 16), f"{number * step:g} s")


def _lines(
    channel: Channel, group: Group, area: QRectF, limits: tuple[float, float]
) -> list[QPolygonF]:
    """Give a channel as lines, parted where samples are missing.

    Where several samples fall on one pixel their least and greatest are drawn, so no peak is lost.
    """
    low, high = limits
    scale = area.height() / max(high - low, 1e-12)
    duration = max(group.duration_s, 1e-9)
    each = max(1, int(channel.samples.size / max(area.width(), 1) / 2))
    lines: list[QPolygonF] = []
    points: list[QPointF] = []
    for start in range(0, channel.samples.size, each):
        part = channel.samples[start : start + each]
        known = part[np.isfinite(part)]
        if known.size == 0:
            lines.append(QPolygonF(points))
            points = []
            continue
        seconds = channel.start_s + start / group.frequency_hz
        x = area.left() + area.width() * seconds / duration
        for value in {float(known.min()), float(known.max())}:
            points.append(QPointF(x, area.bottom() - (value - low) * scale))
    return [*lines, QPolygonF(points)]


def _round_step(least: float) -> float:
    """Give the least of 1, 2, 5 times a power of ten that is not below."""
    power = 10.0 ** math.floor(math.log10(max(least, 1e-9)))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)

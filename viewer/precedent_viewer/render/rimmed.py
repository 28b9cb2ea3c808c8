"""Words with a dark rim, to be read on any image; each is drawn once and then copied.

Most words of a viewport stay the same from one frame to the next, and drawing them nine times for
every frame took longer than painting the frame.
"""

import math
from functools import lru_cache

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

HALO = QColor(0, 0, 0, 190)
"""Dark rim around letters and lines, so that they stay readable on white."""
RIM = tuple(QPointF(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0))
"""Eight shifted copies cost a fiftieth of stroking the letters' outlines, and look the same."""
EDGE = 3
"""Pixels around the words for their rim and for letters that lean over."""
WORDS_KEPT = 512


def write(painter: QPainter, baseline: QPointF, words: str, color: QColor) -> None:
    """Write words with a dark rim; they begin on a whole device pixel, so that they stay sharp."""
    if not words:
        return
    device = painter.device()
    ratio = 1.0 if device is None else device.devicePixelRatioF()
    made, ascent = _drawn(words, painter.font().toString(), color.rgba(), ratio)
    left = round((baseline.x() - EDGE) * ratio) / ratio
    top = round((baseline.y() - EDGE - ascent) * ratio) / ratio
    painter.drawImage(QPointF(left, top), made)


@lru_cache(maxsize=WORDS_KEPT)
def _drawn(words: str, font_words: str, rgba: int, ratio: float) -> tuple[QImage, int]:
    """Give the words on a clear ground, and how far below its edge their baseline lies."""
    font = QFont()
    font.fromString(font_words)
    metrics = QFontMetricsF(font)
    ascent = math.ceil(metrics.ascent())
    width = math.ceil(metrics.horizontalAdvance(words)) + 2 * EDGE
    height = ascent + math.ceil(metrics.descent()) + 2 * EDGE
    image = QImage(
        math.ceil(width * ratio),
        math.ceil(height * ratio),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    baseline = QPointF(EDGE, EDGE + ascent)
    painter.setPen(HALO)
    for shift in RIM:
        painter.drawText(baseline + shift, words)
    painter.setPen(QColor.fromRgba(rgba))
    painter.drawText(baseline, words)
    painter.end()
    return image, ascent

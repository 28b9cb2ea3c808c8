"""Words with a rim look the same whether they are drawn or copied, and stay sharp."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QApplication

from precedent_viewer.render.rimmed import HALO, RIM, write

BASELINE = QPointF(20, 40)


def canvas_of(ratio: float) -> QImage:
    made = QImage(int(200 * ratio), int(60 * ratio), QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    made.fill(QColor(180, 180, 180))
    return made


def values_of(image: QImage) -> NDArray[np.int64]:
    bits = image.constBits()
    assert bits is not None
    flat = np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8)
    shown = flat.reshape(image.height(), image.width(), 4)[:, :, :3]
    values: NDArray[np.int64] = shown.astype(np.int64)
    return values


def test_copied_words_look_like_words_that_are_drawn_in_place(qapp: QApplication) -> None:
    for ratio in (1.0, 2.0):
        drawn, copied = canvas_of(ratio), canvas_of(ratio)
        painter = QPainter(drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(HALO)
        for shift in RIM:
            painter.drawText(BASELINE + shift, "Slice 12 of 40")
        painter.setPen(QColor("white"))
        painter.drawText(BASELINE, "Slice 12 of 40")
        painter.end()
        painter = QPainter(copied)
        write(painter, BASELINE, "Slice 12 of 40", QColor("white"))
        painter.end()
        difference = np.abs(values_of(drawn) - values_of(copied))
        assert difference.mean() < 1.0
        assert values_of(copied).max() == 255
        assert values_of(copied).min() < 80


def test_no_words_draw_nothing(qapp: QApplication) -> None:
    image = canvas_of(1.0)
    painter = QPainter(image)
    write(painter, BASELINE, "", QColor("white"))
    painter.end()
    assert (values_of(image) == 180).all()

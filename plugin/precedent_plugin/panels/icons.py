"""Icons from the resources, painted in the tone of the text beside them."""

from functools import lru_cache

from qtpy.QtCore import QByteArray, QRectF, Qt
from qtpy.QtGui import QIcon, QPainter, QPixmap
from qtpy.QtSvg import QSvgRenderer

from precedent_resources import resource

SIDE = 16
"""Device-independent pixels of an icon in a panel."""


def icon(name: str, tone: str) -> QIcon:
    """Give the icon `name` in the colour `tone` (`#rrggbb`), sharp at 1x, 2x and 3x."""
    made = QIcon()
    for ratio in (1, 2, 3):
        made.addPixmap(_painted(name, tone, ratio))
    return made


def _painted(name: str, tone: str, ratio: int) -> QPixmap:
    pixmap = QPixmap(SIDE * ratio, SIDE * ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    drawing = QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", tone).encode()))
    painter = QPainter(pixmap)
    drawing.render(painter, QRectF(0, 0, SIDE * ratio, SIDE * ratio))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@lru_cache(maxsize=128)
def _drawing(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text("utf-8")

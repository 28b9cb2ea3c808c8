"""Pointer shapes: the system's where it has one, else drawn from our icons with a dark rim."""

from PyQt6.QtCore import QPoint, QSize, Qt
from PyQt6.QtGui import QCursor, QPainter, QPixmap

from precedent_viewer.theme import icon_pixmap
from precedent_viewer.tools.base import Cursor

SYSTEM: dict[Cursor, Qt.CursorShape] = {
    "arrow": Qt.CursorShape.ArrowCursor,
    "cross": Qt.CursorShape.CrossCursor,
    "hand": Qt.CursorShape.OpenHandCursor,
    "grab": Qt.CursorShape.ClosedHandCursor,
    "move": Qt.CursorShape.SizeAllCursor,
    "size-diagonal": Qt.CursorShape.SizeFDiagCursor,
    "size-antidiagonal": Qt.CursorShape.SizeBDiagCursor,
    "size-horizontal": Qt.CursorShape.SizeHorCursor,
    "size-vertical": Qt.CursorShape.SizeVerCursor,
}
DRAWN: dict[Cursor, str] = {"window": "window-level", "zoom": "zoom", "scroll": "scroll"}
SIDE_PX = 22


def cursor_of(cursor: Cursor, ratio: float) -> QCursor:
    """Give Qt's cursor for one of ours, at a screen's density."""
    if cursor in SYSTEM:
        return QCursor(SYSTEM[cursor])
    name = DRAWN[cursor]
    side = round((SIDE_PX + 4) * ratio)
    pixmap = QPixmap(QSize(side, side))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    dark = icon_pixmap(name, "#000000", SIDE_PX, ratio)
    for across, down in ((1, 2), (3, 2), (2, 1), (2, 3)):
        painter.drawPixmap(QPoint(across, down), dark)
    painter.drawPixmap(QPoint(2, 2), icon_pixmap(name, "#ffffff", SIDE_PX, ratio))
    painter.end()
    return QCursor(pixmap, SIDE_PX // 2 + 2, SIDE_PX // 2 + 2)

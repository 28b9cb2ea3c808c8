"""A picture on which a place is marked: by dragging a rectangle, or by a click."""

from collections.abc import Callable

from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import QWidget

from precedent_plugin.cases import Roi
from precedent_plugin.panels.look import current_tones
from precedent_plugin.panels.pictures import Picture

DRAGGED_PX = 4
"""On the screen, from which a press and a release are a rectangle and no click."""
CROSS_PX = 7


class MarkedPicture(Picture):
    """Shows a place and a point on a picture, and takes new ones with the mouse."""

    def __init__(self, side: int, *, parent: QWidget | None = None) -> None:
        super().__init__(side, parent=parent)
        self._roi: Roi | None = None
        self._point: tuple[float, float] | None = None
        self._from: QPointF | None = None
        self._to: QPointF | None = None
        self._on_roi: Callable[[Roi | None], None] | None = None
        self._on_point: Callable[[float, float], None] | None = None

    def take_roi(self, on_roi: Callable[[Roi | None], None] | None) -> None:
        """Let the reader mark a place by dragging or clicking, and remove it with Delete."""
        self._on_roi = on_roi
        self._dress()

    def take_point(self, on_point: Callable[[float, float], None] | None) -> None:
        """Let the reader point once, in pixels of the picture."""
        self._on_point = on_point
        self._dress()

    def show_marks(self, roi: Roi | None, point: tuple[float, float] | None = None) -> None:
        """Show a place and a point; None for none."""
        self._roi, self._point = roi, point
        self.update()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Begin a rectangle."""
        takes = self._on_roi is not None or self._on_point is not None
        if event is not None and takes and event.button() == Qt.MouseButton.LeftButton:
            self._from = self._to = event.position()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Show the rectangle that is being drawn."""
        if event is not None and self._from is not None and self._on_roi is not None:
            self._to = event.position()
            self.update()
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Take the place or the point."""
        start, self._from, self._to = self._from, None, None
        if event is None or start is None or not self._area().contains(start):
            super().mouseReleaseEvent(event)
            return
        if self._on_point is not None:
            self._on_point(*self._in_picture(event.position()))
        elif self._on_roi is not None:
            self._on_roi(self._roi_between(start, event.position()))
        self.update()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Delete removes the place."""
        keys = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        if event is not None and self._on_roi is not None and event.key() in keys:
            self._on_roi(None)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the picture, then what is marked on it."""
        super().paintEvent(event)
        if self.image.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._from is not None and self._to is not None and self._on_roi is not None:
            self._outline(painter, QRectF(self._from, self._to).normalized())
        elif self._roi is not None:
            self._outline(painter, self._on_screen(self._roi))
        if self._point is not None:
            self._cross(painter, self._place(*self._point))
        painter.end()

    def _dress(self) -> None:
        takes = self._on_roi is not None or self._on_point is not None
        self.setCursor(Qt.CursorShape.CrossCursor if takes else Qt.CursorShape.ArrowCursor)
        wanted = Qt.FocusPolicy.StrongFocus if takes else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(wanted)

    def _outline(self, painter: QPainter, frame: QRectF) -> None:
        """Draw a rectangle, a ring for a point; dark below bright, so that it shows on both."""
        for colour, width in (("#000000", 3.5), (current_tones().caution, 1.8)):
            painter.setPen(QPen(QColor(colour), width))
            if frame.width() < 2 and frame.height() < 2:
                painter.drawEllipse(frame.center(), CROSS_PX, CROSS_PX)
            else:
                painter.drawRect(frame)

    def _cross(self, painter: QPainter, at: QPointF) -> None:
        for colour, width in (("#000000", 4.0), (current_tones().accent, 2.0)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawLine(at - QPointF(CROSS_PX, 0), at + QPointF(CROSS_PX, 0))
            painter.drawLine(at - QPointF(0, CROSS_PX), at + QPointF(0, CROSS_PX))

    def _area(self) -> QRectF:
        """Give where the picture lies inside the square."""
        size = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        return QRectF(left, top, size.width(), size.height())

    def _in_picture(self, at: QPointF) -> tuple[float, float]:
        """Give a place on the screen in pixels of the picture, at its edge when outside."""
        area, size = self._area(), self.image.size()
        across = min(max((at.x() - area.left()) / area.width(), 0.0), 1.0)
        down = min(max((at.y() - area.top()) / area.height(), 0.0), 1.0)
        return across * size.width(), down * size.height()

    def _place(self, x: float, y: float) -> QPointF:
        area, size = self._area(), self.image.size()
        return QPointF(
            area.left() + x / size.width() * area.width(),
            area.top() + y / size.height() * area.height(),
        )

    def _on_screen(self, roi: Roi) -> QRectF:
        return QRectF(self._place(roi.x, roi.y), self._place(roi.x + roi.width, roi.y + roi.height))

    def _roi_between(self, start: QPointF, end: QPointF) -> Roi:
        (x, y), (other_x, other_y) = self._in_picture(start), self._in_picture(end)
        if (end - start).manhattanLength() < DRAGGED_PX:
            return Roi(x, y)
        return Roi(min(x, other_x), min(y, other_y), abs(other_x - x), abs(other_y - y))

"""Draw what lies over an image: washes through the image's own mapping, marks in screen pixels."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QPolygonF, QTransform
from PyQt6.sip import voidptr

from precedent_viewer.layers import LayerContent, Mark, PointPx, Shutter
from precedent_viewer.placement import Placement
from precedent_viewer.render.rimmed import HALO, write

CROSS_PX = 6.0
HANDLE_PX = 8.0
LABEL_GAP_PX = 8.0
Rgba = NDArray[np.uint8]


class LayerPainter:
    """Paints layers; pictures of washes are kept as long as they are shown."""

    def __init__(self) -> None:
        self._pictures: dict[int, tuple[object, Rgba, QImage]] = {}

    def paint(self, painter: QPainter, contents: Iterable[LayerContent], place: Placement) -> None:
        """Draw washes and covers, then all marks above them."""
        every = tuple(contents)
        self._drop_unused(every)
        for content in every:
            for wash in content.washes:
                self._paint_picture(painter, self._picture(wash.rgba), place, wash.opacity)
            if content.shutter is not None:
                self._paint_picture(painter, self._cover(content.shutter), place, 1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for content in every:
            for mark in content.marks:
                _paint_mark(painter, mark, place)

    def _picture(self, rgba: Rgba) -> QImage:
        return self._kept(rgba, lambda: np.ascontiguousarray(rgba))

    def _cover(self, shutter: Shutter) -> QImage:
        def made() -> Rgba:
            rgba = np.full((*shutter.mask.shape, 4), shutter.level, np.uint8)
            rgba[:, :, 3] = np.where(shutter.mask, 255, 0)
            return rgba

        return self._kept(shutter.mask, made)

    def _kept(self, source: NDArray[np.generic], make: Callable[[], Rgba]) -> QImage:
        known = self._pictures.get(id(source))
        if known is not None:
            return known[2]
        array = make()
        rows, columns = array.shape[:2]
        address, form = voidptr(array.ctypes.data), QImage.Format.Format_RGBA8888
        # PyQt takes any address; its stubs (6.11) know of bytes alone, which would copy.
        image: QImage = QImage(address, columns, rows, 4 * columns, form)  # type: ignore[call-overload]
        self._pictures[id(source)] = (source, array, image)
        return image

    def _drop_unused(self, contents: tuple[LayerContent, ...]) -> None:
        used = {id(wash.rgba) for content in contents for wash in content.washes}
        used |= {id(one.shutter.mask) for one in contents if one.shutter is not None}
        for key in self._pictures.keys() - used:
            del self._pictures[key]

    def _paint_picture(
        self, painter: QPainter, image: QImage, place: Placement, opacity: float
    ) -> None:
        painter.save()
        painter.setOpacity(opacity)
        painter.setTransform(QTransform(*place.affine().as_tuple()), combine=True)
        # Squares stay squares: a smoothed edge would show values that no voxel has. Made smaller
        # they are mixed, because otherwise thin lines would fall between the screen's pixels.
        is_smaller = place.magnification < 1
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smaller)
        painter.drawImage(QRectF(0, 0, image.width(), image.height()), image)
        painter.restore()


def _paint_mark(painter: QPainter, mark: Mark, place: Placement) -> None:
    points = [QPointF(*place.to_screen(x, y)) for x, y in mark.points]
    if not points:
        return
    colour = QColor(mark.colour)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    style = Qt.PenStyle.DashLine if mark.dashed else Qt.PenStyle.SolidLine
    for shade, wider in ((HALO, 2.0), (colour, 0.0)):
        pen = QPen(shade, mark.width_px + wider, style)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        if mark.width_px > 0:
            _draw_line(painter, points, is_closed=mark.closed)
    _draw_handles(painter, mark.handles, colour, place)
    if mark.label:
        at = points[-1] + QPointF(LABEL_GAP_PX, 0)
        if mark.label_at is not None:
            at = QPointF(*place.to_screen(*mark.label_at))
        _write_label(painter, mark.label, at, colour)


def _draw_line(painter: QPainter, points: list[QPointF], *, is_closed: bool) -> None:
    if len(points) == 1:
        at = points[0]
        painter.drawLine(at - QPointF(CROSS_PX, 0), at + QPointF(CROSS_PX, 0))
        painter.drawLine(at - QPointF(0, CROSS_PX), at + QPointF(0, CROSS_PX))
    elif is_closed:
        painter.drawPolygon(QPolygonF(points))
    else:
        painter.drawPolyline(QPolygonF(points))


def _draw_handles(
    painter: QPainter, handles: tuple[PointPx, ...], colour: QColor, place: Placement
) -> None:
    painter.setPen(QPen(HALO, 1))
    painter.setBrush(colour)
    half = HANDLE_PX / 2
    for x, y in handles:
        at = QPointF(*place.to_screen(x, y))
        box = QRectF(at.x() - half, at.y() - half, HANDLE_PX, HANDLE_PX)
        painter.drawRoundedRect(box, 1.5, 1.5)


def _write_label(painter: QPainter, label: str, at: QPointF, colour: QColor) -> None:
    metrics = QFontMetricsF(painter.font())
    for number, line in enumerate(label.splitlines()):
        down = metrics.ascent() + number * metrics.height() * 1.05
        write(painter, at + QPointF(0, down), line, colour)

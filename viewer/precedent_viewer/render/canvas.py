"""The widget on which the image is painted. It holds no state of the view, only pictures of it.

Values become grey levels on a worker; the GUI thread only draws the finished image. Between one
and three device pixels a pixel the image is interpolated, above that every pixel is a plain
square, and below one it is reduced by averaging first, so that fine detail never flickers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.render.cursors import cursor_of
from precedent_viewer.render.dragged import dragged_series
from precedent_viewer.render.image import Picture, level_for
from precedent_viewer.render.layers import LayerPainter
from precedent_viewer.render.looks import ImagePainter, Look
from precedent_viewer.render.overlay import OverlayContent, paint_overlay
from precedent_viewer.render.overlay_content import overlay_of
from precedent_viewer.tasks import TaskHandle, TaskRunner
from precedent_viewer.theme import Theme
from precedent_viewer.tools.base import Button, Drawing, Modifier, PointerEvent, Tool, ToolName
from precedent_viewer.tools.choice import USUAL, ToolChoice
from precedent_viewer.view import View

NEAREST_ABOVE = 3.0
"""Device pixels per image pixel from which on pixels are drawn as squares."""
WHEEL_STEP = 120
"""Qt's unit: one notch of a wheel is 120 eighths of a degree."""
WHEEL_ZOOM = 1.15
FAST_STEPS = 5
LATE_MS = 30
"""A wanted frame that has not come by then is said to be on its way; most come sooner, and
painting the old one once more would cost each step twice."""
LENS_FACTOR = 2.5
LENS_PX = 110.0
"""Radius of the lens; in small viewports it is LENS_SHARE of the shorter side."""
LENS_SHARE = 0.36
EMPTY = "Drag a series here, or choose one in the list while this viewport is active."
BUTTONS: Mapping[Qt.MouseButton, Button] = {
    Qt.MouseButton.LeftButton: "left",
    Qt.MouseButton.MiddleButton: "middle",
    Qt.MouseButton.RightButton: "right",
    Qt.MouseButton.BackButton: "back",
    Qt.MouseButton.ForwardButton: "forward",
}
MODIFIERS: Mapping[Qt.KeyboardModifier, Modifier] = {
    Qt.KeyboardModifier.ShiftModifier: "shift",
    Qt.KeyboardModifier.ControlModifier: "ctrl",
    Qt.KeyboardModifier.AltModifier: "alt",
}


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of one viewport, and which of them each button has."""

    by_name: dict[ToolName, Tool]
    choice: ToolChoice

    def of(self, button: Button) -> Tool | None:
        """Give the tool of a button; None where it has none that is known here."""
        return self.by_name.get(self.choice.of(button) or "")

    @property
    def left(self) -> Tool:
        """Give the tool of the left button."""
        return self.of("left") or self.by_name[USUAL["left"]]


class Canvas(QWidget):
    """Paints one viewport and hands pointer events to the tools."""

    painted = pyqtSignal()
    """A newly rendered image is on the screen."""
    pointed = pyqtSignal(object)
    """The image point (column, row) under the pointer, or None."""
    touched = pyqtSignal()
    """The reader pressed a button, turned the wheel or came by the keyboard."""
    single_wanted = pyqtSignal()
    """A double click: this viewport is to fill the window, or to go back among the others."""
    series_dropped = pyqtSignal(str)
    """The uid of a series that was dragged here from the list."""

    def __init__(
        self,
        view: View,
        tools: Tools,
        tasks: TaskRunner,
        theme: Theme,
        *,
        painter: ImagePainter,
    ) -> None:
        super().__init__()
        self.setObjectName("canvas")
        self.setAccessibleName("Image")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(72, 64)
        self.setAcceptDrops(True)
        self._view, self._tools, self._tasks, self._theme = view, tools, tasks, theme
        self._painter = painter
        self._picture: Picture | None = None
        self._picture_of: FramePixels | None = None
        self._job: TaskHandle | None = None
        self._shown_look: Look | None = None
        self._gesture: tuple[Button, Tool] | None = None
        self._wheel_rest = 0.0
        self._layers = LayerPainter()
        self.show_overlay = True
        self.show_layers = True
        self.show_patient = True
        self.is_marked = False
        """Whether it is to be seen that this viewport is the active one."""
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(LATE_MS)
        self._late.timeout.connect(self.update)
        view.pixels_changed.connect(self._render_soon)
        view.grey.changed.connect(self._render_soon)
        view.place.placed.connect(self._follow_place)
        view.region_changed.connect(lambda _region: self.update())
        view.frame_changed.connect(lambda _frame: self._late.start())
        view.layers.changed.connect(self._redraw)
        tools.choice.changed.connect(lambda _name: self._show_cursor(None))

    def sizeHint(self) -> QSize:
        """Prefer most of a usual window."""
        return QSize(760, 760)

    @property
    def is_current(self) -> bool:
        """Whether what is on the screen is what the view holds, with nothing on its way."""
        return self._job is None and self._picture_of is self._view.pixels

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self._theme = theme
        self.update()

    def add_tool(self, name: ToolName, factory: Callable[[View], Tool]) -> None:
        """Give this viewport a tool."""
        self._tools.by_name[name] = factory(self._view)

    def overlay(self) -> OverlayContent:
        """Say what is drawn over the image now."""
        return overlay_of(self._view, self.width(), show_patient=self.show_patient)

    # Rendering

    def _render_soon(self, *_changed: object) -> None:
        """Have the image rendered; while one is under way the newest wish waits for it."""
        pixels = self._view.pixels
        if pixels is None:
            self._picture = self._picture_of = self._shown_look = None
            self.update()
            return
        if self._job is None:
            self._start_render(pixels)

    def _start_render(self, pixels: FramePixels) -> None:
        look = self._wanted_look(pixels)
        self._job = self._tasks.run(
            self._painter.picture, look,
            on_result=lambda picture: self._take(look, picture),
            on_error=lambda _error: self._give_up(),
            pool="paint",
        )  # fmt: skip

    def _wanted_look(self, pixels: FramePixels) -> Look:
        place, choice = self._view.place, self._view.grey.choice
        lens = 1.0 if place.lens is None else LENS_FACTOR
        scale = lens * place.magnification * min(1.0, place.viewport.aspect)
        return Look(pixels, choice, level_for(scale))

    def _take(self, look: Look, picture: Picture) -> None:
        self._job = None
        pixels = self._view.pixels
        if pixels is None:
            return
        if look.pixels is pixels:
            self._picture, self._picture_of, self._shown_look = picture, pixels, look
        wanted = self._wanted_look(pixels)
        if not wanted.equals(look):
            self._start_render(pixels)
        if look.pixels is pixels and self._view.shown_frame is not None:
            self._view.skipped.paint(self._view.shown_frame)
            self._late.stop()
        self.update()
        self.setAccessibleDescription(". ".join(self.overlay().bottom_left))
        self.painted.emit()

    def _give_up(self) -> None:
        self._job = None
        self.update()

    def _follow_place(self) -> None:
        """Redraw; render anew when the zoom asks for another reduction."""
        pixels = self._view.pixels
        if pixels is not None and self._shown_look is not None and self._job is None:
            wanted = self._wanted_look(pixels)
            if not wanted.equals(self._shown_look):
                self._start_render(pixels)
        self._redraw()

    def _redraw(self) -> None:
        """Paint again, unless another frame is about to be painted anyway."""
        if not self._late.isActive():
            self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the image, then the overlay."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.canvas))
        area = QRectF(self.rect())
        if self._view.error is not None:
            self._paint_words(painter, area, str(self._view.error), self._theme.overlay_warning)
        elif self._picture is not None:
            self._paint_picture(painter, self._picture)
        elif self._view.frame is not None:
            self._paint_words(painter, area, "Loading…", self._theme.overlay_muted)
        if self._picture is not None and self._view.error is None:
            self._paint_layers(painter)
            if self._view.place.lens is not None:
                self._paint_lens(painter, QPointF(*self._view.place.lens), self._picture)
        if self._view.frame is not None:
            paint_overlay(painter, self.overlay(), area, self._theme, full=self.show_overlay)
        elif self._view.series is None:
            self._paint_words(painter, area, EMPTY, self._theme.overlay_muted)
        if self.hasFocus() or self.is_marked:
            painter.setPen(QPen(QColor(self._theme.focus), 2 if self.is_marked else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_picture(self, painter: QPainter, picture: Picture) -> None:
        size = self._view.image_size
        if size is None:
            return
        rows, columns = size
        scale = self._view.place.magnification
        painter.setRenderHint(
            QPainter.RenderHint.SmoothPixmapTransform, scale < NEAREST_ABOVE and scale != 1.0
        )
        painter.save()
        painter.setTransform(QTransform(*self._view.place.affine().as_tuple()), combine=True)
        whole = QRectF(0, 0, columns, rows)
        painter.drawImage(whole, picture.image, picture.source(rows, columns))
        painter.restore()

    def _paint_lens(self, painter: QPainter, at: QPointF, picture: Picture) -> None:
        """Draw the image once more in a round window, larger about the pointer."""
        painter.save()
        window = QPainterPath()
        radius = min(LENS_PX, LENS_SHARE * min(self.width(), self.height()))
        window.addEllipse(at, radius, radius)
        painter.setClipPath(window)
        painter.fillRect(self.rect(), QColor(self._theme.canvas))
        painter.translate(at)
        painter.scale(LENS_FACTOR, LENS_FACTOR)
        painter.translate(-at)
        self._paint_picture(painter, picture)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._theme.overlay_text), 1.5))
        painter.drawEllipse(at, radius, radius)

    def _paint_layers(self, painter: QPainter) -> None:
        if self.show_layers:
            self._layers.paint(painter, self._view.layers.contents(self._view), self._view.place)

    def _paint_words(self, painter: QPainter, area: QRectF, words: str, color: str) -> None:
        painter.setPen(QColor(color))
        margin = max((area.width() - 520) / 2, 40)
        place = area.adjusted(margin, 0, -margin, 0)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(place, int(flags), words)

    # Pointer

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Tell the view how large its window is."""
        self._view.place.resize(self.width(), self.height(), ratio=self.devicePixelRatioF())

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Begin a gesture with the tool of this button."""
        if event is None or self._gesture is not None:
            return
        button = BUTTONS.get(event.button())
        if button is None or self._view.pixels is None:
            self.touched.emit()
            return
        self.touched.emit()
        tool = self._tools.left if button == "left" else self._tools.of(button)
        if tool is None:
            return
        self._gesture = (button, tool)
        tool.press(_pointer(event.position(), event.modifiers()))
        if tool.name == "pan":
            self.setCursor(cursor_of("grab", self.devicePixelRatioF()))

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Continue the gesture, or show what a press would do."""
        if event is None:
            return
        pointer = _pointer(event.position(), event.modifiers())
        if self._gesture is not None:
            self._gesture[1].drag(pointer)
        else:
            self._show_cursor(pointer)
        self.pointed.emit(self._image_point(pointer))

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Fill the window with this viewport, or bring the others back."""
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if isinstance(self._tools.left, Drawing):
            self.mousePressEvent(event)
        else:
            self.single_wanted.emit()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Make this viewport the active one."""
        super().focusInEvent(event)
        self.touched.emit()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take series of the list; files go on to the window."""
        if event is not None and dragged_series(event.mimeData()) is not None:
            event.acceptProposedAction()
        elif event is not None:
            event.ignore()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Show the series that was dropped."""
        uid = None if event is None else dragged_series(event.mimeData())
        if event is not None and uid is not None:
            event.acceptProposedAction()
            self.series_dropped.emit(uid)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """End the gesture when its own button goes up."""
        if event is None or self._gesture is None:
            return
        button, tool = self._gesture
        if BUTTONS.get(event.button()) != button:
            return
        pointer = _pointer(event.position(), event.modifiers())
        tool.release(pointer)
        self._gesture = None
        self._show_cursor(pointer)

    def leaveEvent(self, event: object) -> None:
        """Forget the point under the pointer."""
        self.pointed.emit(None)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Scroll; zoom with Ctrl, or the other way round; go faster with Shift.

        Fine wheels add up to whole steps.
        """
        if event is None:
            return
        self.touched.emit()
        delta = event.angleDelta()
        notches = (delta.y() or delta.x()) / WHEEL_STEP
        has_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if has_ctrl != self._tools.choice.wheel_zooms:
            at = event.position()
            self._view.place.zoom_about(at.x(), at.y(), WHEEL_ZOOM**notches)
        else:
            fast = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._wheel_rest -= notches * (FAST_STEPS if fast else 1)
            steps = int(self._wheel_rest)
            self._wheel_rest -= steps
            if steps:
                self._view.step(steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Let Escape remove the region; every other key belongs to commands."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            tool = self._tools.left
            if isinstance(tool, Drawing) and tool.cancel():
                return
            if self._view.region:
                self._view.set_region(None)
                return
        super().keyPressEvent(event)

    def _show_cursor(self, pointer: PointerEvent | None) -> None:
        if self._view.pixels is None:
            self.unsetCursor()
            return
        at = pointer or _pointer(QPointF(-1e6, -1e6), Qt.KeyboardModifier.NoModifier)
        shape = self._tools.left.hover(at)
        self.setCursor(cursor_of(shape, self.devicePixelRatioF()))

    def _image_point(self, pointer: PointerEvent) -> tuple[float, float] | None:
        size = self._view.image_size
        if size is None:
            return None
        column, row = self._view.place.to_image(pointer.x_px, pointer.y_px)
        inside = 0 <= column < size[1] and 0 <= row < size[0]
        return (column, row) if inside else None


def _pointer(position: QPointF, modifiers: Qt.KeyboardModifier) -> PointerEvent:
    held: frozenset[Modifier] = frozenset(n for flag, n in MODIFIERS.items() if modifiers & flag)
    return PointerEvent(position.x(), position.y(), held)

"""Pictures in panels: decoding, scaling and a widget that shows one picture whole."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from qtpy.QtWidgets import QSizePolicy, QWidget

from precedent_plugin.panels.look import current_tones

BACKDROP = "#050607"
"""Behind every picture in both themes: grey values are judged against the same black."""

CORNER = 4.0


def image_of_png(data: bytes) -> QImage:
    """Decode an encoded picture; a null image when it cannot be read. Works off the GUI thread."""
    return QImage.fromData(data)


def image_of_array(pixels: NDArray[np.uint8]) -> QImage:
    """Copy (rows, columns) or (rows, columns, 3) uint8 into an image."""
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 3, axis=2)
    rows, columns = pixels.shape[:2]
    packed = np.ascontiguousarray(pixels)
    return QImage(packed.tobytes(), columns, rows, columns * 3, QImage.Format.Format_RGB888).copy()


def fitted(image: QImage, size: QSize, ratio: float = 1.0) -> QImage:
    """Scale an image smoothly to fit `size` device-independent pixels on a screen of `ratio`."""
    target = image.size().scaled(size * ratio, Qt.AspectRatioMode.KeepAspectRatio)
    scaled = image.scaled(
        target.expandedTo(QSize(1, 1)),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    scaled.setDevicePixelRatio(ratio)
    return scaled


class Picture(QWidget):
    """Shows one image whole on black, at a fixed size; clickable when given something to do."""

    def __init__(
        self,
        side: int,
        *,
        on_click: Callable[[], None] | None = None,
        exact: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Make a square of `side` px; `exact` shows pixels as squares instead of smoothing."""
        super().__init__(parent)
        self.setObjectName("picture")
        self._image = QImage()
        self._shown = QImage()
        self._shown_for: tuple[QSize, float] | None = None
        self._on_click = on_click
        self._exact = exact
        self._dimmed = False
        self.setFixedSize(side, side)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if on_click is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def image(self) -> QImage:
        """The image shown, at its own size; null when there is none."""
        return self._image

    def show_image(self, image: QImage) -> None:
        """Show another image; a null image shows the black square."""
        self._image = image
        self._shown_for = None
        self.update()

    def show_png(self, data: bytes) -> None:
        """Decode and show an encoded picture."""
        self.show_image(image_of_png(data))

    def dim(self, dimmed: bool) -> None:
        """Fade the picture of a muted shot."""
        self._dimmed = dimmed
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the picture centred in its rounded square."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect())
        path = QPainterPath()
        path.addRoundedRect(frame, CORNER, CORNER)
        painter.setClipPath(path)
        painter.fillRect(self.rect(), QColor(BACKDROP))
        if self._dimmed:
            painter.setOpacity(0.35)
        self._paint_image(painter)
        painter.setOpacity(1.0)
        if self.hasFocus():
            painter.setClipping(False)
            painter.setPen(QPen(QColor(current_tones().accent), 2))
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), CORNER, CORNER)

    def _paint_image(self, painter: QPainter) -> None:
        if self._image.isNull():
            return
        key = (self.size(), self.devicePixelRatioF())
        if self._shown_for != key:
            self._shown = self._scaled(*key)
            self._shown_for = key
        size = self._shown.deviceIndependentSize()
        painter.drawImage(
            QRectF(
                (self.width() - size.width()) / 2,
                (self.height() - size.height()) / 2,
                size.width(),
                size.height(),
            ),
            self._shown,
        )

    def _scaled(self, size: QSize, ratio: float) -> QImage:
        if not self._exact:
            return fitted(self._image, size, ratio)
        scaled = self._image.scaled(size * ratio, Qt.AspectRatioMode.KeepAspectRatio)
        scaled.setDevicePixelRatio(ratio)
        return scaled

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Do what the picture is for when it is clicked."""
        if (
            event is not None
            and self._on_click is not None
            and event.button() == Qt.MouseButton.LeftButton
        ):
            self._on_click()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Return and Space click the picture."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if event is not None and self._on_click is not None and event.key() in keys:
            self._on_click()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Take the mark of the keyboard away."""
        super().focusOutEvent(event)
        self.update()

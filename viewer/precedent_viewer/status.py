"""The strip at the bottom: the value under the pointer, window, zoom, and how far opening is."""

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar, QWidget

from precedent_viewer.active_view import ActiveView
from precedent_viewer.builtin.window import number_text, window_text
from precedent_viewer.opening.opener import Opener, Progress
from precedent_viewer.values import quantity_at, unit_text, value_at

MESSAGE_MS = 8000
"""An information goes away by itself; it moves nothing on the screen."""
HINT = "Ctrl+Shift+P finds every command"


class StatusStrip(QStatusBar):
    """A view of the active view and of the opener."""

    def __init__(self, view: ActiveView, opener: Opener, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setSizeGripEnabled(False)
        self._view = view
        self._point: tuple[float, float] | None = None
        self._message = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(MESSAGE_MS)
        self._timer.timeout.connect(lambda: self.show_message(""))
        self.value = QLabel()
        self.value.setObjectName("status-value")
        self.value.setTextFormat(Qt.TextFormat.PlainText)
        self.window_label = QLabel()
        self.zoom_label = QLabel()
        self.progress_text = QLabel()
        self.progress = QProgressBar()
        self.progress.setFixedWidth(140)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Opening files")
        self.stop = QPushButton("Stop")
        self.stop.setObjectName("status-stop")
        self.stop.setAccessibleName("Stop opening files")
        self.stop.clicked.connect(opener.cancel)
        self.addWidget(self.value, 1)
        for part in (self.progress_text, self.progress, self.stop, self.window_label,
                     self.zoom_label):  # fmt: skip
            self.addPermanentWidget(part)
        opener.progressed.connect(self.show_progress)
        view.pixels_changed.connect(lambda _pixels: self._refresh())
        view.grey_changed.connect(self._refresh)
        view.place_changed.connect(self._refresh)
        self.show_progress(None)
        self._refresh()

    def show_point(self, point: tuple[float, float] | None) -> None:
        """Show the value at an image point (column, row)."""
        self._point = point
        self._show_value()

    def show_message(self, message: str) -> None:
        """Show an information in place of the value; "" ends it."""
        self._message = message
        if message:
            self._timer.start()
        self._show_value()

    def show_progress(self, progress: Progress | None) -> None:
        """Show how far a search is; None hides it."""
        for part in (self.progress_text, self.progress, self.stop):
            part.setVisible(progress is not None)
        if progress is None:
            return
        if progress.total is None:
            self.progress.setRange(0, 0)
            self.progress_text.setText(f"Opening, {progress.done} files found")
        else:
            self.progress.setRange(0, max(progress.total, 1))
            self.progress.setValue(progress.done)
            self.progress_text.setText(f"Opening, {progress.done} of {progress.total} files")

    def _refresh(self) -> None:
        window = self._view.grey.shown_window
        self.window_label.setText("" if window is None else window_text(window))
        has = self._view.has_image()
        self.zoom_label.setText(f"{self._view.place.magnification * 100:.0f} %" if has else "")
        self._show_value()

    def _show_value(self) -> None:
        pixels, point = self._view.pixels, self._point
        if self._message:
            self.value.setText(self._message)
            return
        if pixels is None or point is None:
            self.value.setText("" if pixels is not None else HINT)
            return
        column, row = int(point[0]), int(point[1])
        values = value_at(pixels, column, row)
        words = ", ".join(number_text(value) for value in values)
        unit = unit_text(pixels) if len(values) == 1 else ""
        place = f"column {column}, row {row}"
        said = [f"{words} {unit}".strip()]
        quantity = quantity_at(pixels, column, row)
        if quantity is not None and pixels.real_world is not None:
            said.append(f"{quantity:.4g} {pixels.real_world.unit}".strip())
        self.value.setText("   ".join([*(one for one in said if one), place]))
        self.value.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

"""The canvases of all viewports, row by row, with a thin line between them."""

from collections.abc import Callable

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QGridLayout, QWidget

from precedent_viewer.model.study import StudyTree
from precedent_viewer.render.canvas import Canvas
from precedent_viewer.theme import Theme
from precedent_viewer.view import View
from precedent_viewer.views import Screen, Views

LINE_PX = 2


class ViewGrid(QWidget):
    """Lays out the canvases as `Views` says and tells it which one is touched."""

    pointed = pyqtSignal(object)
    """The image point (column, row) under the pointer of the active viewport, or None."""

    def __init__(
        self,
        views: Views,
        screen: Screen,
        make: Callable[[View], Canvas],
        *,
        tree: StudyTree,
        theme: Theme,
    ) -> None:
        super().__init__()
        self.setObjectName("viewports")
        self.setAccessibleName("Images")
        self.setAutoFillBackground(True)
        self._views, self._tree, self._make, self._screen = views, tree, make, screen
        self._canvases: dict[View, Canvas] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(LINE_PX)
        self.set_theme(theme)
        screen.layout_changed.connect(self._lay_out)
        views.layout_changed.connect(lambda: self._mark(views.active))
        views.active_changed.connect(self._mark)
        self._lay_out()

    @property
    def active(self) -> Canvas:
        """The canvas of the active viewport, or the first one when that is in another window."""
        view = self._views.active
        return self._canvases[view if view in self._canvases else self._screen.visible[0]]

    def holds(self, view: View) -> bool:
        """Say whether a viewport is laid out here."""
        return view in self._screen.all

    @property
    def canvases(self) -> tuple[Canvas, ...]:
        """Every canvas that was made, those that are hidden included."""
        return tuple(self._canvases.values())

    @property
    def is_current(self) -> bool:
        """Whether every viewport that can be seen shows what it is to show."""
        return all(self._canvases[view].is_current for view in self._screen.visible)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self._theme = theme
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(theme.border))
        self.setPalette(palette)
        for canvas in self._canvases.values():
            canvas.set_theme(theme)

    def _canvas(self, view: View) -> Canvas:
        known = self._canvases.get(view)
        if known is not None:
            return known
        canvas = self._make(view)
        canvas.touched.connect(lambda: self._views.activate(view))
        canvas.single_wanted.connect(self._views.toggle_single)
        canvas.series_dropped.connect(lambda uid: self._drop(view, uid))
        canvas.pointed.connect(lambda point: self._point(view, point))
        self._canvases[view] = canvas
        return canvas

    def _lay_out(self) -> None:
        had_focus = any(canvas.hasFocus() for canvas in self._canvases.values())
        for canvas in self._canvases.values():
            self._grid.removeWidget(canvas)
            canvas.hide()
        rows, columns = (1, 1) if self._screen.is_single else self._screen.layout
        for at in range(max(self._grid.rowCount(), rows)):
            self._grid.setRowStretch(at, 1 if at < rows else 0)
        for at in range(max(self._grid.columnCount(), columns)):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)
        for at, view in enumerate(self._screen.visible):
            canvas = self._canvas(view)
            canvas.setAccessibleName("Image" if columns * rows == 1 else f"Image {at + 1}")
            self._grid.addWidget(canvas, at // columns, at % columns)
            canvas.show()
        self._mark(self._views.active)
        if had_focus:
            self.active.setFocus(Qt.FocusReason.OtherFocusReason)

    def _mark(self, active: View) -> None:
        several = len(self._views.on_screen) > 1
        for view, canvas in self._canvases.items():
            canvas.is_marked = several and view is active
            canvas.update()

    def _drop(self, view: View, uid: str) -> None:
        for study in self._tree.studies:
            for series in study.series:
                if series.uid == uid:
                    self._views.activate(view)
                    view.show_series(series)

    def _point(self, view: View, point: object) -> None:
        # Values under the pointer are told for the viewport that it is over.
        if view is self._views.active or point is None:
            self.pointed.emit(point)

"""The viewports of both windows as one: the main window's, and the second one while it is open."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from precedent_viewer.model.study import StudyTree
from precedent_viewer.render.canvas import Canvas
from precedent_viewer.render.grid import ViewGrid
from precedent_viewer.second_window import SecondWindow
from precedent_viewer.theme import Theme
from precedent_viewer.view import View
from precedent_viewer.views import Screen, Views


class ImageWindows(QObject):
    """Makes the canvases and gives those of both windows the same theme and keys."""

    pointed = pyqtSignal(object)
    """The image point (column, row) under the pointer of the active viewport, or None."""
    opened_or_closed = pyqtSignal()
    """The second window came or went."""

    def __init__(
        self, views: Views, tree: StudyTree, make: Callable[[View], Canvas], theme: Theme
    ) -> None:
        super().__init__()
        self._views, self._tree, self._make, self._theme = views, tree, make, theme
        self.main = self._grid(views.main)
        self._second: SecondWindow | None = None
        self._second_grid: ViewGrid | None = None

    @property
    def active(self) -> Canvas:
        """The canvas of the active viewport."""
        grid = self._second_grid
        if self.is_second_open and grid is not None and grid.holds(self._views.active):
            return grid.active
        return self.main.active

    @property
    def canvases(self) -> tuple[Canvas, ...]:
        """Every canvas that was made, those that are hidden included."""
        return tuple(canvas for grid in self._grids for canvas in grid.canvases)

    @property
    def is_current(self) -> bool:
        """Whether every viewport that can be seen shows what it is to show."""
        return all(grid.is_current for grid in self._grids if grid.isVisible())

    @property
    def is_second_open(self) -> bool:
        """Whether the second window is there."""
        return self._second is not None and self._second.isVisible()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self._theme = theme
        for grid in self._grids:
            grid.set_theme(theme)

    def toggle_second(self, main: QWidget) -> None:
        """Open the second window, or close it; its viewports stay as they were left."""
        if self.is_second_open:
            self.close_second()
            return
        screen = self._views.open_second()
        if self._second is None:
            self._second_grid = self._grid(screen)
            self._second = SecondWindow(self._second_grid, main)
            self._second.share(main.actions(), self.main.actions(), self._second_grid)
            self._second.closing.connect(self._left)
        self._second.place()
        self._views.activate(screen.visible[0])
        self.opened_or_closed.emit()

    def close_second(self) -> None:
        """Close the second window if it is open."""
        if self._second is not None:
            self._second.close()

    @property
    def _grids(self) -> tuple[ViewGrid, ...]:
        return (self.main,) if self._second_grid is None else (self.main, self._second_grid)

    def _grid(self, screen: Screen) -> ViewGrid:
        grid = ViewGrid(self._views, screen, self._make, tree=self._tree, theme=self._theme)
        grid.pointed.connect(self.pointed)
        return grid

    def _left(self) -> None:
        self._views.close_second()
        self.opened_or_closed.emit()

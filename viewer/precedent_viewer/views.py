"""The viewports of the window: how they are laid out, and which one the reader works in. No Qt."""

from collections.abc import Callable

from psygnal import Signal

from precedent_viewer.errors import ViewerError
from precedent_viewer.frame_loader import FrameLoader
from precedent_viewer.layers import Layer
from precedent_viewer.model.study import StudyTree
from precedent_viewer.view import View

Layout = tuple[int, int]
"""Rows, then columns."""
MOST_ROWS = MOST_COLUMNS = 4


class LayoutError(ViewerError):
    """A layout that is not offered."""


class Views:
    """All viewports. There is always at least one, and always one that is active."""

    added = Signal(View)
    """A viewport was made."""
    active_changed = Signal(View)
    layout_changed = Signal()
    """Other viewports are on the screen."""

    def __init__(self, tree: StudyTree, loader: FrameLoader) -> None:
        self._tree = tree
        self._loader = loader
        self._layer_factories: list[Callable[[View], Layer]] = []
        self._made: list[View] = []
        self._layout: Layout = (1, 1)
        self._single: View | None = None
        self._make_up_to(1)
        self._active = self._made[0]

    @property
    def all(self) -> tuple[View, ...]:
        """The viewports of the layout, row by row; one that fills the window hides the others."""
        rows, columns = self._layout
        return tuple(self._made[: rows * columns])

    @property
    def on_screen(self) -> tuple[View, ...]:
        """The viewports that can be seen."""
        return self.all if self._single is None else (self._single,)

    @property
    def active(self) -> View:
        """The viewport that commands and panels mean."""
        return self._active

    @property
    def layout(self) -> Layout:
        """Rows and columns of viewports."""
        return self._layout

    @property
    def is_single(self) -> bool:
        """Whether one viewport fills the window for the moment."""
        return self._single is not None

    def set_layout(self, rows: int, columns: int) -> None:
        """Show so many viewports; those that go keep what they show, for when they come back.

        Raises LayoutError outside 1 x 1 to 4 x 4.
        """
        if not (1 <= rows <= MOST_ROWS and 1 <= columns <= MOST_COLUMNS):
            raise LayoutError(
                f"A layout of {rows} x {columns} is not offered.",
                f"Choose up to {MOST_ROWS} rows and {MOST_COLUMNS} columns.",
            )
        if (rows, columns) == self._layout and self._single is None:
            return
        self._layout, self._single = (rows, columns), None
        self._make_up_to(rows * columns)
        if self._active not in self.all:
            self.activate(self.all[-1])
        self.layout_changed.emit()

    def toggle_single(self) -> None:
        """Let the active viewport fill the window, or bring the others back."""
        if self._single is None and len(self.all) == 1:
            return
        self._single = self._active if self._single is None else None
        self.layout_changed.emit()

    def activate(self, view: View) -> None:
        """Make a viewport the one that commands mean."""
        if view is not self._active and view in self._made:
            self._active = view
            self.active_changed.emit(view)

    def step(self, count: int) -> None:
        """Make the next viewport active, or the one before when negative; the ends meet."""
        seen = self.on_screen
        at = seen.index(self._active) if self._active in seen else 0
        self.activate(seen[(at + count) % len(seen)])

    def add_layer(self, factory: Callable[[View], Layer]) -> None:
        """Give every viewport, present and coming, a layer of its own."""
        self._layer_factories.append(factory)
        for view in self._made:
            view.layers.add(factory(view))

    def clear(self) -> None:
        """Show nothing anywhere."""
        for view in self._made:
            view.clear()

    def _make_up_to(self, count: int) -> None:
        while len(self._made) < count:
            view = View(self._tree, self._loader)
            self._made.append(view)
            for factory in self._layer_factories:
                view.layers.add(factory(view))
            self.added.emit(view)

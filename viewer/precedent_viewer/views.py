"""The viewports: how they are laid out on each screen, and which one the reader works in. No Qt."""

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


class Screen:
    """The viewports of one window."""

    layout_changed = Signal()
    """Other viewports are to be seen."""

    def __init__(self, make: Callable[[], View]) -> None:
        self._make = make
        self._made: list[View] = []
        self._layout: Layout = (1, 1)
        self._single: View | None = None
        self._make_up_to(1)

    @property
    def all(self) -> tuple[View, ...]:
        """The viewports of the layout, row by row; one that fills the window hides the others."""
        rows, columns = self._layout
        return tuple(self._made[: rows * columns])

    @property
    def visible(self) -> tuple[View, ...]:
        """The viewports that can be seen."""
        return self.all if self._single is None else (self._single,)

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
        if (rows, columns) != self._layout or self._single is not None:
            self._layout, self._single = (rows, columns), None
            self._make_up_to(rows * columns)
            self.layout_changed.emit()

    def fill(self, view: View | None) -> None:
        """Let one viewport fill the window, or bring the others back with None."""
        wanted = view if len(self.all) > 1 else None
        if wanted is not self._single:
            self._single = wanted
            self.layout_changed.emit()

    def clear(self) -> None:
        """Show nothing, in the viewports that are out of sight as well."""
        for view in self._made:
            view.clear()

    def _make_up_to(self, count: int) -> None:
        while len(self._made) < count:
            self._made.append(self._make())


class Views:
    """All viewports. There is always at least one, and always one that is active.

    A second screen is there when the reader has opened a second window.
    """

    added = Signal(View)
    """A viewport was made."""
    active_changed = Signal(View)
    layout_changed = Signal()
    """Other viewports are to be seen, on any screen."""

    def __init__(self, tree: StudyTree, loader: FrameLoader) -> None:
        self._tree = tree
        self._loader = loader
        self._layer_factories: list[Callable[[View], Layer]] = []
        self._every: list[View] = []
        self.main = self._new_screen()
        self._second: Screen | None = None
        self._is_second_open = False
        self._active = self.main.all[0]

    @property
    def screens(self) -> tuple[Screen, ...]:
        """The main window's viewports, then those of the second window while it is open."""
        if self._second is None or not self._is_second_open:
            return (self.main,)
        return (self.main, self._second)

    @property
    def all(self) -> tuple[View, ...]:
        """The viewports of every screen's layout."""
        return tuple(view for screen in self.screens for view in screen.all)

    @property
    def on_screen(self) -> tuple[View, ...]:
        """The viewports that can be seen."""
        return tuple(view for screen in self.screens for view in screen.visible)

    @property
    def active(self) -> View:
        """The viewport that commands and panels mean."""
        return self._active

    @property
    def active_screen(self) -> Screen:
        """The screen of the active viewport."""
        return next((one for one in self.screens if self._active in one.all), self.main)

    @property
    def layout(self) -> Layout:
        """Rows and columns of the active screen."""
        return self.active_screen.layout

    @property
    def is_single(self) -> bool:
        """Whether the active viewport fills its window for the moment."""
        return self.active_screen.is_single

    def set_layout(self, rows: int, columns: int) -> None:
        """Show so many viewports on the active screen. Raises LayoutError."""
        self.active_screen.set_layout(rows, columns)

    def toggle_single(self) -> None:
        """Let the active viewport fill its window, or bring the others back."""
        screen = self.active_screen
        screen.fill(None if screen.is_single else self._active)

    def open_second(self) -> Screen:
        """Give the viewports of a second window; they are as they were left."""
        if self._second is None:
            self._second = self._new_screen()
        self._is_second_open = True
        self.layout_changed.emit()
        return self._second

    def close_second(self) -> None:
        """Leave the second window's viewports; they keep what they show."""
        self._is_second_open = False
        self._keep_active_in_sight()
        self.layout_changed.emit()

    def activate(self, view: View) -> None:
        """Make a viewport the one that commands mean."""
        if view is not self._active and view in self._every:
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
        for view in self._every:
            view.layers.add(factory(view))

    def clear(self) -> None:
        """Show nothing anywhere."""
        for view in self._every:
            view.clear()

    def _new_screen(self) -> Screen:
        screen = Screen(self._make_view)
        screen.layout_changed.connect(self._laid_out)
        return screen

    def _laid_out(self) -> None:
        self._keep_active_in_sight()
        self.layout_changed.emit()

    def _keep_active_in_sight(self) -> None:
        if self._active not in self.on_screen:
            self.activate(self.on_screen[-1])

    def _make_view(self) -> View:
        view = View(self._tree, self._loader)
        self._every.append(view)
        for factory in self._layer_factories:
            view.layers.add(factory(view))
        self.added.emit(view)
        return view

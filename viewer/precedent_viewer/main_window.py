"""The main window: menus, tool bar and docks, all made from the registry and from panels given."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from psygnal import Signal
from PyQt6.QtCore import QByteArray, QSize, Qt, QTimer
from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PyQt6.QtWidgets import QMainWindow, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from precedent_viewer.commands import CommandRegistry
from precedent_viewer.docks import Dock
from precedent_viewer.menus import Menus
from precedent_viewer.notifications import NotificationBar
from precedent_viewer.theme import Theme

Area = Literal["left", "right", "bottom"]
AREAS: dict[Area, Qt.DockWidgetArea] = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
DEFAULT_SIZE = QSize(1440, 900)
LAYOUT_VERSION = 1
"""Raised when a remembered layout no longer fits; older ones are then ignored."""
DEFAULT_WIDTHS: dict[Area, int] = {"left": 272, "right": 410, "bottom": 220}


class MainWindow(QMainWindow):
    """The frame around the canvas."""

    dropped = Signal(tuple)
    """Files and folders were dropped on the window."""
    closing = Signal()
    """The window is about to close."""

    def __init__(self, registry: CommandRegistry, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("main-window")
        self.setWindowTitle("Precedent")
        self.resize(DEFAULT_SIZE)
        self.setAcceptDrops(True)
        self.setDockOptions(
            QMainWindow.DockOption.AnimatedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AllowNestedDocks
        )
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self._registry = registry
        self._theme = theme
        self._docks: dict[str, Dock] = {}
        self._first_state = QByteArray()
        self.notifications = NotificationBar(theme)
        self.pages = QStackedWidget()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notifications)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(middle)
        self.menus = Menus(self, registry, theme)
        self._titles = QTimer(self)
        self._titles.setSingleShot(True)
        self._titles.timeout.connect(self._show_titles)
        self.on_resized: Callable[[], None] = lambda: None

    def add_panel(
        self,
        widget: QWidget,
        *,
        title: str,
        object_name: str,
        area: Area,
        shortcut: str | None = None,
        visible: bool = True,
    ) -> Dock:
        """Give a widget a dock; docks of one side are tabs of each other."""
        dock = Dock(title, widget, self._theme, self)
        dock.setObjectName(object_name)
        dock.shortcut = shortcut
        neighbours = [one for one in self._docks.values() if one.area == area]
        dock.area = area
        self.addDockWidget(AREAS[area], dock)
        if neighbours and area != "bottom":
            self.tabifyDockWidget(neighbours[-1], dock)
            neighbours[0].raise_()
        dock.setVisible(visible)
        self._docks[object_name] = dock
        for signal in (dock.visibilityChanged, dock.topLevelChanged, dock.dockLocationChanged):
            signal.connect(lambda _now: self._titles.start())
        self.menus.add_panel(dock)
        return dock

    def docks(self) -> tuple[Dock, ...]:
        """Give all docks in the order in which they were added."""
        return tuple(self._docks.values())

    def finish_layout(self, geometry: str, layout: str) -> None:
        """Set the widths of docks, then take over a remembered layout if there is one."""
        for area, orientation in (
            ("left", Qt.Orientation.Horizontal),
            ("right", Qt.Orientation.Horizontal),
            ("bottom", Qt.Orientation.Vertical),
        ):
            docks = [dock for dock in self._docks.values() if dock.area == area]
            size = DEFAULT_WIDTHS[area]  # type: ignore[index]  # the loop names every area
            if docks:
                self.resizeDocks(docks[:1], [size], orientation)
        self._first_state = self.saveState(LAYOUT_VERSION)
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
        if layout:
            self.restoreState(QByteArray.fromBase64(layout.encode()), LAYOUT_VERSION)

    def layout_texts(self) -> tuple[str, str]:
        """Give geometry and layout as text to remember."""
        return (
            bytes(self.saveGeometry().toBase64().data()).decode(),
            bytes(self.saveState(LAYOUT_VERSION).toBase64().data()).decode(),
        )

    def reset_layout(self) -> None:
        """Put all panels where they were at first."""
        self.restoreState(self._first_state, LAYOUT_VERSION)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self._theme = theme
        self.menus.set_theme(theme)
        self.notifications.set_theme(theme)
        for dock in self._docks.values():
            dock.set_theme(theme)

    def _show_titles(self) -> None:
        for dock in self._docks.values():
            dock.show_title()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take what holds local files."""
        if event is not None and _local_paths(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Open what was dropped."""
        if event is not None and (paths := _local_paths(event)):
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Let what floats over the window follow."""
        super().resizeEvent(event)
        self.on_resized()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Tell everybody before the window goes."""
        self.closing.emit()
        super().closeEvent(event)


def _local_paths(event: QDropEvent) -> tuple[Path, ...]:
    mime = event.mimeData()
    if mime is None or not mime.hasUrls():
        return ()
    return tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())

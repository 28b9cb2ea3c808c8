"""A window with viewports alone, for a second monitor."""

from psygnal import Signal
from PyQt6.QtGui import QAction, QCloseEvent, QGuiApplication
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from precedent_viewer.render.grid import ViewGrid


class SecondWindow(QWidget):
    """Opens on another screen than the main window's when there is one; every key works in it."""

    closing = Signal()

    def __init__(self, grid: ViewGrid, main: QWidget) -> None:
        super().__init__()
        self.setObjectName("second-window")
        self.setWindowTitle("Precedent, second window")
        self.setAccessibleName("Second window")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(grid)
        self.resize(960, 800)
        self._main = main

    def share(self, actions: list[QAction], image_actions: list[QAction], grid: ViewGrid) -> None:
        """Let the main window's keys work here, those of the image in the viewports alone."""
        self.addActions(actions)
        grid.addActions(image_actions)

    def place(self) -> None:
        """Fill a screen that the main window is not on; else lie beside it as a usual window."""
        mine = self._main.screen()
        others = [screen for screen in QGuiApplication.screens() if screen is not mine]
        if others:
            self.setGeometry(others[0].availableGeometry())
            self.showMaximized()
        else:
            self.show()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Say that the viewports go out of sight."""
        self.closing.emit()
        super().closeEvent(event)

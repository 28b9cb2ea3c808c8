"""A panel's dock: a slim title with a close button, hidden while a tab already names the panel."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QMainWindow, QToolButton, QWidget

from precedent_viewer.theme import Theme, icon


class Dock(QDockWidget):
    """Holds one panel at a side of the window."""

    def __init__(self, title: str, widget: QWidget, theme: Theme, window: QMainWindow) -> None:
        super().__init__(title, window)
        self._window = window
        self.area = ""
        """The side it belongs to at first."""
        self.shortcut: str | None = None
        """The key of its switch, set before it is added to the menus."""
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetClosable
            | QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QDockWidget.DockWidgetFeature.DockWidgetFloatable
        )
        widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWidget(widget)
        self._bar = QWidget()
        self._bar.setObjectName("dock-title")
        self._bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        words = QLabel(title)
        words.setObjectName("dock-title-text")
        self._close = QToolButton()
        self._close.setAccessibleName(f"Hide the panel {title}")
        self._close.setToolTip("Hide this panel; the Panels menu brings it back")
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._close.clicked.connect(self.close)
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(12, 4, 6, 4)
        row.addWidget(words, 1)
        row.addWidget(self._close)
        self._no_bar = QWidget()
        self._no_bar.setFixedHeight(0)
        self.setTitleBarWidget(self._bar)
        self.set_theme(theme)

    def show_title(self) -> None:
        """Show the title unless a tab says the same already."""
        has_tab = bool(self._window.tabifiedDockWidgets(self)) and not self.isFloating()
        wanted = self._no_bar if has_tab else self._bar
        if self.titleBarWidget() is not wanted:
            self.setTitleBarWidget(wanted)
            wanted.setVisible(True)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self._close.setIcon(icon("close", theme))

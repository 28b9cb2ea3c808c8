"""Menus, tool bar and shortcuts, all derived from the command registry."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from PyQt6.QtCore import QSize, Qt, QTimer
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from precedent_viewer.commands import MENU_ORDER, Command, CommandRegistry
from precedent_viewer.docks import Dock
from precedent_viewer.theme import Theme, icon
from precedent_viewer.words import label

REFRESH_MS = 30
LONGEST_WAIT_MS = 250
TOOL_BAR_ICON_PX = 20
TOOL_BAR: tuple[str | None, ...] = (
    "file.open-files", "file.open-folder", None,
    "tools.use-window", "tools.use-region", "tools.use-pan", "tools.use-zoom", "tools.use-scroll",
    None, "menu:Layout", "menu:Window", "window.invert-grey", None,
    "view.fit-window", "view.show-actual-size", "view.rotate-right", "view.flip-horizontal",
    "view.reset-view", None, "view.toggle-overlay", "view.toggle-patient",
    "space", "help.show-palette", "view.toggle-theme",
)  # fmt: skip
"""Command ids in order; None is a line, `space` pushes the rest to the right, and `menu:NAME` is a
button that opens that menu."""
MENU_BUTTONS = {
    "Layout": ("Layout", "Viewports, and what goes together in them"),
    "Window": ("Preset", "Window presets for this kind of image, keys 1 to 9"),
}
"""Of a menu that has a button: the word on it and what it opens."""
IMAGE_KEYS = frozenset(
    {"up", "down", "left", "right", "home", "end", "pgup", "pgdown", "space", "del", "return"}
)
"""Keys that lists and fields need themselves; they act on the image only while it has the focus."""


@dataclass(frozen=True, slots=True)
class _Entry:
    command: Command
    action: QAction


class Menus:
    """The menu bar, the tool bar and every action of the window."""

    def __init__(self, window: QMainWindow, registry: CommandRegistry, theme: Theme) -> None:
        self._window = window
        self._registry = registry
        self._theme = theme
        self._entries: dict[str, _Entry] = {}
        self._image_widget: QWidget | None = None
        self._bar: QToolBar | None = None
        self._menu_buttons: dict[str, QToolButton] = {}
        self._first_change = 0.0
        self._timer = QTimer(window)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._is_built = False
        registry.added.connect(self._add)
        registry.shortcut_changed.connect(self._show_shortcut)
        registry.refreshed.connect(self.refresh_soon)

    def build(self, image_widget: QWidget) -> None:
        """Make the menus and the tool bar from everything registered so far."""
        self._image_widget = image_widget
        self._is_built = True
        for command in self._registry.all():
            self._make(command)
        self._fill_menus()
        self._fill_tool_bar()
        self.refresh()

    def action(self, command_id: str) -> QAction:
        """Give a command's action."""
        return self._entries[command_id].action

    def add_panel(self, dock: Dock) -> None:
        """Register the switch that shows and hides a panel."""
        title = dock.windowTitle()

        def toggle() -> None:
            dock.setVisible(not dock.isVisible())
            if dock.isVisible():
                dock.raise_()

        self._registry.add(
            Command(
                f"panels.toggle-{dock.objectName()}", title, toggle, "Panels", dock.shortcut,
                None, "panel", f"Show or hide the panel {title}.",
                checked=lambda: not dock.isHidden(),
            )
        )  # fmt: skip
        dock.visibilityChanged.connect(lambda _visible: self.refresh_soon())

    def refresh_soon(self) -> None:
        """Refresh once after a burst of changes."""
        if not self._timer.isActive():
            self._first_change = time.monotonic()
        # It waits for the end of a burst, such as a scroll, but never for long.
        if 1000 * (time.monotonic() - self._first_change) < LONGEST_WAIT_MS:
            self._timer.start()

    def refresh(self) -> None:
        """Bring enabled and checked states and changing words up to date."""
        for entry in self._entries.values():
            command, action = entry.command, entry.action
            action.setEnabled(command.is_enabled)
            if command.checked is not None:
                action.setChecked(command.checked())
            if command.label is not None:
                action.setText(label(command.label()))
                action.setVisible(command.is_enabled)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in another theme."""
        self._theme = theme
        for button in self._menu_buttons.values():
            button.setIcon(icon("chevron-down", theme))
        for entry in self._entries.values():
            if entry.command.icon is not None:
                entry.action.setIcon(icon(entry.command.icon, theme))

    def _add(self, command: Command) -> None:
        if self._is_built:
            self._make(command)
            self._fill_menus()
            self.refresh_soon()

    def _make(self, command: Command) -> None:
        action = QAction(command.title, self._window)
        action.setObjectName(command.id)
        action.setCheckable(command.checked is not None)
        action.setMenuRole(QAction.MenuRole.NoRole)
        if command.icon is not None:
            action.setIcon(icon(command.icon, self._theme))
            action.setIconVisibleInMenu(command.checked is None)
        action.triggered.connect(lambda _checked: self._registry.run(command.id))
        self._entries[command.id] = _Entry(command, action)
        self._show_shortcut(command.id, self._registry.shortcuts_of(command.id))

    def _show_shortcut(self, command_id: str, keys: object) -> None:
        if command_id not in self._entries:
            return
        entry, shortcuts = self._entries[command_id], self._registry.shortcuts_of(command_id)
        action = entry.action
        action.setShortcuts([QKeySequence(key) for key in shortcuts])
        is_images = any(key.casefold() in IMAGE_KEYS for key in shortcuts)
        if is_images and self._image_widget is not None:
            self._window.removeAction(action)
            self._image_widget.addAction(action)
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        else:
            if self._image_widget is not None:
                self._image_widget.removeAction(action)
            self._window.addAction(action)
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(_tool_tip(entry.command, shortcuts))

    def _fill_menus(self) -> None:
        bar = self._window.menuBar()
        if bar is None:
            return
        bar.clear()
        by_menu: dict[str, list[_Entry]] = {}
        for entry in self._entries.values():
            if entry.command.menu is not None:
                by_menu.setdefault(entry.command.menu.split("/", 1)[0], []).append(entry)
        for name in sorted(by_menu, key=_menu_place):
            menu = bar.addMenu(name)
            if menu is not None:
                self._fill_menu(menu, by_menu[name])
                menu.aboutToShow.connect(self.refresh)
                if name in self._menu_buttons:
                    self._menu_buttons[name].setMenu(menu)

    def _fill_menu(self, menu: QMenu, entries: Iterable[_Entry]) -> None:
        under: dict[str, QMenu] = {}
        group: int | None = None
        for entry in sorted(entries, key=lambda one: one.command.group):
            if group is not None and entry.command.group != group:
                menu.addSeparator()
            group = entry.command.group
            _, _, name = (entry.command.menu or "").partition("/")
            if not name:
                menu.addAction(entry.action)
                continue
            if name not in under:
                made = menu.addMenu(name)
                if made is None:
                    continue
                under[name] = made
            under[name].addAction(entry.action)

    def _fill_tool_bar(self) -> None:
        bar = QToolBar("Tools", self._window)
        bar.setObjectName("tool-bar")
        bar.setMovable(False)
        bar.setIconSize(QSize(TOOL_BAR_ICON_PX, TOOL_BAR_ICON_PX))
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._window.addToolBar(bar)
        self._bar = bar
        for name in TOOL_BAR:
            if name is None:
                bar.addSeparator()
            elif name == "space":
                bar.addWidget(_spring())
            elif name.startswith("menu:"):
                self._add_menu_button(bar, name.removeprefix("menu:"))
            elif name in self._entries:
                bar.addAction(self._entries[name].action)
                self._let_focus(bar, self._entries[name].action)
        self._fill_menus()

    def _add_menu_button(self, bar: QToolBar, name: str) -> None:
        button = QToolButton()
        word, tip = MENU_BUTTONS[name]
        button.setText(word)
        button.setObjectName("preset-button")
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setIcon(icon("chevron-down", self._theme))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        # The arrow stands after the word, as on other buttons that open a list.
        button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._menu_buttons[name] = button
        bar.addWidget(button)

    def _let_focus(self, bar: QToolBar, action: QAction) -> None:
        """Let Tab reach a tool button, and let a screen reader name it."""
        button = bar.widgetForAction(action)
        if button is not None:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(action.text())


def _spring() -> QWidget:
    """Give a widget that takes all room."""
    empty = QWidget()
    empty.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return empty


def _menu_place(name: str) -> tuple[int, str]:
    last = len(MENU_ORDER)
    if name in MENU_ORDER:
        place = MENU_ORDER.index(name)
        return (place if name != "Help" else last + 1, name)
    return (last, name)


def _tool_tip(command: Command, shortcuts: tuple[str, ...]) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    keys = f"  ({QKeySequence(shortcuts[0]).toString(native)})" if shortcuts else ""
    return f"{command.title.rstrip('…')}{keys}\n{command.doc}"

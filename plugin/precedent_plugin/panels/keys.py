"""Keys that a widget needs for itself, although the host has a shortcut on them."""

from collections.abc import Iterable

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QWidget

LIST_KEYS = frozenset(
    {
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_Delete,
        Qt.Key.Key_Backspace,
        Qt.Key.Key_F2,
    }
)


class KeyKeeper(QObject):
    """Claims keys for the widget that has the keyboard, before shortcuts see them.

    A viewer scrolls images with the arrow keys; in a list they must move in the list.
    """

    def __init__(
        self, widget: QWidget, keys: Iterable[int], *, control: Iterable[int] = ()
    ) -> None:
        """`keys` without Control (Alt may be held), `control` with it."""
        super().__init__(widget)
        self._plain, self._control = frozenset(keys), frozenset(control)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Accept the override, so that the key comes as an ordinary key press."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if event.key() in (self._control if control else self._plain):
                event.accept()
                return True
        return super().eventFilter(watched, event)

"""Which tool each mouse button has, in every viewport alike. No Qt."""

from collections.abc import Mapping

from psygnal import Signal

from precedent_viewer.tools.base import Button, ToolName

USUAL: Mapping[Button, ToolName] = {"left": "window", "middle": "pan"}
"""Right windows, or zooms when left windows; the thumb's buttons do nothing."""


class ToolChoice:
    """The tool of the left button is the one chosen; the others have the reader's or the usual."""

    changed = Signal(str)
    """The left button has another tool."""

    def __init__(self) -> None:
        self._left: ToolName = USUAL["left"]
        self._own: dict[str, ToolName] = {}
        self.wheel_zooms = False
        """Whether the wheel zooms and Ctrl scrolls, in place of the other way round."""

    @property
    def left(self) -> ToolName:
        """The tool of the left button."""
        return self._left

    def choose(self, name: ToolName) -> None:
        """Give the left button another tool."""
        if name != self._left:
            self._left = name
            self.changed.emit(name)

    def assign(self, buttons: Mapping[str, ToolName]) -> None:
        """Give the other buttons the reader's tools; what is not named does the usual."""
        self._own = dict(buttons)

    def of(self, button: Button) -> ToolName | None:
        """Say what a button does; None is nothing."""
        if button == "left":
            return self._left
        if button in self._own:
            return self._own[button]
        if button == "right":
            return "zoom" if self._left == "window" else "window"
        return USUAL.get(button)

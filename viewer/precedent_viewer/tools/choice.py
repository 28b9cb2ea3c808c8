"""Which tool each mouse button has, in every viewport alike. No Qt."""

from psygnal import Signal

from precedent_viewer.tools.base import Button, ToolName


class ToolChoice:
    """The tool of the left button is the one chosen; middle and right have their usual ones."""

    changed = Signal(str)
    """The left button has another tool."""

    def __init__(self) -> None:
        self._left: ToolName = "window"

    @property
    def left(self) -> ToolName:
        """The tool of the left button."""
        return self._left

    def choose(self, name: ToolName) -> None:
        """Give the left button another tool."""
        if name != self._left:
            self._left = name
            self.changed.emit(name)

    def of(self, button: Button) -> ToolName:
        """Say what a button does: middle pans; right windows, or zooms when left windows."""
        if button == "left":
            return self._left
        if button == "middle":
            return "pan"
        return "zoom" if self._left == "window" else "window"

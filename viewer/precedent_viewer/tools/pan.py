"""Move the image under the window."""

from precedent_viewer.tools.base import Cursor, PointerEvent, ToolName
from precedent_viewer.view import View


class PanTool:
    """The image follows the pointer."""

    name: ToolName = "pan"

    def __init__(self, view: View) -> None:
        self._view = view
        self._last: PointerEvent | None = None

    def press(self, event: PointerEvent) -> None:
        """Take hold of the image."""
        self._last = event

    def drag(self, event: PointerEvent) -> None:
        """Move by as much as the pointer moved."""
        if self._last is not None:
            self._view.place.pan_by(event.x_px - self._last.x_px, event.y_px - self._last.y_px)
            self._last = event

    def release(self, event: PointerEvent) -> None:
        """Let go."""
        self._last = None

    def hover(self, event: PointerEvent) -> Cursor:
        """Show a hand."""
        return "hand"

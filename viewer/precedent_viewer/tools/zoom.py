"""Magnify by dragging up, shrink by dragging down, about the point where the drag began."""

from precedent_viewer.tools.base import Cursor, PointerEvent, ToolName
from precedent_viewer.view import View

DOUBLING_PX = 120.0
"""Dragging this far doubles or halves the size."""


class ZoomTool:
    """Zoom with the point under the press held still."""

    name: ToolName = "zoom"

    def __init__(self, view: View) -> None:
        self._view = view
        self._anchor: PointerEvent | None = None
        self._last_y = 0.0

    def press(self, event: PointerEvent) -> None:
        """Remember the point to hold still."""
        self._anchor, self._last_y = event, event.y_px

    def drag(self, event: PointerEvent) -> None:
        """Zoom by the way upwards since the last event."""
        if self._anchor is None:
            return
        factor = 2.0 ** ((self._last_y - event.y_px) / DOUBLING_PX)
        self._last_y = event.y_px
        self._view.place.zoom_about(self._anchor.x_px, self._anchor.y_px, factor)

    def release(self, event: PointerEvent) -> None:
        """End the gesture."""
        self._anchor = None

    def hover(self, event: PointerEvent) -> Cursor:
        """Show a magnifier."""
        return "zoom"

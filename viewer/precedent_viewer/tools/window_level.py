"""Change contrast by dragging sideways and brightness by dragging up and down."""

from precedent_viewer.tools.base import Cursor, PointerEvent, ToolName
from precedent_viewer.view import View

SHARE_PER_PX = 0.004
"""Share of the starting width that one pixel of pointer movement changes."""
MIN_STEP = 0.05
FINE = 0.2
"""Factor while Shift is held."""


class WindowTool:
    """Right widens the window, up makes the image brighter, as on most workstations."""

    name: ToolName = "window"

    def __init__(self, view: View) -> None:
        self._view = view
        self._last: PointerEvent | None = None
        self._step = 1.0

    def press(self, event: PointerEvent) -> None:
        """Take the step from the window as it is now."""
        window = self._view.grey.shown_window
        if window is None:
            return
        self._last = event
        self._step = max(abs(window.width) * SHARE_PER_PX, MIN_STEP)

    def drag(self, event: PointerEvent) -> None:
        """Change the window by the movement since the last event."""
        window = self._view.grey.shown_window
        if self._last is None or window is None:
            return
        step = self._step * (FINE if "shift" in event.modifiers else 1.0)
        across, up = event.x_px - self._last.x_px, self._last.y_px - event.y_px
        self._last = event
        self._view.grey.change_window(
            center=window.center - up * step, width=window.width + across * step
        )

    def release(self, event: PointerEvent) -> None:
        """End the gesture."""
        self._last = None

    def hover(self, event: PointerEvent) -> Cursor:
        """Show the contrast cursor."""
        return "window"

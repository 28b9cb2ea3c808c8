"""Go through the frames by dragging up and down."""

from precedent_viewer.tools.base import Cursor, PointerEvent, ToolName
from precedent_viewer.view import View

TRAVEL_PX = 500.0
"""Dragging this far goes through a whole long series."""
LARGEST_STEP_PX = 12.0
"""Short series take this much movement per frame, so that one does not fly past."""


class ScrollTool:
    """Down is forward, as with the wheel."""

    name: ToolName = "scroll"

    def __init__(self, view: View) -> None:
        self._view = view
        self._last_y: float | None = None
        self._rest = 0.0

    def press(self, event: PointerEvent) -> None:
        """Begin at the frame shown."""
        self._last_y, self._rest = event.y_px, 0.0

    def drag(self, event: PointerEvent) -> None:
        """Step by whole frames; the rest of the movement is kept for the next event."""
        if self._last_y is None:
            return
        per_frame = min(TRAVEL_PX / max(self._view.frame_count, 1), LARGEST_STEP_PX)
        self._rest += (event.y_px - self._last_y) / per_frame
        self._last_y = event.y_px
        steps = int(self._rest)
        self._rest -= steps
        if steps:
            self._view.step(steps)

    def release(self, event: PointerEvent) -> None:
        """End the gesture."""
        self._last_y = None

    def hover(self, event: PointerEvent) -> Cursor:
        """Show the scroll cursor."""
        return "scroll"

"""Look through a lens: what is under the pointer is shown larger while the button is held."""

from precedent_viewer.tools.base import Cursor, PointerEvent, ToolName
from precedent_viewer.view import View


class LensTool:
    """The lens follows the pointer and goes when the button does."""

    name: ToolName = "lens"

    def __init__(self, view: View) -> None:
        self._view = view

    def press(self, event: PointerEvent) -> None:
        """Hold the lens over the image."""
        self._view.place.hold_lens((event.x_px, event.y_px))

    def drag(self, event: PointerEvent) -> None:
        """Move it."""
        self.press(event)

    def release(self, event: PointerEvent) -> None:
        """Take it away."""
        self._view.place.hold_lens(None)

    def hover(self, event: PointerEvent) -> Cursor:
        """Show the lens of the zoom."""
        return "zoom"

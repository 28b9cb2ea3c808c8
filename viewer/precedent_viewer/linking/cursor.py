"""The 3-D cursor: a point of the patient, shown in every viewport that holds it. No Qt."""

from precedent_viewer.layers import NOTHING, Layer, LayerContent, Mark
from precedent_viewer.linking.nearest import nearest_frame, share_space
from precedent_viewer.model.plane import Point
from precedent_viewer.model.study import Frame
from precedent_viewer.overlay_colours import CURSOR
from precedent_viewer.tools.base import Cursor, PointerEvent
from precedent_viewer.view import View
from precedent_viewer.views import Views

NEAR_MM = 0.75
"""The cross is solid where the point lies in the slice, within this share of a usual thickness."""


class SpaceCursor(Layer):
    """One point, and the viewports that go to it."""

    name = "3-D cursor"

    def __init__(self, views: Views) -> None:
        self._views = views
        self._point: Point | None = None
        self._frame: Frame | None = None

    @property
    def point(self) -> Point | None:
        """The point, mm LPS."""
        return self._point

    def put(self, view: View, x: float, y: float) -> None:
        """Put the cursor at an image point of a viewport, and bring the others there."""
        frame = view.shown_frame
        plane = None if frame is None else frame.plane
        point = None if plane is None else plane.point_at(x, y)
        if frame is None or point is None:
            return
        self._point, self._frame = point, frame
        for other in self._views.on_screen:
            there = other.frame
            if other is view or there is None or other.series is None:
                continue
            if share_space(frame, there):
                index = nearest_frame(other.series.frames, point, other.index)
                if index is not None:
                    other.go_to(index)
        self.changed.emit()

    def remove(self) -> None:
        """Take the cursor away."""
        self._point = self._frame = None
        self.changed.emit()

    def content(self, view: View) -> LayerContent:
        """Draw the point where a viewport's painted frame comes nearest to it."""
        frame, point, origin = view.shown_frame, self._point, self._frame
        if frame is None or point is None or origin is None or not share_space(frame, origin):
            return NOTHING
        plane = frame.plane
        pixel = None if plane is None else plane.pixel_of(point)
        if pixel is None:
            return NOTHING
        x, y, away = pixel
        if not (0 <= x <= frame.instance.columns and 0 <= y <= frame.instance.rows):
            return NOTHING
        label = "" if abs(away) <= NEAR_MM else f"{abs(away):.1f} mm away"
        return LayerContent(marks=(Mark(((x, y),), CURSOR, dashed=bool(label), label=label),))


class CursorTool:
    """Point at a place; the other viewports go there while the button is held."""

    name = "cursor"

    def __init__(self, view: View, cursor: SpaceCursor) -> None:
        self._view = view
        self._cursor = cursor

    def press(self, event: PointerEvent) -> None:
        """Put the cursor under the pointer."""
        self._cursor.put(self._view, *self._view.place.to_image(event.x_px, event.y_px))

    def drag(self, event: PointerEvent) -> None:
        """Let it follow."""
        self.press(event)

    def release(self, event: PointerEvent) -> None:
        """Leave it where it is."""

    def hover(self, event: PointerEvent) -> Cursor:
        """Show a cross."""
        return "cross"

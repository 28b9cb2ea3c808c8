"""The lines in which the other two planes cut a reformat, and the tool that moves and turns them.

Image points as in `layers.py`. Take the middle to move the point, the end of a line to turn the
other planes. No Qt.
"""

import math
from collections.abc import Callable
from typing import Literal

from precedent_viewer.layers import NOTHING, Layer, LayerContent, Mark
from precedent_viewer.linking.crossing import Placed, crossing
from precedent_viewer.model.plane import Plane
from precedent_viewer.overlay_colours import AXIAL, CORONAL, SAGITTAL
from precedent_viewer.tools.base import Cursor, PointerEvent, ToolName
from precedent_viewer.view import View
from precedent_viewer.volume.mpr import NAMES, PlaneName, ThreePlanes

COLOURS: dict[PlaneName, str] = {
    "axial": AXIAL,
    "coronal": CORONAL,
    "sagittal": SAGITTAL,
}
"""Told apart by readers without red or green, too."""
GRIP_PX = 14.0
HANDLE_SHARE = 0.8
"""Where on a line its handle lies, from the middle to the end."""

PlaneOf = Callable[[View], PlaneName | None]
Grip = Literal["none", "move", "turn"]


class Crosshair(Layer):
    """One layer for all viewports: lines where the planes meet."""

    name = "Reformat planes"

    def __init__(self, planes: ThreePlanes, plane_of: PlaneOf) -> None:
        self._planes, self._plane_of = planes, plane_of
        planes.moved.connect(lambda: self.changed.emit())
        planes.changed.connect(lambda _name: self.changed.emit())

    def content(self, view: View) -> LayerContent:
        """Give the lines on a viewport that shows one of the planes."""
        mine = self._plane_of(view)
        if mine is None or view.shown_frame is None:
            return NOTHING
        marks = []
        for name in NAMES:
            line = None if name == mine else self.line(view, name)
            if line is not None:
                marks.append(Mark(line, COLOURS[name], width_px=1.2, handles=_handles(line)))
        return LayerContent(marks=tuple(marks))

    def line(self, view: View, name: PlaneName) -> tuple[tuple[float, float], ...] | None:
        """Give the line in which a plane cuts the image that a viewport shows."""
        frame = view.shown_frame
        plane = None if frame is None else frame.plane
        if frame is None or plane is None:
            return None
        stack = self._planes.reformat(name).stack
        other = Placed(_through(stack.plane(self._planes.index(name)), self._planes), stack.rows,
                       stack.columns)  # fmt: skip
        return crossing(Placed(plane, frame.instance.rows, frame.instance.columns), other)

    def middle(self, view: View) -> tuple[float, float] | None:
        """Give the point in which the planes meet, on the image that a viewport shows."""
        frame = view.shown_frame
        plane = None if frame is None else frame.plane
        found = None if plane is None else plane.pixel_of(self._planes.point)
        return None if found is None else (found[0], found[1])


class CrosshairTool:
    """Move the point, or turn the planes, on a reformat."""

    name: ToolName = "crosshair"

    def __init__(self, view: View, crosshair: Callable[[], "Held | None"]) -> None:
        self._view = view
        self._crosshair = crosshair
        self._grip: Grip = "none"
        self._angle = 0.0

    def press(self, event: PointerEvent) -> None:
        """Take hold of a handle, or let the planes meet here."""
        self._grip = self._grip_at(event)
        self._angle = self._angle_of(event)
        if self._grip == "move":
            self._move(event)

    def drag(self, event: PointerEvent) -> None:
        """Follow the pointer."""
        held = self._held()
        if self._grip == "move":
            self._move(event)
        elif self._grip == "turn" and held is not None:
            angle = self._angle_of(event)
            held.planes.turn(held.plane, angle - self._angle)
            self._angle = angle

    def release(self, event: PointerEvent) -> None:
        """End the gesture."""
        self._grip = "none"

    def hover(self, event: PointerEvent) -> Cursor:
        """Show what a press would take hold of."""
        return "hand" if self._grip_at(event) == "turn" else "cross"

    def _held(self) -> "Held | None":
        held = self._crosshair()
        return None if held is None else held.for_view(self._view)

    def _grip_at(self, event: PointerEvent) -> Grip:
        held = self._held()
        if held is None:
            return "none"
        for name in NAMES:
            line = None if name == held.plane else held.crosshair.line(self._view, name)
            for handle in () if line is None else _handles(line):
                at = self._view.place.to_screen(*handle)
                if math.hypot(at[0] - event.x_px, at[1] - event.y_px) <= GRIP_PX:
                    return "turn"
        return "move"

    def _move(self, event: PointerEvent) -> None:
        held, frame = self._held(), self._view.shown_frame
        plane = None if frame is None else frame.plane
        if held is None or plane is None:
            return
        point = plane.point_at(*self._view.place.to_image(event.x_px, event.y_px))
        if point is not None:
            held.planes.go_to(point)

    def _angle_of(self, event: PointerEvent) -> float:
        """Give the direction from the middle to the pointer, clockwise on the image."""
        held = self._held()
        middle = None if held is None else held.crosshair.middle(self._view)
        if middle is None:
            return 0.0
        x, y = self._view.place.to_image(event.x_px, event.y_px)
        return math.atan2(y - middle[1], x - middle[0])


class Held:
    """The planes that are on the screen, as the tool of one viewport needs them."""

    def __init__(self, planes: ThreePlanes, crosshair: Crosshair, plane_of: PlaneOf) -> None:
        self.planes, self.crosshair, self.plane_of = planes, crosshair, plane_of
        self.plane: PlaneName = "axial"
        """The plane of the viewport that asked last."""

    def for_view(self, view: View) -> "Held | None":
        """Give this for a viewport that shows one of the planes, else None."""
        name = self.plane_of(view)
        if name is None:
            return None
        self.plane = name
        return self


def _handles(line: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    (x0, y0), (x1, y1) = line
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    return tuple(
        (middle[0] + HANDLE_SHARE * (x - middle[0]), middle[1] + HANDLE_SHARE * (y - middle[1]))
        for x, y in line
    )


def _through(plane: Plane, planes: ThreePlanes) -> Plane:
    """Move a plane along its normal so that it goes exactly through the point."""
    away = plane.distance_to(planes.point)
    x, y, z = plane.normal
    px, py, pz = plane.position
    return Plane(
        (px + x * away, py + y * away, pz + z * away), plane.orientation, plane.pixel_spacing_mm
    )

"""Draw, move and resize the rectangle that a question is about."""

import math
from typing import Literal

from precedent_viewer.region import Region, region_between
from precedent_viewer.tools.base import Cursor, PointerEvent, ToolName
from precedent_viewer.view import View

GRIP_PX = 9.0
"""How near the pointer must be to a handle or an edge."""
LEAST_PX = 4.0
"""A drag shorter than this is a click, and a click outside removes the region."""

Gesture = Literal["none", "draw", "move", "resize"]


class RegionTool:
    """One rectangle an image: drag a new one, or take an old one by its handles or inside."""

    name: ToolName = "region"

    def __init__(self, view: View) -> None:
        self._view = view
        self._gesture: Gesture = "none"
        self._anchor = (0.0, 0.0)
        """The image point that stays where it is, or at which a move began."""
        self._start = PointerEvent(0, 0)
        self._before: Region | None = None
        self._free: tuple[bool, bool] = (True, True)
        """Which of x and y follow the pointer."""

    def press(self, event: PointerEvent) -> None:
        """Decide by the place what is dragged: a handle, the inside, or a new rectangle."""
        if self._view.image_size is None:
            return
        self._start, self._before = event, self._view.region
        point = self._view.place.to_image(event.x_px, event.y_px)
        grip = self._grip(event)
        if grip is not None:
            self._gesture = "resize"
            self._anchor, self._free = grip
        elif self._before is not None and _inside(self._before, point):
            self._gesture, self._anchor = "move", point
        else:
            self._gesture, self._anchor, self._free = "draw", point, (True, True)

    def drag(self, event: PointerEvent) -> None:
        """Follow the pointer."""
        size = self._view.image_size
        if self._gesture == "none" or size is None:
            return
        rows, columns = size
        x, y = self._view.place.to_image(event.x_px, event.y_px)
        before = self._before
        if self._gesture == "move" and before is not None:
            across, down = round(x - self._anchor[0]), round(y - self._anchor[1])
            self._view.set_region(before.moved(across, down, rows=rows, columns=columns))
            return
        opposite = self._opposite()
        moving = (x if self._free[0] else opposite[0], y if self._free[1] else opposite[1])
        self._view.set_region(region_between(self._anchor, moving, rows=rows, columns=columns))

    def release(self, event: PointerEvent) -> None:
        """Keep the rectangle; a mere click outside it removes it."""
        far = math.hypot(event.x_px - self._start.x_px, event.y_px - self._start.y_px)
        if far < LEAST_PX:
            self._view.set_region(None if self._gesture == "draw" else self._before)
        self._gesture = "none"

    def hover(self, event: PointerEvent) -> Cursor:
        """Show what a press would take hold of."""
        region = self._view.region
        if region is None or self._view.image_size is None:
            return "cross"
        grip = self._grip(event)
        if grip is None:
            point = self._view.place.to_image(event.x_px, event.y_px)
            return "move" if _inside(region, point) else "cross"
        return self._grip_cursor(event, grip[1])

    def _opposite(self) -> tuple[float, float]:
        """Give the corner of the old region across from the anchor."""
        region = self._before
        if region is None:
            return self._anchor
        x = region.x + region.width if self._anchor[0] == region.x else region.x
        y = region.y + region.height if self._anchor[1] == region.y else region.y
        return (float(x), float(y))

    def _grip(self, event: PointerEvent) -> tuple[tuple[float, float], tuple[bool, bool]] | None:
        """Give the anchor and the free axes of the handle or edge near the pointer."""
        region = self._view.region
        if region is None:
            return None
        right, bottom = region.x + region.width, region.y + region.height
        sides = ((region.x, right), (right, region.x))
        ends = ((region.y, bottom), (bottom, region.y))
        px, py = self._view.place.to_image(event.x_px, event.y_px)
        corners = [((x, y), (fx, fy), (True, True)) for x, fx in sides for y, fy in ends]
        upright = [((x, py), (fx, region.y), (True, False)) for x, fx in sides]
        level = [((px, y), (region.x, fy), (False, True)) for y, fy in ends]
        grips = [
            *corners,
            *(upright if region.y < py < bottom else ()),
            *(level if region.x < px < right else ()),
        ]
        for (x, y), (fixed_x, fixed_y), free in grips:
            if self._is_near(event, x, y):
                return (float(fixed_x), float(fixed_y)), free
        return None

    def _is_near(self, event: PointerEvent, x: float, y: float) -> bool:
        at = self._view.place.to_screen(x, y)
        return math.hypot(at[0] - event.x_px, at[1] - event.y_px) <= GRIP_PX

    def _grip_cursor(self, event: PointerEvent, free: tuple[bool, bool]) -> Cursor:
        """Choose the arrow by how the handle lies on the screen, which may be turned."""
        region = self._view.region
        if region is None:
            return "cross"
        corners = [self._view.place.to_screen(x, y) for x, y in region.corners]
        middle_x = sum(x for x, _ in corners) / 4
        middle_y = sum(y for _, y in corners) / 4
        across, down = event.x_px - middle_x, event.y_px - middle_y
        if all(free):
            return "size-diagonal" if across * down > 0 else "size-antidiagonal"
        is_turned = abs(corners[1][1] - corners[0][1]) > abs(corners[1][0] - corners[0][0])
        return "size-horizontal" if free[0] != is_turned else "size-vertical"


def _inside(region: Region, point: tuple[float, float]) -> bool:
    across = region.x <= point[0] < region.x + region.width
    return across and region.y <= point[1] < region.y + region.height

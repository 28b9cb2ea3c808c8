"""The tools that draw annotations, and take hold of those that are there. No Qt."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from precedent_viewer.errors import ViewerError
from precedent_viewer.measuring.annotations import POINTS, Annotation, Kind, PointPx
from precedent_viewer.measuring.book import AnnotationBook
from precedent_viewer.measuring.layer import AnnotationLayer, image_key, label_place
from precedent_viewer.model.study import Frame
from precedent_viewer.tools.base import Cursor, PointerEvent, ToolName
from precedent_viewer.view import View

GRIP_PX = 9.0
LEAST_PX = 4.0
"""A drag shorter than this draws nothing; a click then chooses, or places a point."""
FREEHAND_STEP_PX = 3.0
LABEL_PX = (150.0, 34.0)
"""About how large a label is, to be taken hold of."""

Part = Literal["point", "whole", "label"]


@dataclass(frozen=True, slots=True)
class _Grip:
    """What of an annotation the pointer holds."""

    annotation: Annotation
    part: Part
    index: int = 0


class DrawTool:
    """Draws one kind; a press near something that is there takes hold of that instead."""

    def __init__(
        self, kind: Kind, view: View, book: AnnotationBook, layer: AnnotationLayer
    ) -> None:
        self.kind: Kind = kind
        self._view, self._book, self._layer = view, book, layer
        self._points: list[PointPx] = []
        """Of what is being drawn; the last one follows the pointer."""
        self._frame: Frame | None = None
        """The image on which something is drawn or held: it may be scrolled away meanwhile."""
        self._is_held = False
        self._start: PointerEvent = PointerEvent(0, 0)
        self._grip: _Grip | None = None
        self._draft_id = ""
        self.on_drawn: Callable[[Annotation], object] = lambda _one: None
        """Called with each new one, once it is complete."""
        view.series_changed.connect(lambda _series: self.cancel())

    @property
    def name(self) -> ToolName:
        """The kind's name."""
        return self.kind

    def press(self, event: PointerEvent) -> None:
        """Place a point, take hold of an annotation, or begin a new one."""
        self._give_up_elsewhere()
        self._start, self._is_held = event, True
        point = self._point(event)
        if self._points:
            self._place(event, point)
            return
        self._frame = self._view.shown_frame
        self._grip = self._grip_at(event)
        if self._grip is not None:
            self._book.select(self._grip.annotation.id)
            return
        self._book.select(None)
        if not self._is_on_image(event):
            return
        self._draft_id = ""
        self._points = [point] if POINTS[self.kind] == 1 else [point, point]
        if POINTS[self.kind] == 1:
            self._finish()

    def drag(self, event: PointerEvent) -> None:
        """Move what is held, or the point that is being placed."""
        self._give_up_elsewhere()
        if self._grip is not None:
            self._layer.draft(self._view, self._held_at(event))
        elif self._points:
            self._follow(event)

    def release(self, event: PointerEvent) -> None:
        """Keep what was moved, or what is complete; a mere click leaves a kind of many points."""
        self._is_held = False
        self._give_up_elsewhere()
        if self._grip is not None:
            moved, is_there = self._held_at(event), self._book.has(self._grip.annotation.id)
            self._layer.draft(self._view, None)
            self._grip = None
            if is_there and self._distance(event, self._start) >= LEAST_PX:
                self._book.put(moved)
            return
        if not self._points:
            return
        is_click = self._distance(event, self._start) < LEAST_PX
        if is_click and len(self._points) == 2 and self.kind not in ("polygon", "angle"):
            self.cancel()
        elif self.kind == "freehand" or (len(self._points) == POINTS[self.kind] and not is_click):
            self._finish()
        elif self.kind in ("angle", "cobb") and not is_click:
            # The first leg, or line, is drawn; the next point follows the pointer.
            self._points.append(self._point(event))

    def hover(self, event: PointerEvent) -> Cursor:
        """Let the point that is being placed follow, and show what a press would take hold of."""
        self._give_up_elsewhere()
        if self._points and not self._is_held:
            self._follow(event)
            return "cross"
        grip = self._grip_at(event)
        if grip is None:
            return "cross"
        return "hand" if grip.part == "point" else "move"

    def cancel(self) -> bool:
        """Give up what is half drawn."""
        was_drawing = bool(self._points)
        self._points, self._grip = [], None
        self._layer.draft(self._view, None)
        return was_drawing

    def _give_up_elsewhere(self) -> None:
        """Cancel what was begun on an image that is no longer the one on the screen."""
        if (self._points or self._grip is not None) and self._view.shown_frame != self._frame:
            self.cancel()

    # Drawing

    def _place(self, event: PointerEvent, point: PointPx) -> None:
        if self.kind in ("angle", "cobb") and self._has_no_length(event):
            return
        self._points[-1] = point
        if (
            self.kind == "polygon"
            and len(self._points) > 3
            and self._is_near(event, self._points[0])
        ):
            self._points.pop()
            self._finish()
        elif len(self._points) == POINTS[self.kind]:
            self._finish()
        else:
            self._points.append(point)

    def _follow(self, event: PointerEvent) -> None:
        point = self._point(event)
        if self.kind == "freehand":
            last = self._view.place.to_screen(*self._points[-1])
            if math.hypot(last[0] - event.x_px, last[1] - event.y_px) >= FREEHAND_STEP_PX:
                self._points.append(point)
        else:
            self._points[-1] = self._straightened(point, event)
        self._show_draft()

    def _straightened(self, point: PointPx, event: PointerEvent) -> PointPx:
        """Make circles and squares, and level or upright lines, while Shift is held."""
        if "shift" not in event.modifiers or len(self._points) < 2:
            return point
        x0, y0 = self._points[-2]
        across, down = point[0] - x0, point[1] - y0
        if self.kind in ("ellipse", "rectangle"):
            side = max(abs(across), abs(down))
            return (x0 + math.copysign(side, across), y0 + math.copysign(side, down))
        return (point[0], y0) if abs(across) >= abs(down) else (x0, point[1])

    def _show_draft(self) -> None:
        draft = self._made(complete=False)
        if draft is not None:
            self._layer.draft(self._view, draft)

    def _finish(self) -> None:
        made = self._made(complete=True)
        self._points = []
        self._layer.draft(self._view, None)
        if made is not None:
            self._book.put(made)
            self._book.select(made.id)
            self.on_drawn(made)

    def _made(self, *, complete: bool) -> Annotation | None:
        frame = self._frame
        wanted = POINTS[self.kind]
        points = list(self._points)
        if frame is None:
            return None
        if not complete and wanted is not None:
            points += [points[-1]] * (wanted - len(points))
        if wanted is None and len(points) < 3:
            points += [points[-1]] * (3 - len(points))
        try:
            made = Annotation(
                self.kind, tuple(points), image_key(frame), frame.instance.series_uid,
                frame.instance.study_uid,
            )  # fmt: skip
        except ViewerError:
            return None
        self._draft_id = self._draft_id or made.id
        return replace(made, id=self._draft_id)

    # Taking hold

    def _held_at(self, event: PointerEvent) -> Annotation:
        grip = self._grip
        assert grip is not None
        one, point = grip.annotation, self._point(event)
        if grip.part == "point":
            return one.with_point(grip.index, point)
        x, y = self._point(self._start)
        across, down = point[0] - x, point[1] - y
        if grip.part == "label":
            at = one.label_at or label_place(one, self._view, self._layer.words(one))
            return replace(one, label_at=(at[0] + across, at[1] + down))
        return one.moved(across, down)

    def _grip_at(self, event: PointerEvent) -> _Grip | None:
        """Find what lies under the pointer, the newest first: points, then lines, then labels."""
        drawn = tuple(reversed(self._layer.drawn(self._view)))
        for one in drawn:
            if one.kind == "freehand":
                continue
            for index, point in enumerate(one.points):
                if self._is_near(event, point):
                    return _Grip(one, "point", index)
        for one in drawn:
            if self._is_on_line(event, one):
                return _Grip(one, "whole")
        for one in drawn:
            if self._is_on_label(event, one):
                return _Grip(one, "label")
        return None

    def _is_on_line(self, event: PointerEvent, one: Annotation) -> bool:
        line = [self._view.place.to_screen(*point) for point in one.outline()]
        ends = [*line[1:], line[0]] if one.is_area else line[1:]
        return any(
            _distance_to_line((event.x_px, event.y_px), a, b) <= GRIP_PX / 1.5
            for a, b in zip(line, ends, strict=False)
        )

    def _is_on_label(self, event: PointerEvent, one: Annotation) -> bool:
        if not one.text and not self._layer.result(one).lines:
            return False
        place = one.label_at or label_place(one, self._view, self._layer.words(one))
        x, y = self._view.place.to_screen(*place)
        return 0 <= event.x_px - x <= LABEL_PX[0] and 0 <= event.y_px - y <= LABEL_PX[1]

    def _is_near(self, event: PointerEvent, point: PointPx) -> bool:
        at = self._view.place.to_screen(*point)
        return math.hypot(at[0] - event.x_px, at[1] - event.y_px) <= GRIP_PX

    def _has_no_length(self, event: PointerEvent) -> bool:
        """Say whether a leg would end where it began: it would have no direction."""
        is_second_line = self.kind == "cobb" and len(self._points) == 3
        return not is_second_line and self._is_near(event, self._points[-2])

    def _is_on_image(self, event: PointerEvent) -> bool:
        x, y = self._view.place.to_image(event.x_px, event.y_px)
        rows, columns = self._view.image_size or (0, 0)
        return 0 <= x < columns and 0 <= y < rows

    def _point(self, event: PointerEvent) -> PointPx:
        """Give the image point under the pointer, kept on the image."""
        x, y = self._view.place.to_image(event.x_px, event.y_px)
        size = self._view.image_size
        if size is None:
            return (x, y)
        rows, columns = size
        return (min(max(x, 0.0), float(columns)), min(max(y, 0.0), float(rows)))

    def _distance(self, one: PointerEvent, other: PointerEvent) -> float:
        return math.hypot(one.x_px - other.x_px, one.y_px - other.y_px)


def _distance_to_line(point: PointPx, a: PointPx, b: PointPx) -> float:
    across, down = b[0] - a[0], b[1] - a[1]
    length = across * across + down * down
    share = 0.0
    if length:
        share = ((point[0] - a[0]) * across + (point[1] - a[1]) * down) / length
        share = min(max(share, 0.0), 1.0)
    return math.hypot(point[0] - a[0] - share * across, point[1] - a[1] - share * down)

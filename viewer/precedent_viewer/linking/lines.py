"""Reference lines: where the image of the active viewport cuts the others. No Qt."""

from precedent_viewer.layers import NOTHING, Layer, LayerContent, Mark
from precedent_viewer.linking.crossing import Placed, crossing
from precedent_viewer.linking.nearest import share_space
from precedent_viewer.model.study import Frame
from precedent_viewer.overlay_colours import END_LINE, REFERENCE_LINE
from precedent_viewer.view import View
from precedent_viewer.views import Views


class ReferenceLines(Layer):
    """One layer: on every viewport but the active one, the active image as a line.

    With `with_ends` the first and the last image of the active series are drawn, too.
    """

    name = "Reference lines"

    def __init__(self, views: Views) -> None:
        self._views = views
        self.is_on = True
        self.with_ends = False
        views.active_changed.connect(lambda _view: self.changed.emit())
        for view in views.all:
            self._watch(view)
        views.added.connect(self._watch)

    def toggle(self) -> None:
        """Show or hide the lines."""
        self.is_on = not self.is_on
        self.changed.emit()

    def toggle_ends(self) -> None:
        """Show or hide the lines of the first and last image."""
        self.with_ends = not self.with_ends
        self.changed.emit()

    def content(self, view: View) -> LayerContent:
        """Give the lines on a viewport's painted frame."""
        active, frame = self._views.active, view.shown_frame
        if not self.is_on or frame is None or view is active or len(self._views.on_screen) < 2:
            return NOTHING
        if _is_reformat(frame) and _is_reformat(active.shown_frame):
            # Reformats have their own lines, which can be taken hold of.
            return NOTHING
        marks = []
        series = active.series
        if self.with_ends and series is not None and len(series.frames) > 2:
            for end in (series.frames[0], series.frames[-1]):
                marks += _line(frame, end, END_LINE, dashed=True)
        if active.shown_frame is not None:
            marks += _line(frame, active.shown_frame, REFERENCE_LINE)
        return LayerContent(marks=tuple(marks)) if marks else NOTHING

    def _watch(self, view: View) -> None:
        view.pixels_changed.connect(lambda _pixels: self._moved(view))

    def _moved(self, view: View) -> None:
        if self.is_on and view is self._views.active:
            self.changed.emit()


def _is_reformat(frame: Frame | None) -> bool:
    return frame is not None and frame.instance.kind == "reslice"


def _line(shown: Frame, other: Frame, colour: str, *, dashed: bool = False) -> list[Mark]:
    one, two = _placed(shown), _placed(other)
    if one is None or two is None or not share_space(shown, other):
        return []
    line = crossing(one, two)
    return [] if line is None else [Mark(line, colour, width_px=1.3, dashed=dashed)]


def _placed(frame: Frame) -> Placed | None:
    plane = frame.plane
    if plane is None:
        return None
    return Placed(plane, frame.instance.rows, frame.instance.columns)

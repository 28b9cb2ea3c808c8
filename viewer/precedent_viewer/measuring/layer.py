"""Annotations as a layer over the images they are drawn on. No Qt.

Numbers are computed on a worker; while a figure is dragged the last ones stay until the new ones
are there.
"""

import math
from pathlib import Path

from precedent_resources import PrecedentError
from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.layers import NOTHING, Layer, LayerContent, Mark
from precedent_viewer.measuring.annotations import Annotation, ImageKey
from precedent_viewer.measuring.book import AnnotationBook
from precedent_viewer.measuring.results import Result, measure
from precedent_viewer.model.study import Frame
from precedent_viewer.overlay_colours import ANNOTATION, CHOSEN
from precedent_viewer.tasks import TaskRunner
from precedent_viewer.view import View

LABEL_GAP_PX = 10.0
LETTER_PX, LINE_PX = 7.0, 16.0
"""About how large a letter of a label and its lines are."""
ARROW_PX = 11.0
ARROW_SPREAD = 0.45
EMPTY = Result((), ())


class AnnotationLayer(Layer):
    """One layer for all viewports."""

    name = "Annotations"

    def __init__(self, book: AnnotationBook, tasks: TaskRunner) -> None:
        self._book, self._tasks = book, tasks
        self._results: dict[tuple[str, Path], tuple[Annotation, Result]] = {}
        """By annotation and file: two files may claim to be the same image."""
        self._asked: set[tuple[str, Path]] = set()
        self._drafts: dict[View, Annotation] = {}
        book.changed.connect(self._follow)
        book.selected.connect(lambda _id: self.changed.emit())

    def draft(self, view: View, annotation: Annotation | None) -> None:
        """Show what is being drawn in a viewport before it is kept, or nothing."""
        if annotation is None:
            self._drafts.pop(view, None)
        else:
            self._drafts[view] = annotation
        self.changed.emit()

    def drawn(self, view: View) -> tuple[Annotation, ...]:
        """Give what lies on a viewport's painted frame; a draft stands for its own old state."""
        frame = view.shown_frame
        if frame is None:
            return ()
        image = image_key(frame)
        kept = self._book.on(image)
        draft = self._drafts.get(view)
        if draft is None or draft.image != image:
            return kept
        return (*(one for one in kept if one.id != draft.id), draft)

    def result(self, annotation: Annotation, frame: Frame | None = None) -> Result:
        """Give the numbers that are known of an annotation, on a frame or wherever it was seen."""
        for (known, path), (_, result) in self._results.items():
            if known == annotation.id and (frame is None or path == frame.instance.path):
                return result
        return EMPTY

    def words(self, one: Annotation, frame: Frame | None = None) -> str:
        """Give what stands beside an annotation."""
        return "\n".join(part for part in (one.text, *self.result(one, frame).lines) if part)

    def content(self, view: View) -> LayerContent:
        """Give the marks of a viewport's painted frame."""
        frame, pixels = view.shown_frame, view.pixels
        drawn = self.drawn(view)
        if frame is None or pixels is None or not drawn:
            return NOTHING
        # Between known values of a reduced frame others are made up: nothing is measured on them.
        for one in drawn if pixels.reduced_by == 1 else ():
            self._compute(one, frame, pixels)
        return LayerContent(
            marks=tuple(mark for one in drawn for mark in self._marks(one, view, frame))
        )

    def _marks(self, one: Annotation, view: View, frame: Frame) -> tuple[Mark, ...]:
        selection = self._book.selection
        is_chosen = selection is not None and selection.id == one.id
        colour = CHOSEN if is_chosen else ANNOTATION
        label = self.words(one, frame)
        handles = one.points if is_chosen and one.kind != "freehand" else ()
        main = Mark(
            one.points[:2] if one.kind == "cobb" else one.outline(),
            colour,
            closed=one.is_area,
            label=label,
            label_at=one.label_at or label_place(one, view, label),
            handles=handles,
        )
        if one.kind == "cobb":
            return (main, Mark(one.points[2:], colour))
        if one.kind == "arrow":
            return (main, Mark(_head(one, view), colour))
        return (main,)

    def _compute(self, one: Annotation, frame: Frame, pixels: FramePixels) -> None:
        if one.image != image_key(frame):
            return
        key = (one.id, frame.instance.path)
        known = self._results.get(key)
        if (known is not None and known[0] == one) or key in self._asked:
            return
        self._asked.add(key)

        def take(result: Result) -> None:
            self._asked.discard(key)
            self._results[key] = (one, result)
            # Asked again for what it has become meanwhile when it is painted next.
            self.changed.emit()

        def fail(error: PrecedentError) -> None:
            take(Result((error.message,), ()))

        self._tasks.run(measure, one, frame, pixels, on_result=take, on_error=fail)

    def _follow(self) -> None:
        kept = {one.id for one in self._book.all()}
        kept |= {one.id for one in self._drafts.values()}
        for gone in [key for key in self._results if key[0] not in kept]:
            del self._results[gone]
        self.changed.emit()


def image_key(frame: Frame) -> ImageKey:
    """Give the name by which annotations of a frame are kept."""
    return ImageKey(frame.instance.sop_instance_uid, frame.index)


def label_place(one: Annotation, view: View, words: str) -> tuple[float, float]:
    """Give where a label lies that was not moved: right of the figure, or left of it where the
    viewport ends there."""
    seen = [view.place.to_screen(*point) for point in one.outline()]
    lines = words.split("\n")
    width, height = LETTER_PX * max(map(len, lines)), LINE_PX * len(lines)
    right, top = max(seen, key=lambda at: (at[0], -at[1]))
    left = min(x for x, _ in seen)
    across, down = view.place.screen_size
    x, y = right + LABEL_GAP_PX, top - LABEL_GAP_PX / 2
    if x + width > across and left - LABEL_GAP_PX - width >= 0:
        x = left - LABEL_GAP_PX - width
    elif x + width > across:
        x = max(across - width, 0.0)
    y = min(max(y, 0.0), max(down - height, 0.0))
    return view.place.to_image(x, y)


def _head(one: Annotation, view: View) -> tuple[tuple[float, float], ...]:
    """Give the arrow's head at its second point, of one size on the screen."""
    tail, tip = (view.place.to_screen(*point) for point in one.points)
    angle = math.atan2(tail[1] - tip[1], tail[0] - tip[0])
    wings = [
        (tip[0] + ARROW_PX * math.cos(angle + turn), tip[1] + ARROW_PX * math.sin(angle + turn))
        for turn in (ARROW_SPREAD, -ARROW_SPREAD)
    ]
    points = (wings[0], tip, wings[1])
    return tuple(view.place.to_image(*point) for point in points)

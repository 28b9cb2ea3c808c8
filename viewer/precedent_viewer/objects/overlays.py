"""Segmentations, structures, doses and maps as they are laid over images. No Qt.

Each is computed for a frame on a worker and kept while it is looked at; what cannot be laid over an
image says why on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from precedent_resources import PrecedentError
from precedent_viewer.kept_contents import KeptContents
from precedent_viewer.layers import NOTHING, Layer, LayerContent, Mark
from precedent_viewer.model.study import Frame
from precedent_viewer.objects import segment_placing, value_grid
from precedent_viewer.objects.contour_placing import can_place, roi_marks
from precedent_viewer.objects.report_shapes import DrawnShape, shape_marks
from precedent_viewer.objects.segmentation import Segmentation
from precedent_viewer.objects.structures import Structures
from precedent_viewer.objects.value_grid import ValueGrid, level_lines, placed_values
from precedent_viewer.objects.washes import palette_colours, segment_wash, value_wash
from precedent_viewer.tasks import TaskRunner
from precedent_viewer.view import View

LEVELS = (0.95, 0.8, 0.5, 0.3)
"""Isodose lines, as shares of the upper limit."""
Shapes: TypeAlias = tuple[DrawnShape, ...]
Source: TypeAlias = Segmentation | Structures | ValueGrid | Shapes


@dataclass(frozen=True, slots=True)
class OverlayLook:
    """How an overlay is drawn."""

    shown: frozenset[int] = frozenset()
    """Numbers of the segments or regions that are seen."""
    opacity: float = 0.4
    palette: str = "Hot iron"
    low: float = 0.0
    high: float = 1.0
    """Limits of a value wash, in the grid's units."""
    with_lines: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """One document that lies over images."""

    path: Path
    study_uid: str
    source: Source


def first_look(source: Source) -> OverlayLook:
    """Give the look with which an overlay opens: everything is seen."""
    if isinstance(source, Segmentation):
        return OverlayLook(frozenset(one.number for one in source.segments))
    if isinstance(source, Structures):
        return OverlayLook(frozenset(one.number for one in source.rois))
    if isinstance(source, ValueGrid):
        # Below a tenth of the highest dose nearly the whole body would be covered.
        low = 0.1 * source.highest if source.is_dose else source.lowest
        return OverlayLook(low=low, high=max(source.highest, low + 1e-6), with_lines=source.is_dose)
    return OverlayLook()


def overlay_content(overlay: Overlay, look: OverlayLook, frame: Frame) -> LayerContent:
    """Give what an overlay draws on a frame; for a worker. Raises a ViewerError."""
    source = overlay.source
    if isinstance(source, Segmentation):
        return _segments(source, look, frame)
    if isinstance(source, Structures):
        return _regions(source, look, frame)
    if isinstance(source, ValueGrid):
        return _values(source, look, frame)
    return LayerContent(marks=shape_marks(source, frame))


def _segments(source: Segmentation, look: OverlayLook, frame: Frame) -> LayerContent:
    reason = segment_placing.refusal(source, frame)
    if reason is not None:
        return LayerContent(notes=(reason,))
    parts = segment_placing.placed_segments(source, frame, look.shown)
    colours = {one.number: one.colour for one in source.segments}
    wash = segment_wash(parts, colours, look.opacity)
    return NOTHING if wash is None else LayerContent(washes=(wash,))


def _regions(source: Structures, look: OverlayLook, frame: Frame) -> LayerContent:
    shown = [roi for roi in source.rois if roi.number in look.shown and roi.contours]
    if shown and not any(can_place(roi, frame) for roi in shown):
        return LayerContent(
            notes=(
                f"{source.title} is not shown here: its frame of reference is not that of this "
                "image.",
            )
        )
    marks = (mark for roi in shown for mark in _named(roi_marks(roi, frame), roi.name))
    return LayerContent(marks=tuple(marks))


def _values(source: ValueGrid, look: OverlayLook, frame: Frame) -> LayerContent:
    reason = value_grid.refusal(source, frame)
    values = placed_values(source, frame)
    if reason is not None or values is None:
        return LayerContent(notes=() if reason is None else (reason,))
    wash = value_wash(values, (look.low, look.high), look.palette, look.opacity)
    marks: list[Mark] = []
    if look.with_lines:
        colours = palette_colours("PET 20 step", LEVELS)
        for share, colour in zip(LEVELS, colours, strict=True):
            level = share * look.high
            marks += level_lines(values, level, colour, f"{level:.3g} {source.units}")
    return LayerContent(washes=(wash,), marks=tuple(marks))


def _named(marks: Sequence[Mark], name: str) -> tuple[Mark, ...]:
    """Write a region's name beside its first line alone."""
    return tuple(replace(mark, label=name if at == 0 else "") for at, mark in enumerate(marks))


class OverlayLayer(Layer):
    """Every overlay that is on, as one layer for all viewports."""

    name = "Overlays"

    def __init__(self, tasks: TaskRunner) -> None:
        self._tasks = tasks
        self._on: dict[Path, tuple[Overlay, OverlayLook]] = {}
        self._made = KeptContents[tuple[Path, OverlayLook, Frame]]()
        self._asked: set[tuple[Path, OverlayLook, Frame]] = set()

    def look(self, path: Path) -> OverlayLook | None:
        """Give how a document is drawn, None when it is not."""
        known = self._on.get(path)
        return None if known is None else known[1]

    @property
    def shown(self) -> tuple[Overlay, ...]:
        """Every document that is laid over images."""
        return tuple(overlay for overlay, _ in self._on.values())

    def show(self, overlay: Overlay, look: OverlayLook) -> None:
        """Lay a document over images, or draw it in another way."""
        self._on[overlay.path] = (overlay, look)
        self.changed.emit()

    def hide(self, path: Path) -> None:
        """Take a document away."""
        if self._on.pop(path, None) is not None:
            self.changed.emit()

    def clear(self) -> None:
        """Take everything away."""
        self._on.clear()
        self._made.clear()
        self.changed.emit()

    def content(self, view: View) -> LayerContent:
        """Give what lies over a viewport's painted frame, as far as it has been computed."""
        frame = view.shown_frame
        if frame is None or not self._on:
            return NOTHING
        found = [
            self._content(overlay, look, frame)
            for overlay, look in self._on.values()
            if overlay.study_uid == frame.instance.study_uid and overlay.path != frame.instance.path
        ]
        return LayerContent(
            washes=tuple(wash for one in found for wash in one.washes),
            marks=tuple(mark for one in found for mark in one.marks),
            notes=tuple(note for one in found for note in one.notes),
        )

    def _content(self, overlay: Overlay, look: OverlayLook, frame: Frame) -> LayerContent:
        key = (overlay.path, look, frame)
        known = self._made.get(key)
        if known is not None:
            return known
        if key not in self._asked:
            self._asked.add(key)

            def take(content: LayerContent) -> None:
                self._asked.discard(key)
                self._made.keep(key, content)
                self.changed.emit()

            def fail(error: PrecedentError) -> None:
                take(LayerContent(notes=(error.message,)))

            self._tasks.run(overlay_content, overlay, look, frame, on_result=take, on_error=fail)
        return NOTHING

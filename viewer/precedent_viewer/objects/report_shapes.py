"""Shapes of a report as marks on the image that they were drawn on. PS3.3 C.18.6, C.18.9."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from precedent_viewer.layers import Mark
from precedent_viewer.model.document import Reference
from precedent_viewer.model.study import Frame
from precedent_viewer.objects.contour_placing import project
from precedent_viewer.objects.report import ContentItem, Shape
from precedent_viewer.objects.shapes import lines_of

COLOUR = "#ffd166"
MOST_LINES = 4
"""Measurements that are written beside one shape."""
NEAR_MM = 0.5
"""A patient shape is drawn on images nearer than half their slice, or than this."""


@dataclass(frozen=True, slots=True)
class DrawnShape:
    """A shape with the image it belongs to and the words beside it."""

    shape: Shape
    reference: Reference | None
    """None for shapes in the patient."""
    label: str


def drawn_shapes(root: ContentItem) -> tuple[DrawnShape, ...]:
    """Give every shape of a report."""
    return tuple(_within(root, None))


def _within(one: ContentItem, parent: ContentItem | None) -> Iterator[DrawnShape]:
    if one.shape is not None:
        named = [child.reference for child in one.children if child.reference is not None]
        reference = named[0] if named else None
        if reference is not None or one.shape.frame_of_reference_uid:
            yield DrawnShape(one.shape, reference, _label(parent))
    for child in one.children:
        yield from _within(child, one)


def _label(parent: ContentItem | None) -> str:
    if parent is None:
        return ""
    if parent.value_type == "NUM":
        return f"{parent.name} {parent.value}"
    texts = [
        child.value
        for child in parent.children
        if child.value_type == "TEXT" and child.name == "Tracking Identifier"
    ]
    numbers = [f"{child.name} {child.value}" for child in parent.children
               if child.value_type == "NUM"]  # fmt: skip
    return "\n".join((*texts[:1], *numbers[:MOST_LINES]))


def shape_marks(shapes: tuple[DrawnShape, ...], frame: Frame) -> tuple[Mark, ...]:
    """Give what of a report is drawn on a frame."""
    return tuple(mark for one in shapes for mark in _marks(one, frame))


def _marks(one: DrawnShape, frame: Frame) -> Iterator[Mark]:
    if one.shape.frame_of_reference_uid:
        lines = _in_patient(one.shape, frame)
    elif one.reference is not None and _is_named(one.reference, frame):
        lines = lines_of(one.shape.graphic_type, one.shape.points)
    else:
        return
    for number, (line, is_closed) in enumerate(lines):
        points = tuple((float(x), float(y)) for x, y in line)
        yield Mark(points, COLOUR, closed=is_closed, label=one.label if number == 0 else "")


def _is_named(reference: Reference, frame: Frame) -> bool:
    is_instance = reference.sop_instance_uid == frame.instance.sop_instance_uid
    return is_instance and (not reference.frames or frame.index + 1 in reference.frames)


def _in_patient(
    shape: Shape, frame: Frame
) -> "list[tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], bool]]":
    plane = frame.plane
    is_here = shape.frame_of_reference_uid == frame.instance.frame_of_reference_uid
    if plane is None or plane.pixel_spacing_mm is None or not is_here or not shape.points:
        return []
    away = [plane.distance_to((one[0], one[1], one[2])) for one in shape.points]
    if max(abs(one) for one in away) > NEAR_MM:
        return []
    lines = lines_of(shape.graphic_type, shape.points)
    return [(project(line, plane), is_closed) for line, is_closed in lines]

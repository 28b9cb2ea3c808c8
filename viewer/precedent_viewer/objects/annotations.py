"""Graphics and texts of a presentation state as marks on an image. PS3.3 C.10.5 and C.10.7."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydicom.dataset import Dataset

from precedent_viewer.dicom.values import integer, items, number, numbers, text
from precedent_viewer.layers import Mark
from precedent_viewer.objects.cielab import colour_of, hex_of
from precedent_viewer.objects.scope import ImageFrame, Scope, scope_of
from precedent_viewer.objects.shapes import lines_of

DEFAULT_COLOUR = "#ffd166"
Corner = tuple[float, float]
ToImage = Callable[[Corner], Corner]
"""From shares of the displayed area, as it is seen, to image points."""


@dataclass(frozen=True, slots=True)
class Graphic:
    """One drawn thing."""

    graphic_type: str
    points: tuple[Corner, ...]
    is_display: bool
    """Whether points are shares of the displayed area (DISPLAY) instead of image points (PIXEL)."""
    is_filled: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """One text, in a box, at an anchor, or both."""

    text: str
    box: tuple[Corner, Corner] | None
    is_box_display: bool
    anchor: Corner | None
    is_anchor_display: bool
    is_anchor_visible: bool


@dataclass(frozen=True, slots=True)
class Annotation:
    """What belongs together on one graphic layer."""

    scope: Scope
    layer: str
    order: int
    colour: str
    graphics: tuple[Graphic, ...]
    words: tuple[Words, ...]


def read_annotations(dataset: Dataset) -> tuple[Annotation, ...]:
    """Read the Graphic Annotation Sequence, the lowest layer first."""
    layers = {
        text(one, "GraphicLayer"): (integer(one, "GraphicLayerOrder") or 0, _colour(one))
        for one in items(dataset, "GraphicLayerSequence")
    }
    found = []
    for one in items(dataset, "GraphicAnnotationSequence"):
        layer = text(one, "GraphicLayer")
        order, colour = layers.get(layer, (0, DEFAULT_COLOUR))
        found.append(
            Annotation(
                scope_of(one), layer, order, colour,
                tuple(_graphic(inner) for inner in items(one, "GraphicObjectSequence")),
                tuple(_words(inner) for inner in items(one, "TextObjectSequence")),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.order))


def marks_of(
    annotations: tuple[Annotation, ...], image: ImageFrame, to_image: ToImage
) -> tuple[Mark, ...]:
    """Give what is drawn over a frame."""
    return tuple(
        mark for one in annotations if one.scope.covers(image) for mark in _marks(one, to_image)
    )


def _marks(one: Annotation, to_image: ToImage) -> Iterator[Mark]:
    for graphic in one.graphics:
        points = [to_image(at) if graphic.is_display else at for at in graphic.points]
        for line, is_closed in lines_of(graphic.graphic_type, points):
            flat = tuple((float(x), float(y)) for x, y in line)
            yield Mark(flat, one.colour, closed=is_closed)
    for words in one.words:
        box = words.box
        if box is not None and words.is_box_display:
            box = (to_image(box[0]), to_image(box[1]))
        anchor = words.anchor
        if anchor is not None and words.is_anchor_display:
            anchor = to_image(anchor)
        at = box[0] if box is not None else anchor
        if at is None:
            continue
        is_led = anchor is not None and words.is_anchor_visible and box is not None
        led = (at, anchor) if is_led and anchor is not None else (at,)
        width = 1.6 if is_led else 0.0
        yield Mark(led, one.colour, width_px=width, label=words.text, label_at=at)


def _graphic(one: Dataset) -> Graphic:
    flat = numbers(one, "GraphicData")
    points = tuple((flat[at], flat[at + 1]) for at in range(0, len(flat) - 1, 2))
    is_display = text(one, "GraphicAnnotationUnits") == "DISPLAY"
    return Graphic(text(one, "GraphicType"), points, is_display, text(one, "GraphicFilled") == "Y")


def _words(one: Dataset) -> Words:
    first = numbers(one, "BoundingBoxTopLeftHandCorner")
    last = numbers(one, "BoundingBoxBottomRightHandCorner")
    anchor = numbers(one, "AnchorPoint")
    has_box = len(first) == 2 and len(last) == 2
    return Words(
        text=text(one, "UnformattedTextValue").replace("\r\n", "\n").replace("\r", "\n"),
        box=((first[0], first[1]), (last[0], last[1])) if has_box else None,
        is_box_display=text(one, "BoundingBoxAnnotationUnits") == "DISPLAY",
        anchor=(anchor[0], anchor[1]) if len(anchor) == 2 else None,
        is_anchor_display=text(one, "AnchorPointAnnotationUnits") == "DISPLAY",
        is_anchor_visible=text(one, "AnchorPointVisibility") == "Y",
    )


def _colour(layer: Dataset) -> str:
    lab = numbers(layer, "GraphicLayerRecommendedDisplayCIELabValue")
    if len(lab) == 3:
        return colour_of(lab, 0)
    grey = number(layer, "GraphicLayerRecommendedDisplayGrayscaleValue")
    return DEFAULT_COLOUR if grey is None else hex_of([grey / 257] * 3)

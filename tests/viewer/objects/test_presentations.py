"""Presentation states made by hand: graphics, areas, turns, windows. PS3.3 C.10 and C.11."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.dicom.lut import Rescale
from precedent_viewer.errors import DecodeError
from precedent_viewer.model.study import Frame, Instance
from precedent_viewer.model.voi import Window
from precedent_viewer.objects.presentation import Presentation, presentation_of
from precedent_viewer.objects.presented import PresentedReader, presentation_content
from precedent_viewer.objects.scope import ImageFrame
from precedent_viewer.render.display import render

UID = "1.2.3.4"
IMAGE = ImageFrame(UID, 1)


def item(**attributes: Any) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, Sequence(value) if isinstance(value, list) and value
                and isinstance(value[0], Dataset) else value)  # fmt: skip
    return made


def state(**attributes: Any) -> Dataset:
    image = item(ReferencedSOPInstanceUID=UID, ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2")
    series = item(SeriesInstanceUID="1.2", ReferencedImageSequence=[image])
    return item(SOPClassUID="1.2.840.10008.5.1.4.1.1.11.1", ContentLabel="STATE",
                ReferencedSeriesSequence=[series], **attributes)  # fmt: skip


def read(**attributes: Any) -> Presentation:
    return presentation_of(state(**attributes), "state.dcm")


def pixels_of(values: NDArray[Any], **more: Any) -> FramePixels:
    return FramePixels(values, "MONOCHROME2", bits_stored=12, **more)


def drawn(presentation: Presentation, rows: int = 10, columns: int = 20) -> list[Any]:
    instance = Instance(Path("x.dcm"), "dicom", UID, "1.2", "1", 1, rows, columns, "CT")
    instance = Instance(
        Path("x.dcm"), "dicom", UID, "1.2", "1", 1, rows, columns, "CT",
        reader=PresentedReader(instance, presentation),
    )  # fmt: skip
    return list(presentation_content(Frame(instance, 0), (rows, columns)).marks)


def graphic(kind: str, units: str, *data: float) -> Dataset:
    return item(GraphicType=kind, GraphicAnnotationUnits=units, GraphicData=list(data),
                GraphicDimensions=2, NumberOfGraphicPoints=len(data) // 2,
                GraphicFilled="N")  # fmt: skip


def annotation(*graphics: Dataset, **more: Any) -> Dataset:
    return item(GraphicLayer="ONE", GraphicObjectSequence=list(graphics), **more)


def test_a_state_replaces_what_the_image_says() -> None:
    # Stored 0 to 300; the image's own slope and window would give something else.
    presentation = read(
        RescaleSlope=2, RescaleIntercept=-100,
        SoftcopyVOILUTSequence=[item(WindowCenter=200, WindowWidth=400,
                                     VOILUTFunction="LINEAR_EXACT")],
        PresentationLUTShape="INVERSE",
    )  # fmt: skip
    image = pixels_of(np.array([[50, 150, 250]], np.uint16), modality_lut=Rescale(7, 7),
                      windows=(Window(0, 1),))  # fmt: skip
    seen = presentation.applied(image, IMAGE)
    # 0, 200 and 400 are 0, 0.5 and 1 of the window, then inverted.
    assert render(seen, None).tolist() == [[255, 128, 0]]


def test_without_a_window_the_whole_range_of_the_type_is_shown() -> None:
    image = pixels_of(np.array([[0, 4095]], np.uint16), windows=(Window(0, 1),))
    assert render(read().applied(image, IMAGE), None).tolist() == [[0, 255]]


def test_a_window_of_other_images_is_not_taken() -> None:
    other = item(ReferencedSOPInstanceUID="9.9", ReferencedSOPClassUID="1.2")
    window = item(WindowCenter=5, WindowWidth=2, ReferencedImageSequence=[other])
    image = pixels_of(np.array([[0, 4095]], np.uint16))
    seen = read(SoftcopyVOILUTSequence=[window]).applied(image, IMAGE)
    assert [one.width for one in seen.windows] == [4095]


def test_an_image_that_is_not_named_stays_as_it_is() -> None:
    image = pixels_of(np.zeros((1, 2), np.uint16))
    assert read().applied(image, ImageFrame("9.9", 1)) is image


def test_graphics_in_pixels_lie_where_they_say() -> None:
    line = annotation(graphic("POLYLINE", "PIXEL", 2, 3, 12, 8))
    [mark] = drawn(read(GraphicAnnotationSequence=[line]))
    assert (mark.points, mark.closed) == (((2.0, 3.0), (12.0, 8.0)), False)


@pytest.mark.parametrize(
    ("turn", "flip", "wanted"),
    [
        # A quarter along the top edge as it is seen, on an image of 20 columns and 10 rows.
        (0, "N", (5.0, 0.0)),
        # Turned clockwise by 90 degrees the left edge is on top, its lower end to the left.
        (90, "N", (0.0, 7.5)),
        (180, "N", (15.0, 10.0)),
        (270, "N", (20.0, 2.5)),
        (0, "Y", (15.0, 0.0)),
        # Turned, then flipped: the upper end of the left edge is to the left.
        (90, "Y", (0.0, 2.5)),
    ],
)
def test_graphics_of_the_display_follow_turn_and_flip(
    turn: int, flip: str, wanted: tuple[float, float]
) -> None:
    point = annotation(graphic("POINT", "DISPLAY", 0.25, 0))
    presentation = read(
        GraphicAnnotationSequence=[point], ImageRotation=turn, ImageHorizontalFlip=flip
    )
    [mark] = drawn(presentation)
    assert mark.points == (pytest.approx(wanted),)


def test_a_part_of_the_image_is_the_display() -> None:
    # Columns 5 to 14 and rows 3 to 6, counted from 1.
    area = item(DisplayedAreaTopLeftHandCorner=[5, 3], DisplayedAreaBottomRightHandCorner=[14, 6],
                PresentationSizeMode="SCALE TO FIT")  # fmt: skip
    point = annotation(graphic("POINT", "DISPLAY", 0.5, 1))
    presentation = read(DisplayedAreaSelectionSequence=[area], GraphicAnnotationSequence=[point])
    [mark] = drawn(presentation)
    assert mark.points == ((9.0, 6.0),)


def test_words_stand_in_their_box_and_point_at_their_anchor() -> None:
    words = item(
        UnformattedTextValue="Look\r\nhere", BoundingBoxAnnotationUnits="PIXEL",
        BoundingBoxTopLeftHandCorner=[1, 2], BoundingBoxBottomRightHandCorner=[8, 4],
        AnchorPointAnnotationUnits="PIXEL", AnchorPoint=[15, 9], AnchorPointVisibility="Y",
    )  # fmt: skip
    group = item(GraphicLayer="ONE", TextObjectSequence=[words])
    [mark] = drawn(read(GraphicAnnotationSequence=[group]))
    assert (mark.label, mark.label_at) == ("Look\nhere", (1.0, 2.0))
    assert mark.points == ((1.0, 2.0), (15.0, 9.0))


def test_layers_lie_in_their_order_and_have_their_grey() -> None:
    layers = [
        item(GraphicLayer="TOP", GraphicLayerOrder=2),
        item(GraphicLayer="ONE", GraphicLayerOrder=1,
             GraphicLayerRecommendedDisplayGrayscaleValue=0x8080),
    ]  # fmt: skip
    top = item(GraphicLayer="TOP", GraphicObjectSequence=[graphic("POINT", "PIXEL", 9, 9)])
    low = annotation(graphic("POINT", "PIXEL", 1, 1))
    marks = drawn(read(GraphicLayerSequence=layers, GraphicAnnotationSequence=[top, low]))
    assert [mark.points[0] for mark in marks] == [(1.0, 1.0), (9.0, 9.0)]
    assert marks[0].colour == "#808080"


def test_what_is_not_shown_is_said() -> None:
    filled = graphic("CIRCLE", "PIXEL", 5, 5, 7, 5)
    filled.GraphicFilled = "Y"
    presentation = read(
        GraphicAnnotationSequence=[annotation(filled)], MaskSubtractionSequence=[Dataset()]
    )
    assert len(presentation.notes) == 2
    assert "Filled graphics" in presentation.notes[1]


def test_a_state_that_names_no_image_is_refused() -> None:
    with pytest.raises(DecodeError, match="names no image"):
        presentation_of(Dataset(), "state.dcm")

"""Segments, colours and report shapes on the pixels of an image: expected grids by hand."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.model.document import Reference
from precedent_viewer.model.plane import Plane
from precedent_viewer.model.study import Frame, Instance
from precedent_viewer.objects.report import ContentItem, Shape
from precedent_viewer.objects.report_shapes import drawn_shapes, shape_marks
from precedent_viewer.objects.segment_placing import placed_segments, refusal
from precedent_viewer.objects.segmentation import Segmentation, SegmentationType, SegmentFrame
from precedent_viewer.objects.washes import outline, palette_colours, segment_wash, value_wash

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@dataclass(frozen=True, eq=False)
class Held:
    """Frames in memory, in the place of a file."""

    frames: tuple[NDArray[Any], ...]

    def read(self, index: int) -> FramePixels:
        return FramePixels(self.frames[index], "MONOCHROME2")


def image(side: int = 4, *, spacing: float = 1.0, z: float = 0.0, space: str = "space") -> Frame:
    return Frame(
        Instance(
            Path("ct.dcm"), "dicom", "1.1", "1", "study", 1, side, side, "CT",
            position=(0.0, 0.0, z), orientation=AXIAL, pixel_spacing_mm=(spacing, spacing),
            frame_of_reference_uid=space,
        ),
        0,
    )  # fmt: skip


def segmentation(
    *frames: NDArray[Any], kind: SegmentationType = "BINARY", full: int = 1
) -> Segmentation:
    """Two-millimetre pixels over the image's one-millimetre ones, slices 3 mm apart."""
    planes = tuple(Plane((0.5, 0.5, 3.0 * at), AXIAL, (2.0, 2.0)) for at in range(len(frames)))
    instance = Instance(
        Path("seg.dcm"), "dicom", "2.1", "2", "study", len(frames), 2, 2, "SEG",
        position=(0.5, 0.5, 0.0), orientation=AXIAL, pixel_spacing_mm=(2.0, 2.0),
        frame_of_reference_uid="space", planes=planes if len(frames) > 1 else (),
        reader=Held(frames),
    )  # fmt: skip
    segment = None if kind == "LABELMAP" else 1
    return Segmentation(
        instance, "Liver", kind, True, (), tuple(SegmentFrame(segment, ()) for _ in frames),
        full, 3.0,
    )  # fmt: skip


def test_coarse_segments_cover_the_finer_pixels_below_them() -> None:
    found = placed_segments(segmentation(np.array([[1, 0], [0, 1]], np.uint8)), image(), {1})
    assert found[1].tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]


def test_shares_of_a_fractional_segment() -> None:
    found = placed_segments(
        segmentation(np.array([[128, 0], [0, 0]], np.uint8), kind="FRACTIONAL", full=256),
        image(), {1},
    )  # fmt: skip
    assert found[1][0, 0] == 0.5


def test_labels_of_a_map_are_parted() -> None:
    labels = np.array([[3, 0], [0, 5]], np.uint8)
    found = placed_segments(segmentation(labels, kind="LABELMAP"), image(), {3, 5, 7})
    assert sorted(found) == [3, 5]
    assert found[5].sum() == 4
    assert found[5][3, 3] == 1


def test_the_nearest_slice_is_taken_and_none_beyond_half_a_slice() -> None:
    both = segmentation(np.ones((2, 2), np.uint8), np.array([[0, 0], [0, 1]], np.uint8))
    assert placed_segments(both, image(z=1.4), {1})[1].sum() == 16
    assert placed_segments(both, image(z=1.6), {1})[1].sum() == 4
    assert placed_segments(both, image(z=4.4), {1})[1].sum() == 4
    assert placed_segments(both, image(z=4.6), {1}) == {}


def test_what_is_not_wanted_is_left_out() -> None:
    assert placed_segments(segmentation(np.ones((2, 2), np.uint8)), image(), {2}) == {}


def test_another_space_is_refused_in_a_sentence() -> None:
    far = refusal(segmentation(np.ones((2, 2), np.uint8)), image(space="elsewhere"))
    assert far is not None
    assert "frame of reference" in far


def test_outlines_are_the_segments_own_pixels() -> None:
    mask = np.zeros((5, 5), np.bool_)
    mask[1:4, 1:4] = True
    assert outline(mask).sum() == 8
    assert not outline(mask)[2, 2]
    assert outline(np.ones((3, 3), np.bool_)).sum() == 8


def test_colours_of_segments_lie_over_each_other() -> None:
    below, above = np.zeros((5, 5), np.float32), np.zeros((5, 5), np.float32)
    below[:, :] = 1
    above[2, 2] = 1
    wash = segment_wash({1: below, 2: above}, {1: "#ff0000", 2: "#0000ff"}, 0.5)
    assert wash is not None
    assert wash.rgba[0, 0].tolist() == [255, 0, 0, 255]  # An outline is opaque.
    assert wash.rgba[1, 1].tolist() == [255, 0, 0, 128]
    assert wash.rgba[2, 2].tolist() == [0, 0, 255, 255]
    assert segment_wash({}, {}, 0.5) is None


def test_values_without_a_colour_are_clear() -> None:
    values = np.array([[0.0, 10.0, 20.0, np.nan]], np.float32)
    wash = value_wash(values, (10.0, 20.0), "Hot iron", 0.4)
    assert wash.rgba[0, :, 3].tolist() == [0, 255, 255, 0]
    # The standard's Hot Iron ends in white. PS3.6 B.1.1.
    assert wash.rgba[0, 2, :3].tolist() == [255, 255, 255]
    assert palette_colours("Hot iron", [0.0, 1.0, 7.0]) == ("#000000", "#ffffff", "#ffffff")


def test_a_shape_of_a_report_stands_on_its_image_with_its_measurements() -> None:
    named = ContentItem("IMAGE", "SELECTED FROM", "", "", Reference("1.1"))
    shape = ContentItem(
        "SCOORD", "INFERRED FROM", "", "",
        shape=Shape("POLYLINE", ((1.0, 1.0), (3.0, 1.0))), children=(named,),
    )  # fmt: skip
    length = ContentItem("NUM", "CONTAINS", "Length", "2 mm", children=(shape,))
    root = ContentItem("CONTAINER", "", "Report", "", children=(length,))
    [mark] = shape_marks(drawn_shapes(root), image())
    assert (mark.points, mark.label) == (((1.0, 1.0), (3.0, 1.0)), "Length 2 mm")
    other = Frame(Instance(Path("x"), "dicom", "9", "1", "study", 1, 4, 4, "CT"), 0)
    assert shape_marks(drawn_shapes(root), other) == ()


@pytest.mark.parametrize(("z", "count"), [(0.0, 1), (0.4, 1), (0.6, 0)])
def test_a_shape_in_the_patient_is_drawn_where_it_lies(z: float, count: int) -> None:
    shape = Shape("POINT", ((1.0, 2.0, 0.0),), "space")
    item = ContentItem("SCOORD3D", "CONTAINS", "", "", shape=shape)
    root = ContentItem("CONTAINER", "", "Report", "", children=(item,))
    marks = shape_marks(drawn_shapes(root), image(z=z))
    assert len(marks) == count
    # One millimetre is one pixel, and DICOM counts from the centre of the first.
    assert all(mark.points == ((1.5, 2.5),) for mark in marks)

"""Lengths, angles, areas, masks and statistics: every expected number is worked out by hand."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from precedent_viewer.dicom.colour import Palette
from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.dicom.lut import LookupTable, Rescale
from precedent_viewer.dicom.real_world import RealWorldMap
from precedent_viewer.dicom.ultrasound import UltrasoundRegion, ultrasound_regions
from precedent_viewer.measuring.annotations import (
    Annotation,
    AnnotationError,
    ImageKey,
    Kind,
    PointPx,
)
from precedent_viewer.measuring.calibration import Calibration
from precedent_viewer.measuring.geometry import (
    angle_of,
    area_of,
    cobb_of,
    crosses_itself,
    length_of,
    perimeter_of,
)
from precedent_viewer.measuring.masks import mask_of
from precedent_viewer.measuring.quantity import Quantity, quantity_of
from precedent_viewer.measuring.results import measure
from precedent_viewer.measuring.scale import Scale, scale_of
from precedent_viewer.measuring.statistics import region_statistics
from precedent_viewer.model.study import Frame, Instance

MM = Scale(0.5, 2.0, "mm")
"""Pixels half a millimetre wide and two millimetres high."""


def drawn(kind: Kind, *points: PointPx) -> Annotation:
    return Annotation(kind, points, ImageKey("1.2", 0), "series", "study")


def frame(spacing: tuple[float, float] | None = (2.0, 0.5), *, at_detector: bool = False) -> Frame:
    instance = Instance(
        Path("x.dcm"), "dicom", "1.2", "series", "study", 1, 100, 100, "CR",
        pixel_spacing_mm=spacing, is_spacing_at_detector=at_detector,
    )  # fmt: skip
    return Frame(instance, 0)


def plain(pixels: FramePixels) -> Quantity:
    return quantity_of(pixels, Calibration())


def test_a_length_counts_each_direction_in_its_own_spacing() -> None:
    # 6 columns of 0.5 mm and 2 rows of 2 mm: a triangle of 3 and 4.
    assert length_of(drawn("length", (1, 1), (7, 3)), MM) == pytest.approx(5)


def test_an_angle_is_that_in_the_patient_not_on_the_screen() -> None:
    # 4 columns are 2 mm, 1 row is 2 mm: 45 degrees, though 14 on the pixels.
    assert angle_of(drawn("angle", (4, 0), (0, 0), (4, 1)), MM) == pytest.approx(45)


@pytest.mark.parametrize(("tilt", "wanted"), [(30.0, 30.0), (150.0, 30.0), (90.0, 90.0)])
def test_cobb_is_the_smaller_angle_of_two_lines(tilt: float, wanted: float) -> None:
    end = (10 * math.cos(math.radians(tilt)), 10 * math.sin(math.radians(tilt)))
    cobb = drawn("cobb", (0, 0), (10, 0), (0, 0), end)
    assert cobb_of(cobb, Scale(1, 1, "mm")) == pytest.approx(wanted)


def test_areas_of_figures() -> None:
    # 10 columns are 5 mm, 5 rows are 10 mm.
    assert area_of(drawn("rectangle", (0, 0), (10, 5)), MM) == pytest.approx(50)
    assert area_of(drawn("ellipse", (0, 0), (10, 5)), MM) == pytest.approx(math.pi * 2.5 * 5)
    triangle = drawn("polygon", (0, 0), (10, 0), (0, 5))
    assert area_of(triangle, MM) == pytest.approx(25)
    assert perimeter_of(triangle, MM) == pytest.approx(5 + 10 + math.hypot(5, 10))


def test_the_way_round_a_circle() -> None:
    circle = drawn("ellipse", (0, 0), (8, 8))
    assert perimeter_of(circle, Scale(1, 1, "mm")) == pytest.approx(8 * math.pi)


def test_a_pixel_counts_when_its_centre_lies_inside() -> None:
    # Centres 1.5, 2.5, 3.5 lie in 1.4 .. 4.4; 4.5 does not.
    mask = mask_of(drawn("rectangle", (1.4, 1.4), (4.4, 2.6)), 10, 10)
    rows, columns = np.nonzero(mask.inside)
    assert set(zip((rows + mask.top).tolist(), (columns + mask.left).tolist(), strict=True)) == {
        (row, column) for row in (1, 2) for column in (1, 2, 3)
    }


def test_figures_that_touch_share_no_pixel() -> None:
    left = mask_of(drawn("rectangle", (0, 0), (2.5, 4)), 10, 10)
    right = mask_of(drawn("rectangle", (2.5, 0), (5, 4)), 10, 10)
    assert left.count + right.count == 20


def test_a_polygon_fills_like_a_rectangle_of_the_same_corners() -> None:
    corners = ((1.4, 1.4), (4.4, 1.4), (4.4, 2.6), (1.4, 2.6))
    polygon, box = drawn("polygon", *corners), drawn("rectangle", corners[0], corners[2])
    one, other = mask_of(polygon, 10, 10), mask_of(box, 10, 10)
    np.testing.assert_array_equal(one.inside, other.inside)


def test_a_large_circle_has_the_pixels_of_its_area() -> None:
    mask = mask_of(drawn("ellipse", (100, 100), (900, 900)), 1000, 1000)
    assert mask.count == pytest.approx(math.pi * 400**2, rel=1e-3)


def test_a_concave_polygon_leaves_its_notch_out() -> None:
    notch = drawn("polygon", (0, 0), (6, 0), (6, 6), (3, 2), (0, 6))
    mask = mask_of(notch, 10, 10)
    assert mask.inside[1, 2]
    assert not mask.inside[4, 3]


def test_what_lies_outside_the_image_is_not_counted() -> None:
    assert mask_of(drawn("rectangle", (-5, -5), (3, 2)), 10, 10).count == 6
    assert mask_of(drawn("rectangle", (20, 20), (30, 30)), 10, 10).count == 0


def test_statistics_of_four_pixels_by_hand() -> None:
    stored = np.array([[0, 10, 20], [30, 40, 50]], np.int16)
    pixels = FramePixels(stored, "MONOCHROME2", Rescale(2, -100), bits_stored=16, units="HU")
    found = region_statistics(
        pixels, mask_of(drawn("rectangle", (0, 0), (2, 2)), 2, 3), plain(pixels)
    )
    # -100, -80, -40, -20 HU.
    assert found is not None
    assert (found.count, found.mean, found.minimum, found.maximum) == (4, -60, -100, -20)
    assert found.deviation == pytest.approx(math.sqrt((1600 + 400 + 400 + 1600) / 4))
    assert found.median == -60
    assert found.histogram.sum() == 4


def test_padding_is_left_out_and_counted() -> None:
    stored = np.array([[-2000, 10], [20, 30]], np.int16)
    pixels = FramePixels(stored, "MONOCHROME2", padding=(-2000, -2000), bits_stored=16)
    found = region_statistics(
        pixels, mask_of(drawn("rectangle", (0, 0), (2, 2)), 2, 2), plain(pixels)
    )
    assert found is not None
    assert (found.count, found.left_out, found.mean) == (3, 1, 20)


def test_a_modality_table_is_looked_up() -> None:
    table = LookupTable(5, np.array([100, 200, 400], np.uint16), 16)
    stored = np.array([[4, 5, 6, 7, 99]], np.uint8)
    pixels = FramePixels(stored, "MONOCHROME2", table)
    found = region_statistics(
        pixels, mask_of(drawn("rectangle", (0, 0), (5, 1)), 1, 5), plain(pixels)
    )
    assert found is not None
    assert found.total == 100 + 100 + 200 + 400 + 400


def test_a_real_world_map_gives_the_quantity_and_leaves_out_what_it_does_not_map() -> None:
    adc = RealWorldMap("ADC", "", "mm2/s", "ADC", 0, 2000, 1e-6, 0.0, None)
    stored = np.array([[1000, 2000, 4000]], np.uint16)
    pixels = FramePixels(stored, "MONOCHROME2", bits_stored=16, real_world=adc)
    quantity = quantity_of(pixels, Calibration())
    found = region_statistics(pixels, mask_of(drawn("rectangle", (0, 0), (3, 1)), 1, 3), quantity)
    assert found is not None
    assert (found.count, found.left_out, quantity.unit) == (2, 1, "mm²/s")
    assert found.mean == pytest.approx(0.0015)


def test_large_integers_are_not_rounded_to_single_precision() -> None:
    stored = np.full((2, 2), 16_777_217, np.int32)
    pixels = FramePixels(stored, "MONOCHROME2", bits_stored=32)
    found = region_statistics(
        pixels, mask_of(drawn("rectangle", (0, 0), (2, 2)), 2, 2), plain(pixels)
    )
    assert found is not None
    assert found.mean == 16_777_217


def test_without_spacing_lengths_are_pixels_and_say_so() -> None:
    scale = scale_of(frame(None), ())
    assert (scale.unit, scale.remark) == ("px", "no spacing in the file")


def test_a_spacing_at_the_detector_is_said() -> None:
    assert scale_of(frame((0.2, 0.2), at_detector=True), ()).remark == "at the detector"


def region(**changes: object) -> Dataset:
    made = Dataset()
    values: dict[str, object] = {
        "RegionLocationMinX0": 10, "RegionLocationMinY0": 10, "RegionLocationMaxX1": 59,
        "RegionLocationMaxY1": 39, "PhysicalUnitsXDirection": 3, "PhysicalUnitsYDirection": 3,
        "PhysicalDeltaX": 0.02, "PhysicalDeltaY": 0.03,
    }  # fmt: skip
    for keyword, value in {**values, **changes}.items():
        setattr(made, keyword, value)
    return made


def regions(*made: Dataset) -> tuple[UltrasoundRegion, ...]:
    header = Dataset()
    header.SequenceOfUltrasoundRegions = list(made)
    return ultrasound_regions(header)


def test_an_ultrasound_region_measures_in_its_own_calibration() -> None:
    found = regions(region())
    scale = scale_of(frame(None), found, (20, 20), (50, 30))
    # 30 columns of 0.2 mm and 10 rows of 0.3 mm.
    assert length_of(drawn("length", (20, 20), (50, 30)), scale) == pytest.approx(math.hypot(6, 3))
    assert scale.unit == "mm"


def test_a_trace_measures_seconds_and_velocities_apart() -> None:
    doppler = region(PhysicalUnitsXDirection=4, PhysicalUnitsYDirection=7, PhysicalDeltaX=0.005,
                     PhysicalDeltaY=-1.5)  # fmt: skip
    scale = scale_of(frame(None), regions(doppler), (20, 20), (40, 24))
    assert not scale.is_uniform
    assert (scale.unit, scale.unit_down) == ("s", "cm/s")
    assert scale.vector((20, 20), (40, 24)) == pytest.approx((0.1, 6.0))


def test_a_line_that_leaves_its_region_is_in_pixels() -> None:
    scale = scale_of(frame(None), regions(region()), (20, 20), (90, 20))
    assert (scale.unit, scale.remark) == ("px", "outside a calibrated region")


def test_a_region_inside_another_counts_first() -> None:
    inner = region(RegionLocationMinX0=20, RegionLocationMaxX1=30, PhysicalDeltaX=0.1)
    scale = scale_of(frame(None), regions(region(), inner), (22, 20))
    assert scale.across == pytest.approx(1.0)


def test_a_region_of_zero_deltas_has_no_calibration() -> None:
    scale = scale_of(frame(None), regions(region(PhysicalDeltaX=0)), (20, 20))
    assert scale.remark == "a region without calibration"


def test_a_receipt_says_voxels_mask_chain_and_scale() -> None:
    stored = np.arange(100, dtype=np.int16).reshape(10, 10)
    pixels = FramePixels(stored, "MONOCHROME2", Rescale(1, -1024), bits_stored=12, units="HU")
    result = measure(drawn("rectangle", (0, 0), (2, 2)), frame(), pixels)
    # Stored 0, 1, 10, 11: mean 5.5.
    assert result.lines[0].startswith("Mean \N{MINUS SIGN}1018.5, SD 5.02")
    receipt = " ".join(result.receipt)
    for said in ("4 pixels", "centre lies inside", "Stored int16 of 12 bits, times 1 plus -1024",
                 "0.5 mm from column to column, 2 mm from row to row"):  # fmt: skip
        assert said in receipt


@pytest.mark.parametrize(
    ("kind", "points"),
    [("length", ((0, 0),)), ("polygon", ((0, 0), (1, 1))), ("probe", ((math.nan, 0),))],
)
def test_what_cannot_be_drawn_is_refused(kind: Kind, points: tuple[PointPx, ...]) -> None:
    with pytest.raises(AnnotationError):
        drawn(kind, *points)


@pytest.mark.parametrize(
    ("points", "wanted"),
    [
        (((0, 0), (4, 0), (4, 4), (0, 4)), False),
        (((0, 0), (4, 4), (4, 0), (0, 4)), True),
        (((0, 0), (4, 0), (2, 1), (4, 4), (0, 4)), False),
        (((0, 0), (4, 0), (4, 0), (4, 4)), False),
    ],
)
def test_sides_that_cross(points: tuple[PointPx, ...], wanted: bool) -> None:
    assert crosses_itself(points) == wanted


def test_a_long_line_is_looked_through_at_once() -> None:
    turns = np.linspace(0, 2 * math.pi, 20_000, endpoint=False)
    ring = tuple(zip(np.cos(turns).tolist(), np.sin(turns).tolist(), strict=True))
    assert not crosses_itself(ring)


def flat(value: float = 5.0, side: int = 10) -> FramePixels:
    return FramePixels(np.full((side, side), value, np.float32), "MONOCHROME2", bits_stored=32)


def test_a_radiograph_that_does_not_tell_its_calibration_says_so() -> None:
    instance = replace(frame().instance, is_calibration_unknown=True)
    assert scale_of(Frame(instance, 0), ()).remark == "calibration not told"


def test_an_area_that_crosses_itself_is_not_told() -> None:
    eight = drawn("polygon", (1, 1), (8, 8), (8, 1), (1, 8))
    lines = measure(eight, frame(), flat()).lines
    assert "crosses itself: no area" in lines
    assert not any("mm²" in line for line in lines)


def test_a_figure_that_leaves_the_image_says_so() -> None:
    assert (
        "partly outside the image"
        in measure(drawn("rectangle", (5, 5), (15, 9)), frame(), flat()).lines
    )
    assert (
        "partly outside the image"
        not in measure(drawn("rectangle", (0, 0), (10, 10)), frame(), flat()).lines
    )


def test_pixels_beyond_a_volume_are_not_counted() -> None:
    outside = np.zeros((10, 10), np.bool_)
    outside[:, 5:] = True
    pixels = replace(flat(), outside=outside)
    found = region_statistics(
        pixels, mask_of(drawn("rectangle", (0, 0), (10, 10)), 10, 10), plain(pixels)
    )
    assert found is not None
    assert (found.count, found.left_out) == (50, 50)


def test_small_numbers_keep_their_digits() -> None:
    assert "0.000123" in measure(drawn("probe", (2, 2)), frame(), flat(0.000123)).lines[0]


def test_colours_are_whole_numbers() -> None:
    rgb = FramePixels(np.full((4, 4, 3), 88, np.uint8), "RGB")
    assert measure(drawn("probe", (2, 2)), frame(), rgb).lines == ("88, 88, 88",)
    palette = Palette(0, np.zeros((4, 3), np.uint8))
    indexed = FramePixels(np.full((4, 4), 3, np.uint8), "PALETTE COLOR", palette=palette)
    assert measure(drawn("probe", (2, 2)), frame(), indexed).lines == ("palette index 3",)


def test_of_overlapping_regions_the_one_of_high_priority_counts() -> None:
    high = UltrasoundRegion(0, 0, 49, 49, 0.1, 0.1, "cm", "cm")
    low = UltrasoundRegion(0, 0, 99, 99, 0.02, 0.02, "cm", "cm", is_low_priority=True)
    assert scale_of(frame(), (high, low), (5, 5), (9, 9)).across == pytest.approx(1.0)
    assert scale_of(frame(), (high, low), (5, 5), (80, 9)).across == pytest.approx(0.2)

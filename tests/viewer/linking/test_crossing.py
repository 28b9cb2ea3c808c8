"""Where planes cross: expected lines worked out by hand from axial, sagittal and coronal boxes."""

import math

import pytest

from precedent_viewer.linking.crossing import Placed, crossing
from precedent_viewer.model.plane import Orientation, Plane, Point

AXIAL: Orientation = (1, 0, 0, 0, 1, 0)
CORONAL: Orientation = (1, 0, 0, 0, 0, -1)
SAGITTAL: Orientation = (0, 1, 0, 0, 0, -1)


def image(
    position: Point, orientation: Orientation, spacing: float = 1.0, *, size: tuple[int, int]
) -> Placed:
    return Placed(Plane(position, orientation, (spacing, spacing)), *size)


def test_an_axial_slice_is_a_level_line_on_a_coronal_image() -> None:
    # The coronal image spans x 0..100 and z 50 (top) down to -50; the slice lies at z = 20.
    coronal = image((0.5, 30, 49.5), CORONAL, size=(100, 100))
    axial = image((0.5, 0.5, 20), AXIAL, size=(60, 100))
    line = crossing(coronal, axial)
    assert line is not None
    assert sorted(line) == [pytest.approx((0, 30)), pytest.approx((100, 30))]


def test_the_line_ends_where_the_other_image_ends() -> None:
    # The axial image holds x from 20 to 60 alone.
    coronal = image((0.5, 30, 49.5), CORONAL, size=(100, 100))
    axial = image((20.5, 0.5, 20), AXIAL, size=(60, 40))
    line = crossing(coronal, axial)
    assert line is not None
    assert sorted(line) == [pytest.approx((20, 30)), pytest.approx((60, 30))]


def test_spacing_and_pixels_are_converted() -> None:
    coronal = image((0.25, 30, 49.75), CORONAL, 0.5, size=(200, 200))
    axial = image((0.5, 0.5, 20), AXIAL, size=(60, 100))
    line = crossing(coronal, axial)
    assert line is not None
    assert sorted(line) == [pytest.approx((0, 60)), pytest.approx((200, 60))]


def test_a_tilted_slice_is_a_tilted_line() -> None:
    # Turned by 30 degrees about the y axis through (50, *, 0): z falls by tan 30 with x.
    turn = math.radians(30)
    tilted: Orientation = (math.cos(turn), 0, -math.sin(turn), 0, 1, 0)
    coronal = image((0.5, 30, 49.5), CORONAL, size=(100, 100))
    start = (50 - 49.5 * math.cos(turn), 0.5, 49.5 * math.sin(turn))
    line = crossing(coronal, image(start, tilted, size=(60, 100)))
    assert line is not None
    (x0, y0), (x1, y1) = sorted(line)
    assert (y1 - y0) / (x1 - x0) == pytest.approx(math.tan(turn))
    assert x1 - x0 == pytest.approx(100 * math.cos(turn))


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (image((0.5, 0.5, 70), AXIAL, size=(60, 100)), "above"),
        (image((0.5, 60, 49.5), CORONAL, size=(100, 100)), "parallel"),
        (image((0.5, 40, 20), AXIAL, size=(60, 100)), "behind"),
    ],
)
def test_images_that_do_not_meet_have_no_line(other: Placed, why: str) -> None:
    coronal = image((0.5, 30, 49.5), CORONAL, size=(100, 100))
    assert crossing(coronal, other) is None, why


def test_a_sagittal_image_is_an_upright_line_on_an_axial_one() -> None:
    axial = image((0.5, 0.5, 0), AXIAL, size=(100, 100))
    sagittal = image((25, 0.5, 50), SAGITTAL, size=(100, 100))
    line = crossing(axial, sagittal)
    assert line is not None
    assert sorted(line) == [pytest.approx((25, 0)), pytest.approx((25, 100))]


def test_points_go_into_the_patient_and_back() -> None:
    plane = Plane((10, 20, 30), SAGITTAL, (2.0, 0.5))
    point = plane.point_at(3.5, 4.5)
    assert point == pytest.approx((10, 20 + 3 * 0.5, 30 - 4 * 2.0))
    assert point is not None
    assert plane.pixel_of(point) == pytest.approx((3.5, 4.5, 0))

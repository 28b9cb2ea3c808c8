"""A place in the sent picture is found again in the image, however the view was turned."""

import numpy as np
import pytest

from precedent_inference.evidence.findings import Rectangle
from precedent_plugin.cutout import Cutout
from precedent_plugin.host import ViewSnapshot

IMAGE = np.zeros((60, 80), np.uint8)
IMAGE[21:24, 33:38] = 1
MARK = Rectangle(33, 21, 5, 3)
REGION = (30, 10, 20, 30)


def place_of_mark(picture: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> Rectangle:
    rows, columns = np.nonzero(picture)
    left, top = int(columns.min()), int(rows.min())
    return Rectangle(left, top, int(columns.max()) + 1 - left, int(rows.max()) + 1 - top)


@pytest.mark.parametrize("region", [None, REGION])
@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("quarters", range(4))
def test_a_turned_place_is_found_where_it_was(
    quarters: int, flipped: bool, region: tuple[int, int, int, int] | None
) -> None:
    x, y, width, height = region or (0, 0, 80, 60)
    painted = IMAGE[y : y + height, x : x + width]
    painted = np.rot90(painted[:, ::-1] if flipped else painted, -quarters)
    snapshot = ViewSnapshot(region=region, flipped=flipped, rotation_quarters=quarters)
    cutout = Cutout.of(snapshot, painted.shape[1], painted.shape[0])
    assert cutout.on_image(place_of_mark(painted)) == MARK


def test_a_border_is_taken_off_first() -> None:
    cutout = Cutout.of(ViewSnapshot(region=REGION), 20, 30).within(30, 30)
    # Five columns were added on each side; the mark lies 3 right of the region and 11 below.
    assert cutout.on_image(Rectangle(8, 11, 5, 3)) == MARK


def test_millimetres_follow_the_spacing_of_rows_and_columns() -> None:
    cutout = Cutout.of(ViewSnapshot(region=REGION, pixel_spacing_mm=(0.5, 0.25)), 20, 30)
    assert cutout.in_mm(Rectangle(3, 11, 5, 3)) == Rectangle(8.25, 10.5, 1.25, 1.5)


def test_without_spacing_there_are_no_millimetres() -> None:
    assert Cutout.of(ViewSnapshot(), 80, 60).in_mm(MARK) is None

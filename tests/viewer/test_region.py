"""Regions of whole pixels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedent_viewer.region import Region, RegionError, region_between

coordinates = st.floats(-50, 150)


def test_an_empty_region_is_refused() -> None:
    with pytest.raises(RegionError, match="0 by 5"):
        Region(0, 0, 0, 5)


def test_the_region_has_the_pixels_between_the_points() -> None:
    assert region_between((10.2, 30.9), (4.4, 20.1), rows=64, columns=64) == Region(4, 20, 6, 11)


def test_points_beyond_the_image_are_cut_at_its_edge() -> None:
    assert region_between((-5, -5), (5, 900), rows=40, columns=30) == Region(0, 0, 5, 40)


def test_nothing_of_the_image_between_the_points_is_no_region() -> None:
    assert region_between((-5, 0), (-1, 10), rows=40, columns=30) is None


def test_moving_stops_at_the_edge() -> None:
    assert Region(2, 2, 10, 10).moved(-7, 100, rows=40, columns=30) == Region(0, 30, 10, 10)


@given(coordinates, coordinates, coordinates, coordinates)
def test_a_region_lies_inside_the_image(x0: float, y0: float, x1: float, y1: float) -> None:
    region = region_between((x0, y0), (x1, y1), rows=90, columns=70)
    if region is not None:
        assert region.x >= 0
        assert region.y >= 0
        assert region.x + region.width <= 70
        assert region.y + region.height <= 90


@given(coordinates, coordinates, coordinates, coordinates)
def test_the_order_of_the_points_does_not_matter(
    x0: float, y0: float, x1: float, y1: float
) -> None:
    first = region_between((x0, y0), (x1, y1), rows=90, columns=70)
    assert first == region_between((x1, y1), (x0, y0), rows=90, columns=70)

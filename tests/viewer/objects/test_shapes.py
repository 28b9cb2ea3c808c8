"""Shapes of reports and presentation states: corners and rims worked out by hand."""

import math

import numpy as np
import pytest

from precedent_viewer.objects.shapes import lines_of


def test_points_are_lines_of_one() -> None:
    lines = lines_of("MULTIPOINT", [(1, 2), (3, 4)])
    assert [(line.tolist(), is_closed) for line, is_closed in lines] == [
        ([[1, 2]], False),
        ([[3, 4]], False),
    ]


def test_a_circle_is_its_centre_and_a_point_of_its_rim() -> None:
    [(line, is_closed)] = lines_of("CIRCLE", [(10, 20), (13, 24)])
    assert is_closed
    np.testing.assert_allclose(np.hypot(*(line - (10, 20)).T), 5)


def test_an_ellipse_goes_through_the_ends_of_its_axes() -> None:
    # Major axis from (0, 5) to (10, 5), minor from (5, 2) to (5, 8).
    [(line, is_closed)] = lines_of("ELLIPSE", [(0, 5), (10, 5), (5, 2), (5, 8)])
    assert is_closed
    inside = ((line - (5, 5)) / (5, 3)) ** 2
    np.testing.assert_allclose(inside.sum(axis=1), 1)
    for end in ((0, 5), (10, 5), (5, 2), (5, 8)):
        assert np.hypot(*(line - end).T).min() < 1e-9


def test_a_line_that_returns_to_its_start_is_closed_without_it() -> None:
    [(line, is_closed)] = lines_of("POLYLINE", [(0, 0), (4, 0), (4, 3), (0, 0)])
    assert is_closed
    assert line.tolist() == [[0, 0], [4, 0], [4, 3]]
    [(line, is_closed)] = lines_of("POLYLINE", [(0, 0), (4, 0), (4, 3)])
    assert not is_closed
    assert len(line) == 3


def test_an_interpolated_line_goes_through_its_points_and_around_a_circle() -> None:
    turns = [2 * math.pi * step / 12 for step in range(13)]
    corners = [(100 * math.cos(turn), 100 * math.sin(turn)) for turn in turns]
    [(line, is_closed)] = lines_of("INTERPOLATED", corners)
    assert is_closed
    for corner in corners:
        assert np.hypot(*(line - corner).T).min() < 1e-6
    # A periodic spline through twelve points of a circle leaves it by less than a part in 1,000.
    np.testing.assert_allclose(np.hypot(*line.T), 100, rtol=1e-3)


@pytest.mark.parametrize(
    ("kind", "points"),
    [
        ("CIRCLE", [(1, 1)]),
        ("ELLIPSE", [(1, 1), (2, 2)]),
        ("POLYLINE", [(1, 1)]),
        ("SQUIGGLE", [(1, 1), (2, 2)]),
        ("POLYLINE", [(1, 1), (math.nan, 2)]),
        ("POLYLINE", []),
    ],
)
def test_too_few_points_and_what_is_no_shape_draw_nothing(
    kind: str, points: list[tuple[float, float]]
) -> None:
    assert lines_of(kind, points) == []


def test_an_ellipsoid_is_two_of_its_ellipses() -> None:
    ends = [(-4, 0, 0), (4, 0, 0), (0, -3, 0), (0, 3, 0), (0, 0, -2), (0, 0, 2)]
    lines = lines_of("ELLIPSOID", ends)
    assert len(lines) == 2
    np.testing.assert_allclose(lines[0][0][:, 2], 0, atol=1e-12)
    np.testing.assert_allclose(lines[1][0][:, 1], 0, atol=1e-12)

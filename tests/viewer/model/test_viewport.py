"""The mapping between image and screen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precedent_viewer.model.viewport import Viewport, ViewportError

SCREEN = (800.0, 600.0)
points = st.tuples(st.floats(-3000, 3000), st.floats(-3000, 3000))
viewports = st.builds(
    Viewport,
    center=points,
    scale=st.floats(0.02, 40),
    aspect=st.floats(0.2, 5),
    rotation_quarters=st.integers(0, 3),
    flipped_horizontally=st.booleans(),
    flipped_vertically=st.booleans(),
)


@settings(max_examples=30)
@given(viewports, points)
def test_point_comes_back_from_the_screen(viewport: Viewport, point: tuple[float, float]) -> None:
    there = viewport.to_screen(point, SCREEN)

    assert viewport.to_image(there, SCREEN) == pytest.approx(point, rel=1e-6, abs=1e-6)


@settings(max_examples=30)
@given(viewports)
def test_centre_is_in_the_middle_of_the_screen(viewport: Viewport) -> None:
    assert viewport.to_screen(viewport.center, SCREEN) == pytest.approx((400, 300), abs=1e-6)


@settings(max_examples=30)
@given(viewports, st.tuples(st.floats(0, 800), st.floats(0, 600)), st.floats(0.2, 5))
def test_zoom_holds_the_point_under_the_pointer(
    viewport: Viewport, about: tuple[float, float], factor: float
) -> None:
    fixed = viewport.to_image(about, SCREEN)

    zoomed = viewport.zoomed(factor, about, SCREEN)

    assert zoomed.to_screen(fixed, SCREEN) == pytest.approx(about, abs=1e-4)
    assert zoomed.scale == pytest.approx(viewport.scale * factor)


@settings(max_examples=30)
@given(viewports, points, st.floats(-500, 500), st.floats(-500, 500))
def test_pan_moves_every_point_by_the_same_screen_distance(
    viewport: Viewport, point: tuple[float, float], dx: float, dy: float
) -> None:
    x, y = viewport.to_screen(point, SCREEN)

    assert viewport.panned(dx, dy).to_screen(point, SCREEN) == pytest.approx(
        (x + dx, y + dy), rel=1e-6, abs=1e-4
    )


@settings(max_examples=30)
@given(viewports)
def test_four_quarter_turns_change_nothing(viewport: Viewport) -> None:
    assert viewport.rotated(1).rotated(1).rotated(2) == viewport


@settings(max_examples=30)
@given(viewports, points, st.booleans())
def test_mirror_exchanges_sides_as_seen(
    viewport: Viewport, point: tuple[float, float], left_right: bool
) -> None:
    x, y = viewport.to_screen(point, SCREEN)

    mirrored = viewport.mirrored(left_right=left_right).to_screen(point, SCREEN)

    expected = (800 - x, y) if left_right else (x, 600 - y)
    assert mirrored == pytest.approx(expected, rel=1e-6, abs=1e-4)


@pytest.mark.parametrize(
    ("quarters", "corner"),
    # The first pixel's corner goes round clockwise from the top left.
    [(0, (300, 200)), (1, (500, 200)), (2, (500, 400)), (3, (300, 400))],
)
def test_turn_is_clockwise(quarters: int, corner: tuple[float, float]) -> None:
    viewport = Viewport((100, 100), rotation_quarters=quarters)

    assert viewport.to_screen((0, 0), SCREEN) == pytest.approx(corner)


def test_flip_comes_before_the_turn() -> None:
    viewport = Viewport((100, 100), rotation_quarters=1, flipped_horizontally=True)

    # Flipped, the corner is at the top right; turned, at the bottom right.
    assert viewport.to_screen((0, 0), SCREEN) == pytest.approx((500, 400))


@pytest.mark.parametrize(
    ("viewport", "scale"),
    [
        (Viewport((0, 0)), 600 / 200),
        (Viewport((0, 0), aspect=2.0), 600 / 400),
        (Viewport((0, 0), rotation_quarters=1), 600 / 250),
    ],
)
def test_whole_image_fits(viewport: Viewport, scale: float) -> None:
    fitted = viewport.fitted(200, 250, SCREEN)

    assert fitted.scale == pytest.approx(scale)
    assert fitted.center == (125, 100)


@pytest.mark.parametrize(("scale", "aspect"), [(0, 1), (-1, 1), (1, 0), (float("nan"), 1)])
def test_scale_that_cannot_be_drawn_is_refused(scale: float, aspect: float) -> None:
    with pytest.raises(ViewportError):
        Viewport((0, 0), scale=scale, aspect=aspect)

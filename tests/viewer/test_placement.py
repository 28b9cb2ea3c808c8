"""How the image lies in the window."""

import pytest

from precedent_viewer.model.viewport import Viewport
from precedent_viewer.placement import Placement


@pytest.fixture
def place() -> Placement:
    """An image of 100 rows and 200 columns, fitted in a window of 400 x 400."""
    made = Placement()
    made.resize(400, 400)
    made.show((100, 200))
    return made


def test_an_image_is_fitted_in_the_middle(place: Placement) -> None:
    assert place.scale == 2
    assert place.to_screen(0, 0) == (0, 100)
    assert place.to_screen(200, 100) == (400, 300)


def test_an_image_that_was_moved_stays_when_the_window_changes(place: Placement) -> None:
    place.pan_by(10, 0)
    place.resize(800, 800)
    assert place.scale == 2
    assert not place.is_fitted


def test_a_turned_image_that_is_fitted_is_fitted_anew(place: Placement) -> None:
    place.resize(400, 100)
    place.rotate(1)
    assert place.scale == 0.5


def test_zoom_ends_at_its_bounds(place: Placement) -> None:
    place.zoom_by(1e9)
    assert place.scale == 100
    place.zoom_by(1e-9)
    assert place.scale == pytest.approx(0.01)


def test_one_to_one_counts_the_pixels_of_the_screen(place: Placement) -> None:
    place.resize(400, 400, ratio=2)
    place.one_to_one()
    assert (place.scale, place.magnification) == (0.5, 1)


def test_without_an_image_nothing_moves(place: Placement) -> None:
    place.show(None)
    before = place.viewport
    place.pan_by(5, 5)
    place.zoom_by(2)
    place.rotate(1)
    assert place.viewport == before


def test_an_image_of_another_height_of_pixels_is_drawn_so(place: Placement) -> None:
    place.show((100, 200), aspect=1.5)
    assert place.to_screen(0, 100)[1] - place.to_screen(0, 0)[1] == pytest.approx(300)


def test_what_was_left_is_restored_and_not_fitted_over(place: Placement) -> None:
    place.zoom_by(3)
    left = place.viewport
    place.restore(None)
    place.show((50, 50))
    place.restore(left, is_fitted=False)
    place.show((100, 200))
    assert place.viewport == left


def test_turning_is_told_once_and_moving_is_no_turn(place: Placement) -> None:
    turned: list[str] = []
    place.turned.connect(lambda: turned.append("turned"))
    place.pan_by(5, 5)
    place.mirror(left_right=True)
    assert turned == ["turned"]


def test_a_kept_place_comes_back_with_the_images_own_aspect() -> None:
    place = Placement()
    place.resize(200, 100)
    place.show((50, 50), aspect=2.0)
    turned: list[int] = []
    place.turned.connect(lambda: turned.append(1))
    place.lay(Viewport((10.0, 20.0), 3.0, rotation_quarters=1), is_fitted=False)
    assert place.viewport == Viewport((10.0, 20.0), 3.0, 2.0, 1)
    assert turned == [1]


def test_a_kept_turn_is_fitted_when_its_image_comes() -> None:
    place = Placement()
    place.resize(200, 100)
    place.lay(Viewport((0.0, 0.0), rotation_quarters=1), is_fitted=True)
    place.show((40, 80))
    # Turned, the image is 40 wide and 80 high: 100 / 80 is what the height leaves.
    assert place.scale == 1.25
    assert place.viewport.center == (40.0, 20.0)

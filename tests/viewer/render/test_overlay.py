"""What is written over the image."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedent_viewer.app import App
from precedent_viewer.render.overlay import SCALE_BAR_SHARE, length_text, scale_bar_of


@given(st.floats(1e-5, 1e3), st.floats(50, 5000))
def test_a_scale_bar_fits_and_is_more_than_a_third_of_its_room(
    mm_per_px: float, width_px: float
) -> None:
    bar = scale_bar_of(mm_per_px, width_px)
    assert bar is not None
    assert width_px * SCALE_BAR_SHARE * 0.39 <= bar.length_px <= width_px * SCALE_BAR_SHARE * 1.001


@pytest.mark.parametrize("scale", [0.0, -1.0, float("inf"), float("nan")])
def test_no_scale_no_bar(scale: float) -> None:
    assert scale_bar_of(scale, 800) is None


@pytest.mark.parametrize(
    ("length_mm", "words"),
    [(50, "5 cm"), (10, "1 cm"), (5, "5 mm"), (1, "1 mm"), (0.5, "500 µm"), (0.002, "2 µm")],
)
def test_a_length_is_written_in_the_unit_of_a_reader(length_mm: float, words: str) -> None:
    assert length_text(length_mm) == words


def test_a_hundred_pixels_of_half_a_millimetre_are_five_centimetres() -> None:
    bar = scale_bar_of(0.5, 400)
    assert bar is not None
    assert (bar.length_px, bar.label) == (100, "5 cm")


def test_the_bar_follows_the_zoom(opened: App) -> None:
    opened.view.place.zoom_by(20 / opened.view.place.scale)
    bar = opened.canvas.overlay().scale_bar
    assert bar is not None
    # 0.5 mm a pixel at 20 screen pixels: a millimetre is 40 screen pixels.
    assert bar.length_px / 40 == pytest.approx(float(bar.label.removesuffix(" mm")))


def test_letters_follow_a_flip(opened: App) -> None:
    assert opened.canvas.overlay().letters == ("R", "L", "A", "P")
    opened.registry.run("view.flip-horizontal")
    assert opened.canvas.overlay().letters == ("L", "R", "A", "P")
    opened.registry.run("view.rotate-right")
    assert opened.canvas.overlay().letters == ("P", "A", "L", "R")


def test_window_and_place_are_written(opened: App) -> None:
    lines = opened.canvas.overlay().bottom_left
    assert lines == ("Image 1 of 5", "Position 2.500 mm", "C 0 · W 400")


def test_one_key_hides_the_overlay_but_not_the_marks(opened: App) -> None:
    opened.registry.run("view.toggle-overlay")
    assert not opened.canvas.show_overlay
    assert opened.canvas.overlay().notes == ()

"""Arrays to pictures for Qt."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PyQt6.QtGui import QColor

from precedent_viewer.render.image import halved, level_for, picture_of, thumbnail_of

grey_images = arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)))


def test_halving_gives_the_rounded_mean_of_four() -> None:
    assert halved(np.array([[0, 1], [2, 4]], np.uint8)).tolist() == [[2]]


def test_an_odd_edge_counts_twice() -> None:
    assert halved(np.array([[0, 10, 200]], np.uint8)).tolist() == [[5, 200]]


@given(grey_images)
def test_halving_stays_between_the_extremes(image: np.ndarray) -> None:
    small = halved(image)
    assert image.min() <= small.min()
    assert small.max() <= image.max()
    assert small.shape == (-(-image.shape[0] // 2), -(-image.shape[1] // 2))


@given(st.floats(0.001, 50))
def test_painting_never_shrinks_to_less_than_half(scale: float) -> None:
    rest = scale * 2 ** level_for(scale)
    assert rest > 0.5
    assert level_for(scale) == 0 or rest <= 1.0


@given(grey_images)
def test_grey_keeps_every_value(image: np.ndarray) -> None:
    picture = picture_of(image)
    rows, columns = image.shape
    shown = [[QColor(picture.image.pixel(x, y)).red() for x in range(columns)]
             for y in range(rows)]  # fmt: skip
    assert shown == image.tolist()


def test_colour_keeps_its_channels() -> None:
    picture = picture_of(np.array([[[10, 20, 30]]], np.uint8))
    color = QColor(picture.image.pixel(0, 0))
    assert (color.red(), color.green(), color.blue()) == (10, 20, 30)


@pytest.mark.parametrize(
    ("shape", "aspect", "expected"),
    [((100, 50), 1.0, (32, 64)), ((50, 100), 1.0, (64, 32)), ((50, 100), 2.0, (64, 64)),
     ((3, 3), 1.0, (64, 64))],
)  # fmt: skip
def test_a_thumbnail_fits_its_square_and_keeps_the_shape(
    shape: tuple[int, int], aspect: float, expected: tuple[int, int]
) -> None:
    image = thumbnail_of(np.zeros(shape, np.uint8), 64, aspect)
    assert (image.width(), image.height()) == expected

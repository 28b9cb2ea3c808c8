"""Pictures made alike, by the standard's formula and by counting pixels."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from precedent_plugin.cases import Case, Provenance
from precedent_plugin.errors import PictureError
from precedent_plugin.pictures import content_hash
from precedent_plugin.preprocess import ViewImage, encode_png
from precedent_plugin.prompting.matching import (
    at_scale,
    in_window,
    scaled,
    squared,
    squared_view,
    windowed,
)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


def test_a_window_is_the_standards_linear_function() -> None:
    # PS3.3 C.11.2.1.2.1 with c = 40, w = 400: black at or below -160, white above 239,
    # ((x - 39.5) / 399 + 0.5) * 255 between: 40 gives 127.82, 100 gives 166.17.
    values = np.array([[-1000, -160, 40, 100, 239, 1000]], dtype=np.float32)
    assert in_window(values, (40.0, 400.0)).tolist() == [[0, 0, 128, 166, 255, 255]]


def test_the_narrowest_window_is_a_threshold() -> None:
    values = np.array([[99, 100, 101]], dtype=np.float32)
    assert in_window(values, (100.5, 1.0)).tolist() == [[0, 128, 255]]


def test_a_case_in_another_window_is_the_same_case_with_another_picture() -> None:
    case = Case("1" * 32, ("a" * 64, "b" * 64), "Where?", "Left")
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    shown, png = windowed(case, values, (6.0, 12.0))
    assert shown.images == (content_hash(png), "b" * 64)
    assert shown.provenance.window == (6.0, 12.0)
    assert replace(shown, images=case.images, provenance=case.provenance) == case


def test_a_case_that_was_inverted_stays_so_in_another_window() -> None:
    case = Case("1" * 32, ("a" * 64,), "Where?", "Left", provenance=Provenance(is_inverted=True))
    _, png = windowed(case, np.array([[0, 0], [100, 100]], dtype=np.float32), (50.0, 50.0))
    assert pixels(png)[..., 0].tolist() == [[255, 255], [0, 0]]


def test_a_wide_picture_is_whole_in_its_square() -> None:
    wide = np.full((2, 6, 3), 200, dtype=np.uint8)
    square = pixels(squared(encode_png(wide)))
    assert square.shape == (6, 6, 3)
    assert square[2:4].min() == 200
    assert square[:2].max() == square[4:].max() == 0


def test_a_square_picture_stays_as_it_is() -> None:
    png = encode_png(np.zeros((4, 4), dtype=np.uint8))
    assert squared(png) is png


def test_the_view_of_a_squared_picture_has_its_size_and_hash() -> None:
    png = encode_png(np.zeros((2, 6), dtype=np.uint8))
    made = squared_view(ViewImage(png, content_hash(png), 6, 2, Provenance()))
    assert (made.width, made.height) == (6, 6)
    assert made.sha256 == content_hash(made.png)


def test_a_picture_at_half_the_spacing_has_twice_the_pixels() -> None:
    png = encode_png(np.full((10, 20), 80, dtype=np.uint8))
    assert pixels(at_scale(png, 0.5, 0.25)).shape == (20, 40, 3)


@pytest.mark.parametrize("spacings", [(0.0, 1.0), (1.0, -1.0), (1.0, 0.1), (0.1, 1.0)])
def test_a_scale_without_sense_is_refused(spacings: tuple[float, float]) -> None:
    png = encode_png(np.zeros((4, 4), dtype=np.uint8))
    with pytest.raises(PictureError, match=r"mm apart|would be scaled"):
        at_scale(png, *spacings)


def test_a_case_at_another_scale_knows_it() -> None:
    png = encode_png(np.full((10, 20), 80, dtype=np.uint8))
    case = Case("1" * 32, (content_hash(png),), "Where?", "Left", provenance=Provenance("CT"))
    with pytest.raises(PictureError, match="scale of the reference “Left” is not known"):
        scaled(case, png, 0.5)
    known = replace(case, provenance=replace(case.provenance, spacing_mm=(1.0, 1.0)))
    shown, larger = scaled(known, png, 0.5)
    assert pixels(larger).shape == (20, 40, 3)
    assert (shown.images, shown.provenance.pixel_mm) == ((content_hash(larger),), 0.5)

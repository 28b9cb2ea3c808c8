"""From values to grey levels."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from precedent_viewer.dicom.colour import Palette
from precedent_viewer.dicom.frames import FramePixels, Photometric
from precedent_viewer.dicom.lut import LookupTable, Rescale
from precedent_viewer.model.voi import VoiFunction, Window
from precedent_viewer.render.display import (
    automatic_window,
    default_window,
    levels_of,
    render,
)
from precedent_viewer.render.image import picture_in_strips, picture_of

CT = FramePixels(
    np.array([[0, 864, 1024, 1263, 4095]], np.uint16),
    "MONOCHROME2",
    Rescale(1, -1024),
    windows=(Window(40, 400),),
    bits_stored=12,
)


def test_ct_is_painted_with_its_window() -> None:
    # -1024, -160, 0, 239 and 3071 HU; 0 HU is (0 - 39.5) / 399 + 0.5 = 0.401 of 255.
    assert render(CT, None).tolist() == [[0, 0, 102, 255, 255]]


def test_monochrome1_is_painted_inverted() -> None:
    assert render(replace(CT, photometric="MONOCHROME1"), None).tolist() == [[255, 255, 153, 0, 0]]


def test_inverting_monochrome1_shows_it_as_stored() -> None:
    pixels = replace(CT, photometric="MONOCHROME1")

    assert render(pixels, None, invert=True).tolist() == render(CT, None).tolist()


def test_window_given_stands_before_the_files() -> None:
    assert render(CT, Window(0, 1)).tolist() == [[0, 0, 255, 255, 255]]


def test_padding_is_black_even_when_inverted() -> None:
    pixels = replace(CT, padding=(0, 900))

    assert render(pixels, None, invert=True).tolist() == [[0, 0, 153, 0, 0]]


def test_table_of_the_file_is_used_when_it_has_no_window() -> None:
    table = LookupTable(0, np.array([0, 255, 51], np.uint16), 8)
    pixels = FramePixels(np.array([[0, 1, 2, 9]], np.uint8), "MONOCHROME2", voi_luts=(table,))

    assert render(pixels, None).tolist() == [[0, 255, 51, 51]]
    assert default_window(pixels).limits == (0, 2)


def test_palette_is_painted_in_its_colours() -> None:
    palette = Palette(0, np.array([[1, 2, 3], [9, 8, 7]], np.uint8))
    pixels = FramePixels(np.array([[1, 0]], np.uint8), "PALETTE COLOR", palette=palette)

    assert pixels.is_colour
    assert render(pixels, Window(0, 1)).tolist() == [[[9, 8, 7], [1, 2, 3]]]


@pytest.mark.parametrize(
    ("dtype", "bits", "value", "level"),
    [("u1", 8, 200, 200), ("u2", 16, 0x8123, 0x81), ("u2", 12, 0xFFF, 255)],
)
def test_colour_is_reduced_to_8_bits(dtype: str, bits: int, value: int, level: int) -> None:
    pixels = FramePixels(np.full((1, 1, 3), value, dtype), "RGB", bits_stored=bits)

    assert render(pixels, None).tolist() == [[[level] * 3]]


def test_inverted_colour_is_the_complement() -> None:
    pixels = FramePixels(np.full((1, 1, 3), 200, np.uint8), "RGB")

    assert render(pixels, None, invert=True).tolist() == [[[55, 55, 55]]]


def test_grey_of_8_bits_without_a_window_stays_as_it_is() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)

    assert (render(FramePixels(every, "MONOCHROME2"), None) == every).all()


def test_automatic_window_leaves_outliers_and_padding_aside() -> None:
    values = np.full((100, 100), -2000, np.int16)
    values[:, 50:] = np.arange(50)
    values[0, 60] = 30000
    pixels = FramePixels(
        values, "MONOCHROME2", is_signed=True, bits_stored=16, padding=(-2000, -2000)
    )

    low, high = automatic_window(pixels).limits

    assert 0 <= low <= 1
    assert 48 <= high <= 49


@pytest.mark.parametrize(
    "values",
    [
        np.full((3, 3), 7, np.uint16),
        np.full((3, 3), np.nan, np.float32),
        np.array([[np.inf, 0.0, -np.inf]], np.float32),
        np.zeros((3, 3), np.float64),
        np.full((2, 2), 2**32 - 1, np.uint32),
    ],
)
def test_images_without_contrast_are_painted_all_the_same(values: NDArray[Any]) -> None:
    painted = render(FramePixels(values, "MONOCHROME2", bits_stored=16), None)

    assert painted.shape == values.shape


def test_image_that_is_all_padding_is_black() -> None:
    pixels = FramePixels(np.full((2, 2), -5, np.int16), "MONOCHROME2", padding=(-5, -5))

    assert render(pixels, None).max() == 0


@settings(max_examples=30)
@given(
    st.sampled_from([np.uint8, np.int8, np.uint16, np.int16]),
    st.floats(-300, 300),
    st.floats(1, 500),
    st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]),
    st.booleans(),
)
def test_table_and_formula_paint_the_same(
    dtype: type[np.integer[Any]], center: float, width: float, function: Any, invert: bool
) -> None:
    few = np.linspace(np.iinfo(dtype).min, np.iinfo(dtype).max, 50).astype(dtype).reshape(5, 10)
    many = np.tile(few, (40, 40))
    window = Window(center, width, function)

    by_formula = render(FramePixels(few, "MONOCHROME2", Rescale(0.5, 3)), window, invert=invert)
    by_table = render(FramePixels(many, "MONOCHROME2", Rescale(0.5, 3)), window, invert=invert)

    assert (by_table[:5, :10] == by_formula).all()


LARGE_SHAPE = (1100, 1000)


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16])
def test_large_frames_are_painted_as_small_ones(
    function: VoiFunction, photometric: Photometric, kind: type[np.integer[Any]]
) -> None:
    """The fast way of a large frame gives the levels of the slow way, value by value."""
    info = np.iinfo(kind)
    values = np.linspace(info.min, info.max, LARGE_SHAPE[0] * LARGE_SHAPE[1])
    stored = values.astype(kind).reshape(LARGE_SHAPE)
    pixels = FramePixels(stored, photometric, Rescale(1.7, -300), bits_stored=8 * info.bits // 8)
    window = Window(1234.5, 3210.7, function)
    part = stored[::137, ::91].copy()

    large = render(pixels, window)
    small = render(replace(pixels, stored=part), window)

    np.testing.assert_array_equal(large[::137, ::91], small)


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("shape", [(1100, 1000), (1031, 997)])
def test_strips_give_the_picture_of_the_whole(level: int, shape: tuple[int, int]) -> None:
    stored = np.random.default_rng(7).integers(0, 4096, shape, dtype=np.uint16)
    pixels = FramePixels(stored, "MONOCHROME2", bits_stored=12)
    window = Window(2000, 3000)

    strips = picture_in_strips(levels_of(pixels, window, is_inverted=False), stored, level)

    whole = picture_of(render(pixels, window), level)
    np.testing.assert_array_equal(strips.array, whole.array)
    assert strips.level == level

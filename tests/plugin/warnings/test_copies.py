"""Copies are found whatever was done to them, and other pictures are not taken for copies."""

from itertools import combinations

import numpy as np
import pytest
from PIL import Image
from tests.plugin.warnings.scene import Pixels, organ, png

from precedent_plugin.warnings.copies import find_copy


def windowed(pixels: Pixels, low: float, high: float) -> Pixels:
    shown = (pixels.astype(float) - low) / (high - low) * 255
    return np.clip(shown, 0, 255).astype(np.uint8)


def resized(pixels: Pixels, side: int) -> Pixels:
    return np.asarray(Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC))


ORIGINAL = organ(1)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (ORIGINAL, "a copy"),
        (windowed(ORIGINAL, 30, 190), "a copy"),
        (255 - ORIGINAL, "an inverted copy"),
        (ORIGINAL[:, ::-1], "a mirrored copy"),
        (np.rot90(ORIGINAL), "a turned copy"),
        (resized(ORIGINAL, 300), "a copy"),
        (ORIGINAL[20:150, 40:170], "a cropped copy"),
        (resized(ORIGINAL[30:140, 10:120], 200), "a cropped copy"),
        (windowed(ORIGINAL[20:150, 40:170], 30, 190)[:, ::-1], "a mirrored, cropped copy"),
    ],
)
def test_a_copy_is_found_and_named(changed: Pixels, words: str) -> None:
    for pair in ((ORIGINAL, changed), (changed, ORIGINAL)):
        copy = find_copy(png(pair[0]), png(pair[1]))
        assert copy is not None
        assert copy.words == words


def test_the_scale_of_a_crop_is_told() -> None:
    copy = find_copy(png(ORIGINAL), png(ORIGINAL[32:160, 32:160]))
    assert copy is not None
    assert copy.scale == pytest.approx(128 / 192, rel=0.04)


def test_other_pictures_of_the_same_kind_are_no_copies() -> None:
    pictures = [png(organ(seed)) for seed in range(2, 8)]
    assert [find_copy(*pair) for pair in combinations(pictures, 2)] == [None] * 15


def cell(radius: int, x: int) -> Pixels:
    rows, columns = np.mgrid[:80, :80]
    inside = (rows - 40) ** 2 + (columns - x) ** 2 < radius**2
    return np.where(inside, 90, 220).astype(np.uint8)


def test_round_cells_are_no_copies_of_each_other() -> None:
    assert find_copy(png(cell(25, 40)), png(cell(27, 44))) is None
    assert find_copy(png(cell(25, 40)), png(cell(25, 50))) is None


def test_a_cell_in_another_window_is_a_copy() -> None:
    assert find_copy(png(cell(25, 50)), png(windowed(cell(25, 50), 30, 260))) is not None


def test_a_blank_picture_is_no_copy_of_anything() -> None:
    blank = png(np.full((64, 64), 7, dtype=np.uint8))
    assert find_copy(blank, blank) is None
    assert find_copy(blank, png(ORIGINAL)) is None

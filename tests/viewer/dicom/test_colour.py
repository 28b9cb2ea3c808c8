"""Colour against the forward matrix of PS3.3 C.7.6.3.1.2 and palettes built by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from precedent_viewer.dicom.colour import (
    apply_palette,
    expanded_segments,
    read_palette,
    rgb_of_ybr,
)
from precedent_viewer.errors import DecodeError


def ybr_of_rgb(red: int, green: int, blue: int) -> list[int]:
    """The standard's own direction."""
    y = 0.2990 * red + 0.5870 * green + 0.1140 * blue
    cb = -0.1687 * red - 0.3313 * green + 0.5000 * blue + 128
    cr = 0.5000 * red - 0.4187 * green - 0.0813 * blue + 128
    return [min(max(round(part), 0), 255) for part in (y, cb, cr)]


@pytest.mark.parametrize(
    ("ybr", "rgb"),
    [
        ((0, 128, 128), (0, 0, 0)),
        ((255, 128, 128), (255, 255, 255)),
        ((76, 85, 255), (254, 0, 0)),
        ((29, 255, 107), (0, 0, 254)),
    ],
)
def test_known_colours(ybr: tuple[int, ...], rgb: tuple[int, ...]) -> None:
    assert rgb_of_ybr(np.array([[ybr]], np.uint8))[0, 0].tolist() == list(rgb)


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_colour_survives_the_way_there_and_back(red: int, green: int, blue: int) -> None:
    back = rgb_of_ybr(np.array([[ybr_of_rgb(red, green, blue)]], np.uint8))[0, 0]

    assert np.abs(back.astype(int) - [red, green, blue]).max() <= 2


@pytest.mark.parametrize(
    "rgb", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (9, 99, 200)]
)
def test_the_narrower_range_of_partial_ybr(rgb: tuple[int, int, int]) -> None:
    red, green, blue = rgb
    ybr = [
        round(0.2568 * red + 0.5041 * green + 0.0979 * blue + 16),
        round(-0.1482 * red - 0.2910 * green + 0.4392 * blue + 128),
        round(0.4392 * red - 0.3678 * green - 0.0714 * blue + 128),
    ]
    back = rgb_of_ybr(np.array([[ybr]], np.uint8), is_partial=True)[0, 0]
    assert np.abs(back.astype(int) - rgb).max() <= 2


def test_ybr_of_sixteen_bits() -> None:
    # The same colours as of 8 bits, 256 times as fine.
    red = np.array([[[0.2990 * 65535, 32768 - 0.1687 * 65535, 65535]]]).round().astype(np.uint16)
    back = rgb_of_ybr(red, 16)[0, 0].astype(int)
    assert np.abs(back - [65535, 0, 0]).max() <= 256


def palette_of(words: list[int], *, bits: int, segmented: bool = False, first: int = 0) -> Dataset:
    dataset = Dataset()
    prefix = "Segmented" if segmented else ""
    for colour in ("Red", "Green", "Blue"):
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [4, first, bits])
        data = np.array(words, "<u2").tobytes()
        setattr(dataset, f"{prefix}{colour}PaletteColorLookupTableData", data)
    return dataset


def test_palette_of_16_bits_keeps_the_high_byte() -> None:
    dataset = palette_of([0, 0x4080, 0x8000, 0xFFFF], bits=16)

    palette = read_palette(dataset, "x.dcm", is_signed=False, is_little=True)

    assert palette.colours[:, 0].tolist() == [0, 0x40, 0x80, 0xFF]


def test_palette_of_16_bits_that_uses_only_8_is_taken_as_it_is() -> None:
    dataset = palette_of([0, 64, 128, 255], bits=16)

    palette = read_palette(dataset, "x.dcm", is_signed=False, is_little=True)

    assert palette.colours[:, 0].tolist() == [0, 64, 128, 255]


def test_indices_outside_take_the_nearest_colour() -> None:
    dataset = palette_of([1, 2, 3, 4], bits=8, first=10)
    palette = read_palette(dataset, "x.dcm", is_signed=False, is_little=True)

    colours = apply_palette(np.array([[0, 10, 13, 255]], np.uint8), palette)

    assert colours[0, :, 0].tolist() == [1, 1, 4, 4]


def test_missing_palette_is_one_sentence() -> None:
    with pytest.raises(DecodeError, match=r"x\.dcm: the red table of its palette is missing\."):
        read_palette(Dataset(), "x.dcm", is_signed=False, is_little=True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        # PS3.3 C.7.9.2: discrete, then linear from the last value to 100 in 4 steps.
        ([0, 2, 10, 20, 1, 4, 100], [10, 20, 40, 60, 80, 100]),
        # An indirect segment repeats one segment found 0 words from the start.
        ([0, 2, 7, 9, 2, 1, 0, 0], [7, 9, 7, 9]),
        # A segment longer than the data ends with the data.
        ([0, 9, 1, 2], [1, 2]),
        # An indirect segment may not point at itself.
        ([0, 1, 5, 2, 3, 3, 0], [5]),
        ([7, 7, 7], []),
    ],
)
def test_segments_expand(words: list[int], expected: list[int]) -> None:
    assert expanded_segments(words, 16) == expected


def test_segmented_palette_is_read() -> None:
    dataset = palette_of([0, 2, 10, 20, 1, 2, 40], bits=16, segmented=True)

    palette = read_palette(dataset, "x.dcm", is_signed=False, is_little=True)

    assert palette.colours[:, 2].tolist() == [10, 20, 30, 40]

"""Codestreams of JPEG 2000 and HTJ2K against the values that went in, and against Pillow."""

import io

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from openjpeg.utils import decode, encode_array
from PIL import Image

from precedent_viewer.dicom.jpeg_2000 import (
    can_be_halved,
    decoded,
    decoded_at,
    enlarged,
    halvings_in,
)

ROWS, COLUMNS = 70, 103


def field(dtype: str, low: int, high: int) -> NDArray[np.generic]:
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    wave = np.sin(rows / 9) * np.cos(columns / 13)
    noise = np.random.default_rng(5).normal(0, (high - low) / 200, wave.shape)
    values = low + (high - low) * (0.5 + 0.4 * wave) + noise
    made: NDArray[np.generic] = np.clip(values, low, high).astype(dtype)
    return made


@pytest.mark.parametrize(
    ("dtype", "bits", "low", "high"),
    [("uint8", 8, 0, 255), ("uint16", 12, 0, 4095), ("uint16", 16, 0, 65535),
     ("int16", 12, -2048, 2047), ("int16", 16, -32768, 32767)],
)  # fmt: skip
def test_lossless_values_come_back(dtype: str, bits: int, low: int, high: int) -> None:
    values = field(dtype, low, high)
    found = decoded(encode_array(values, bits_stored=bits))
    assert found.dtype == values.dtype
    np.testing.assert_array_equal(found, values)


def test_high_throughput_values_come_back() -> None:
    values = field("uint16", 0, 4095)
    data = bytes(imagecodecs.htj2k_encode(values, reversible=True))
    np.testing.assert_array_equal(decoded(data), values)


def test_lossy_high_throughput_stops_at_the_ends_of_its_type() -> None:
    # Sharp edges between black and white make the 9-7 wavelet overshoot both ends.
    values = np.zeros((64, 64), np.uint8)
    values[:, 20:40] = values[24:28] = 255
    data = bytes(imagecodecs.htj2k_encode(values, level=0.1, reversible=False))
    expected = decode(data)
    assert np.abs(expected.astype(int) - values).max() < 120
    np.testing.assert_array_equal(decoded(data), expected)


def test_a_codestream_that_breaks_off_is_refused() -> None:
    data = encode_array(field("uint16", 0, 4095), bits_stored=12)
    with pytest.raises(RuntimeError):
        decoded(data[: len(data) * 2 // 3])


def test_the_levels_are_those_of_the_encoder() -> None:
    # Six resolutions, as pylibjpeg-openjpeg documents, are five halvings.
    assert halvings_in(encode_array(field("uint16", 0, 4095), bits_stored=12)) == 5
    assert halvings_in(b"no codestream") == 0


@pytest.mark.parametrize(
    ("dtype", "bits", "low", "high"), [("uint8", 8, 0, 255), ("uint16", 12, 0, 4095)]
)
def test_a_fraction_equals_what_pillow_gives(dtype: str, bits: int, low: int, high: int) -> None:
    data = encode_array(field(dtype, low, high), bits_stored=bits)
    with Image.open(io.BytesIO(data)) as image:
        image.reduce = 2  # type: ignore[assignment,method-assign]
        expected = np.asarray(image).astype(int) >> (0 if bits == 8 else 16 - bits)
    found = decoded_at(data, 2)
    assert found.shape == (18, 26)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("dtype", "bits", "low", "high"),
    [("uint16", 12, 0, 4095), ("int16", 12, -2048, 2047), ("int16", 16, -32768, 32767)],
)
def test_a_fraction_made_large_is_near_the_whole(
    dtype: str, bits: int, low: int, high: int
) -> None:
    values = field(dtype, low, high)
    small = decoded_at(encode_array(values, bits_stored=bits), 2)
    large = enlarged(small, ROWS, COLUMNS, 2)
    assert large.shape == values.shape
    inside = np.abs(large.astype(int) - values)[4:-4, 4:-4]
    assert inside.mean() < (high - low) / 100


def test_values_made_large_lie_on_straight_lines() -> None:
    ramp = np.array([[0, 40], [80, 120]])
    expected = [[0, 20, 40, 40], [40, 60, 80, 80], [80, 100, 120, 120], [80, 100, 120, 120]]
    np.testing.assert_array_equal(enlarged(ramp, 4, 4, 1), expected)


@pytest.mark.parametrize(
    ("side", "halvings", "can"), [(512, 2, True), (103, 2, True), (101, 2, False), (101, 1, True)]
)
def test_a_side_that_pillow_rounds_down_is_not_halved(side: int, halvings: int, can: bool) -> None:
    # By hand: 101 / 4 = 25.25, of which the codestream has 26 values and Pillow expects 25.
    assert can_be_halved(side, halvings) is can

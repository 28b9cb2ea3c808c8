"""Uncompressed frames: bits, bytes, and what is missing."""

import io
from dataclasses import replace

import numpy as np
import pytest

from precedent_viewer.dicom.image_pixel import ImagePixel
from precedent_viewer.dicom.native import (
    NativePlace,
    native_values,
    read_native,
    without_unused_bits,
)
from precedent_viewer.dicom.opened import PixelElement
from precedent_viewer.errors import DecodeError

GREY = ImagePixel(2, 2, 1, "MONOCHROME2", 16, 16, False, 0, 1)


def element(available: int, *, vr: str = "OW") -> PixelElement:
    return PixelElement("integer", vr, 0, available, available)


@pytest.mark.parametrize(
    ("pixel", "data", "expected"),
    [
        (GREY, b"\1\0\2\0\3\0\xff\xff", [[1, 2], [3, 65535]]),
        (replace(GREY, is_signed=True), b"\1\0\2\0\3\0\xff\xff", [[1, 2], [3, -1]]),
        # Single bits, the least significant bit of a byte first.
        (replace(GREY, bits_allocated=1, bits_stored=1), b"\x05", [[1, 0], [1, 0]]),
        # Two values of 12 bits in three bytes: 0x123 and 0x456, twice.
        (
            replace(GREY, bits_allocated=12, bits_stored=12),
            b"\x23\x61\x45\x23\x61\x45",
            [[0x123, 0x456], [0x123, 0x456]],
        ),
    ],
)
def test_bytes_become_values(pixel: ImagePixel, data: bytes, expected: list[list[int]]) -> None:
    assert native_values(data, 0, pixel).tolist() == expected


def test_planes_are_put_side_by_side() -> None:
    pixel = ImagePixel(1, 2, 3, "RGB", 8, 8, False, 1, 1)

    assert native_values(bytes([1, 2, 10, 20, 100, 200]), 0, pixel).tolist() == [
        [[1, 10, 100], [2, 20, 200]]
    ]


def test_chroma_of_422_is_shared_by_two_pixels() -> None:
    pixel = ImagePixel(1, 2, 3, "YBR_FULL_422", 8, 8, False, 0, 1)

    assert native_values(bytes([1, 2, 30, 40]), 0, pixel).tolist() == [[[1, 30, 40], [2, 30, 40]]]


def test_frames_of_single_bits_begin_inside_a_byte() -> None:
    pixel = ImagePixel(1, 3, 1, "MONOCHROME2", 1, 1, False, 0, 2)
    place = NativePlace(element(1), pixel)

    data, start_bit, _ = read_native(io.BytesIO(b"\x28"), place, 1, "x.dcm")

    assert native_values(data, start_bit, pixel).tolist() == [[1, 0, 1]]


@pytest.mark.parametrize(("index", "expected"), [(0, [1, 2, 3]), (1, [4, 5, 6])])
def test_bytes_of_big_endian_words_are_exchanged_in_odd_frames_too(
    index: int, expected: list[int]
) -> None:
    pixel = ImagePixel(1, 3, 1, "MONOCHROME2", 8, 8, False, 0, 2)
    place = NativePlace(element(6), pixel, is_little_endian=False)

    data, _, _ = read_native(io.BytesIO(bytes([2, 1, 4, 3, 6, 5])), place, index, "x.dcm")

    assert list(data) == expected


@pytest.mark.parametrize(
    ("is_signed", "raw", "expected"),
    [(False, 0xF123, 0x123), (True, 0x0FFF, -1), (True, 0xF7FF, 2047)],
)
def test_bits_above_bits_stored_do_not_count(is_signed: bool, raw: int, expected: int) -> None:
    pixel = replace(GREY, bits_stored=12, is_signed=is_signed)
    values = np.array([[raw]], np.uint16).view(pixel.dtype)

    assert without_unused_bits(values, pixel)[0, 0] == expected


def test_missing_bytes_are_counted_and_zero() -> None:
    data, _, missing = read_native(io.BytesIO(b"\1\1\1\1\1"), NativePlace(element(5), GREY), 0, "x")

    assert (data, missing) == (b"\1\1\1\1\1\0\0\0", 3)


def test_frame_with_nothing_of_it_in_the_file_is_refused() -> None:
    pixel = replace(GREY, number_of_frames=2)

    with pytest.raises(DecodeError, match=r"no pixel data for frame 2 of 2\."):
        read_native(io.BytesIO(bytes(8)), NativePlace(element(8), pixel), 1, "x.dcm")


def test_false_size_is_refused_before_memory_is_taken() -> None:
    pixel = replace(GREY, rows=32768, columns=32768)

    with pytest.raises(DecodeError, match="claims 2,147,483,648 bytes"):
        read_native(io.BytesIO(bytes(1000)), NativePlace(element(1000), pixel), 0, "x.dcm")

"""Compressed frames that are cut or corrupt: one sentence, never a crash, a hang or a wrong shape.

RLE is packed by pydicom's encoder, so that the decoder is held against another implementation.
"""

import contextlib
import struct
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from pydicom.uid import (
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from precedent_viewer.dicom.frames import FramePixels, read_frame
from precedent_viewer.dicom.index import read_instance
from precedent_viewer.errors import DecodeError, ViewerError
from precedent_viewer.model.study import Frame

FRESH_FILES = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""For examples that each write their file anew over the last one's."""


def frame_of(path: Path) -> FramePixels:
    return read_frame(Frame(read_instance(path), 0))


def rle(*segments: bytes, starts: tuple[int, ...] = ()) -> bytes:
    """Give a frame of segments with a right header, or with the given offsets."""
    at, right = 64, []
    for segment in segments:
        right.append(at)
        at += len(segment)
    offsets = starts or tuple(right)
    return struct.pack("<L15L", len(segments), *offsets, *[0] * (15 - len(offsets))) + b"".join(
        segments
    )


def test_rle_by_hand(write_dicom: Any) -> None:
    # PS3.5 G.3.1: -3 repeats a byte four times; 1 means that two bytes follow as they are.
    high, low = b"\xfd\x01", b"\x01\x02\x03\xff\x09"
    path = write_dicom(
        np.zeros((2, 2), np.uint16), encapsulated=[rle(high, low)], transfer_syntax_uid=RLELossless
    )

    assert frame_of(path).stored.tolist() == [[0x102, 0x103], [0x109, 0x109]]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\1\0\0\0\100\0\0\0", id="shorter than its header"),
        pytest.param(rle(b"\xfd\x01"), id="a segment too few"),
        pytest.param(rle(b"\xfd\x01", b"\xfe\x01"), id="a segment too short"),
        pytest.param(rle(b"\xfd\x01", b"\xfd\x01", starts=(64, 4000)), id="outside the frame"),
        pytest.param(rle(b"\xfd\x01", b"\xfd\x01", starts=(66, 64)), id="backwards"),
        pytest.param(rle(b"\xfd\x01", b"\xfd\x01", starts=(4, 66)), id="inside the header"),
        pytest.param(b"\xff" * 80, id="noise"),
    ],
)
def test_broken_rle_is_one_sentence(write_dicom: Any, data: bytes) -> None:
    path = write_dicom(
        np.zeros((2, 2), np.uint16), encapsulated=[data], transfer_syntax_uid=RLELossless
    )

    with pytest.raises(DecodeError, match=r"image\.dcm.*RLE data is broken"):
        frame_of(path)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(min_size=2, max_size=200))
def test_no_rle_bytes_crash(write_dicom: Any, data: bytes) -> None:
    path = write_dicom(
        np.zeros((4, 4), np.uint8), encapsulated=[data], transfer_syntax_uid=RLELossless
    )

    shape = (4, 4)
    with contextlib.suppress(ViewerError):
        shape = frame_of(path).stored.shape
    assert shape == (4, 4)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(values=arrays(st.sampled_from([np.uint8, np.int16, np.uint16]), (5, 7)))
def test_rle_gives_back_what_pydicom_packed(write_dicom: Any, values: NDArray[Any]) -> None:
    dataset = pydicom.dcmread(write_dicom(values))
    dataset.compress(RLELossless, encoding_plugin="pydicom")
    path = Path(str(dataset.filename))
    dataset.save_as(path)

    np.testing.assert_array_equal(frame_of(path).stored, values)


NOISE = np.random.default_rng(0).integers(0, 255, (64, 64)).astype(np.uint8)
NEWER = {
    "1.2.840.10008.1.2.8.1": JPEGLSLossless,
    "1.2.840.10008.1.2.4.110": HTJ2KLossless,
}
"""Syntaxes that pydicom cannot write yet, with one of the same length that it can."""


def write_compressed(write_dicom: Any, uid: str, data: bytes) -> Path:
    stand_in = NEWER.get(uid, uid)
    path: Path = write_dicom(NOISE, encapsulated=[data], transfer_syntax_uid=stand_in)
    written = stand_in.encode() + bytes(len(stand_in) % 2)
    path.write_bytes(path.read_bytes().replace(written, uid.encode().ljust(len(written), b"\0")))
    return path


@pytest.mark.parametrize(
    ("uid", "data"),
    [
        pytest.param(JPEGLSLossless, imagecodecs.jpegls_encode(NOISE), id="JPEG-LS"),
        pytest.param(JPEG2000Lossless, imagecodecs.jpeg2k_encode(NOISE), id="JPEG 2000"),
        pytest.param(
            "1.2.840.10008.1.2.4.110", imagecodecs.jpegxl_encode(NOISE, lossless=True), id="JXL"
        ),
        pytest.param(
            "1.2.840.10008.1.2.8.1",
            imagecodecs.deflate_encode(NOISE.tobytes(), raw=True),
            id="deflated",
        ),
    ],
)
def test_cut_frame_of_which_nothing_can_be_shown_is_refused(
    write_dicom: Any, uid: str, data: bytes
) -> None:
    path = write_compressed(write_dicom, uid, data)
    np.testing.assert_array_equal(frame_of(path).stored, NOISE)
    path.write_bytes(path.read_bytes()[: -len(data) // 2])

    with pytest.raises(DecodeError, match=r"image\.dcm.*(cut off inside this image|broken)"):
        frame_of(path)


def test_cut_jpeg_shows_what_is_there_and_says_so(write_dicom: Any) -> None:
    data = bytes(imagecodecs.jpeg8_encode(NOISE))
    path = write_compressed(write_dicom, JPEGBaseline8Bit, data)
    assert frame_of(path).notes == ()
    path.write_bytes(path.read_bytes()[: -len(data) // 3])

    (note,) = frame_of(path).notes

    assert "cut off inside this image" in note

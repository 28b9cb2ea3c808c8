"""Decoders that crash, hang or eat memory harm one frame; the next one is decoded as if nothing
had been."""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom.data import get_testdata_file

from precedent_viewer.decoding import Decoders
from precedent_viewer.dicom.decoders import decode_frame
from precedent_viewer.dicom.frames import read_frame
from precedent_viewer.dicom.image_pixel import ImagePixel
from precedent_viewer.dicom.index import read_instance
from precedent_viewer.dicom.isolation import pool
from precedent_viewer.dicom.isolation.pool import Isolated
from precedent_viewer.errors import DecodeError
from precedent_viewer.model.study import Frame

PIXEL = ImagePixel(4, 4, 1, "MONOCHROME2", 8, 8, False, 0, 1)
RLE = "1.2.840.10008.1.2.5"
COMPRESSED = (
    "MR_small_RLE.dcm", "JPEG2000.dcm", "MR_small_jp2klossless.dcm", "examples_jpeg2k.dcm",
    "SC_rgb_rle.dcm", "SC_rgb_jpeg_dcmtk.dcm", "JPEG-LL.dcm", "MR_small_jpeg_ls_lossless.dcm",
)  # fmt: skip

BAD_DECODER = """
import ctypes, os, sys, time
from precedent_viewer.dicom.isolation import worker
from precedent_viewer.dicom.isolation.wire import receive, wish_from_record
kept = worker.answer
def answer(sink, wish, data):
    if data == b"crash":
        ctypes.string_at(0)
    if data == b"abort":
        os.abort()
    if data == b"hang":
        time.sleep(60)
    if data == b"lie":
        sink.write(b"\\xff" * 64)
        sink.flush()
        return
    kept(sink, wish, data)
worker.answer = answer
sys.exit(worker.main())
"""


def files() -> list[Path]:
    found = [get_testdata_file(name, download=False) for name in COMPRESSED]
    return [Path(str(path)) for path in found if path is not None]


@pytest.fixture(scope="module")
def good() -> Iterator[Isolated]:
    made = Isolated(2)
    yield made
    made.close()


@pytest.fixture
def bad(tmp_path: Path) -> Iterator[Isolated]:
    script = tmp_path / "bad.py"
    script.write_text(BAD_DECODER)
    made = Isolated(1, (sys.executable, str(script)))
    yield made
    made.close()


def rle() -> bytes:
    """One segment of sixteen bytes, each 7: PackBits says 'repeat the next byte 16 times'."""
    header = (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56)
    return header + bytes([257 - 16, 7])


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_frames_decoded_apart_are_those_decoded_here(good: Isolated, path: Path) -> None:
    frame = Frame(read_instance(path), 0)
    here, apart = read_frame(frame), Decoders(good.decode_frame, good.decoded_at).read(frame)
    assert here.stored.dtype == apart.stored.dtype
    assert here.photometric == apart.photometric
    np.testing.assert_array_equal(here.stored, apart.stored)


def test_there_are_files_to_compare() -> None:
    assert len(files()) >= 6


@pytest.mark.parametrize(
    ("data", "said"), [(b"crash", "crash"), (b"abort", "crash"), (b"lie", "give no image")]
)
def test_a_decoder_that_falls_costs_one_frame(bad: Isolated, data: bytes, said: str) -> None:
    with pytest.raises(DecodeError, match=rf"x\.dcm: its RLE data made its decoder {said}"):
        bad.decode_frame(data, PIXEL, RLE, "x.dcm")
    decoded = bad.decode_frame(rle(), PIXEL, RLE, "y.dcm")
    assert (decoded.values == 7).all()


def test_a_decoder_that_hangs_is_given_up(bad: Isolated, monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    with monkeypatch.context() as impatient:
        impatient.setattr(pool, "PATIENCE_S", 0.5)
        with pytest.raises(DecodeError, match="busy for more than"):
            bad.decode_frame(b"hang", PIXEL, RLE, "x.dcm")
    assert time.monotonic() - began < 5
    assert (bad.decode_frame(rle(), PIXEL, RLE, "y.dcm").values == 7).all()


def test_broken_data_is_the_same_sentence_as_here(good: Isolated) -> None:
    with pytest.raises(DecodeError) as here:
        decode_frame(b"\0" * 80, PIXEL, RLE, "x.dcm")
    with pytest.raises(DecodeError) as apart:
        good.decode_frame(b"\0" * 80, PIXEL, RLE, "x.dcm")
    assert str(apart.value) == str(here.value)


def test_several_threads_share_the_processes(good: Isolated) -> None:
    wrong: list[object] = []

    def work() -> None:
        for _ in range(20):
            values = good.decode_frame(rle(), PIXEL, RLE, "x.dcm").values
            if not (values == 7).all():
                wrong.append(values)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(good._idle) <= 2

"""Which fragments make which frame. PS3.5 A.4."""

import io
import struct

import pytest

from precedent_viewer.dicom.encapsulation import find_frames
from precedent_viewer.errors import DecodeError

END = b"\xfe\xff\xdd\xe0\0\0\0\0"


def item(value: bytes) -> bytes:
    return b"\xfe\xff\x00\xe0" + struct.pack("<L", len(value)) + value


def frames_of(data: bytes, count: int, *, offsets: tuple[int, ...] = ()) -> list[bytes]:
    stream = io.BytesIO(data)
    found = find_frames(stream, 0, len(data), count, "x.dcm", extended_offsets=offsets)
    return [found.read(stream, index)[0] for index in range(count)]


def test_one_fragment_a_frame_needs_no_table() -> None:
    data = item(b"") + item(b"aa") + item(b"bbbb") + END

    assert frames_of(data, 2) == [b"aa", b"bbbb"]


def test_all_fragments_of_a_single_frame_belong_together() -> None:
    data = item(b"") + item(b"aa") + item(b"bb") + item(b"cc") + END

    assert frames_of(data, 1) == [b"aabbcc"]


def test_table_assigns_fragments() -> None:
    table = struct.pack("<2L", 0, 20)
    data = item(table) + item(b"aa") + item(b"bb") + item(b"cc") + END

    assert frames_of(data, 2) == [b"aabb", b"cc"]


def test_table_that_points_nowhere_is_not_believed() -> None:
    data = item(struct.pack("<2L", 0, 7)) + item(b"aa") + item(b"bb") + END

    assert frames_of(data, 2) == [b"aa", b"bb"]


def test_extended_table_assigns_fragments() -> None:
    data = item(b"") + item(b"aa") + item(b"bb") + item(b"cc") + END

    assert frames_of(data, 2, offsets=(0, 10)) == [b"aa", b"bbcc"]


def test_starts_of_codestreams_separate_frames_without_a_table() -> None:
    data = item(b"") + item(b"\xff\xd8ab") + item(b"cd") + item(b"\xff\xd8ef") + END

    assert frames_of(data, 2) == [b"\xff\xd8abcd", b"\xff\xd8ef"]


def test_fragments_that_cannot_be_told_apart_are_refused() -> None:
    data = item(b"") + item(b"aa") + item(b"bb") + item(b"cc") + END

    with pytest.raises(DecodeError, match="3 fragments without an offset table"):
        frames_of(data, 2)


def test_fragment_beyond_the_end_of_the_file_is_marked() -> None:
    data = item(b"") + item(b"aabb")[:-2]
    stream = io.BytesIO(data)

    read = find_frames(stream, 0, len(data), 1, "x.dcm").read(stream, 0)

    assert read == (b"aa", True)


def test_frames_that_are_not_there_are_empty() -> None:
    assert frames_of(item(b"") + item(b"aa") + END, 3) == [b"aa", b"", b""]


def test_data_that_is_no_item_is_refused() -> None:
    with pytest.raises(DecodeError, match="does not begin with an item"):
        frames_of(b"\1\2\3\4\5\6\7\10", 1)

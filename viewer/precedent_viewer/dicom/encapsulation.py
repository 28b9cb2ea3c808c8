"""Find the bytes of each frame in encapsulated pixel data. PS3.5 A.4.

Fragments are found by walking over item headers; no pixel data is read before it is wanted.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

from precedent_viewer.errors import DecodeError

ITEM = b"\xfe\xff\x00\xe0"
END = b"\xfe\xff\xdd\xe0"
JPEG_STARTS = (b"\xff\xd8", b"\xff\x4f\xff\x51")
"""Start of a JPEG, JPEG-LS or JPEG 2000 codestream."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """One item's value."""

    offset: int
    length: int
    is_cut: bool = False
    """The file ends inside it."""


@dataclass(frozen=True, slots=True)
class Encapsulated:
    """The fragments of each frame, in order."""

    frames: tuple[tuple[Fragment, ...], ...]

    def read(self, stream: BinaryIO, index: int) -> tuple[bytes, bool]:
        """Give a frame's bytes, and whether the file ends inside them."""
        parts = self.frames[index]
        data = bytearray()
        for part in parts:
            stream.seek(part.offset)
            data += stream.read(part.length)
        return bytes(data), any(part.is_cut for part in parts)


def find_frames(
    stream: BinaryIO, offset: int, end: int, number_of_frames: int, name: str,
    extended_offsets: Sequence[int] = (),
) -> Encapsulated:  # fmt: skip
    """Walk over the items from `offset` on and group them into frames.

    end: length of the stream. A frame that is not there has no fragments. Raises DecodeError when
    the items cannot be followed or not be told apart.
    """
    table, fragments, first = _walk(stream, offset, end, name)
    starts = [int(one) for one in extended_offsets] or table
    if number_of_frames == 1:
        return Encapsulated((tuple(fragments),))
    if len(starts) == number_of_frames and _are_items(starts, fragments, first):
        return Encapsulated(_by_offsets(starts, fragments, first))
    if len(fragments) <= number_of_frames:
        lacking = number_of_frames - len(fragments)
        return Encapsulated(tuple((part,) for part in fragments) + ((),) * lacking)
    return Encapsulated(_by_markers(stream, fragments, number_of_frames, name))


def _walk(
    stream: BinaryIO, offset: int, end: int, name: str
) -> tuple[list[int], list[Fragment], int]:
    """Give the basic offset table, the fragments, and where offsets count from."""
    table: list[int] = []
    fragments: list[Fragment] = []
    first, at, is_table = offset, offset, True
    while at + 8 <= end:
        stream.seek(at)
        head = stream.read(8)
        if head[:4] != ITEM:
            if head[:4] != END and not fragments:
                raise DecodeError(f"{name}: its compressed pixel data does not begin with an item.")
            break
        length = struct.unpack("<L", head[4:])[0]
        left = end - at - 8
        if is_table:
            raw = stream.read(min(length, left) // 4 * 4)
            table, first, is_table = (
                list(struct.unpack(f"<{len(raw) // 4}L", raw)),
                at + 8 + length,
                False,
            )
        else:
            fragments.append(Fragment(at + 8, min(length, left), is_cut=length > left))
        at += 8 + length
    return table, fragments, first


def _are_items(starts: Sequence[int], fragments: Sequence[Fragment], first: int) -> bool:
    """Say whether a table of offsets points at items that exist, in order."""
    known = {fragment.offset - 8 - first for fragment in fragments}
    cut_at = max(known, default=0)
    rising = all(a < b for a, b in pairwise(starts))
    return rising and all(start in known or start > cut_at for start in starts)


def _by_offsets(
    starts: Sequence[int], fragments: Sequence[Fragment], first: int
) -> tuple[tuple[Fragment, ...], ...]:
    ends = [*starts[1:], None]
    return tuple(
        tuple(
            part for part in fragments
            if part.offset - 8 - first >= start and (end is None or part.offset - 8 - first < end)
        )
        for start, end in zip(starts, ends, strict=True)
    )  # fmt: skip


def _by_markers(
    stream: BinaryIO, fragments: Sequence[Fragment], number_of_frames: int, name: str
) -> tuple[tuple[Fragment, ...], ...]:
    """Begin a frame at each fragment that begins a codestream."""
    frames: list[list[Fragment]] = []
    for part in fragments:
        stream.seek(part.offset)
        if not frames or stream.read(4).startswith(JPEG_STARTS):
            frames.append([])
        frames[-1].append(part)
    if len(frames) < number_of_frames:
        raise DecodeError(
            f"{name}: {len(fragments)} fragments without an offset table cannot be assigned to "
            f"{number_of_frames} frames."
        )
    return tuple(tuple(frame) for frame in frames[:number_of_frames])

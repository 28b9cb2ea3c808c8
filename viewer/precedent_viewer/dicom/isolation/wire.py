"""What goes between the viewer and a decoding process: a line of JSON, then raw bytes.

Nothing is unpickled on either side: a decoder that was taken over by a hostile file must not be
able to run code in the viewer.
"""

import json
import struct
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.image_pixel import ImagePixel

HEAD = struct.Struct("<LQ")
"""Bytes of the JSON, bytes of the data."""
LONGEST_JSON = 1 << 16
KINDS = frozenset("iuf")


class BrokenWire(Exception):
    """The other side ended, or said what it may not."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One frame to be decoded."""

    uid: str
    """Transfer syntax."""
    pixel: ImagePixel
    place: str
    """File and frame, for messages."""
    halvings: int = 0
    """Decode at a fraction of the size: how often its sides are halved."""


def send(stream: BinaryIO, record: dict[str, Any], data: bytes | memoryview) -> None:
    """Write one message. Raises BrokenWire when the other side is gone."""
    text = json.dumps(record).encode()
    try:
        stream.write(HEAD.pack(len(text), len(data)) + text)
        stream.write(data)
        stream.flush()
    except (OSError, ValueError) as error:
        raise BrokenWire from error


def receive(stream: BinaryIO, most: int) -> tuple[dict[str, Any], bytes]:
    """Read one message whose data has at most so many bytes. Raises BrokenWire."""
    head = _exactly(stream, HEAD.size)
    text_length, data_length = HEAD.unpack(head)
    if text_length > LONGEST_JSON or data_length > most:
        raise BrokenWire
    try:
        record = json.loads(_exactly(stream, text_length))
    except ValueError as error:
        raise BrokenWire from error
    if not isinstance(record, dict):
        raise BrokenWire
    return record, _exactly(stream, data_length)


def wish_to_record(wish: Wish) -> dict[str, Any]:
    """Give a wish as plain values."""
    return asdict(wish)


def wish_from_record(record: dict[str, Any]) -> Wish:
    """Read a wish back."""
    return Wish(record["uid"], ImagePixel(**record["pixel"]), record["place"], record["halvings"])


def array_from(record: dict[str, Any], data: bytes) -> NDArray[Any]:
    """Give the array that a decoding process sent. Raises BrokenWire when it is none."""
    try:
        kind = np.dtype(str(record["dtype"]))
        shape = tuple(int(side) for side in record["shape"])
        if kind.kind not in KINDS or len(shape) not in (2, 3):
            raise BrokenWire
        return np.frombuffer(data, kind).reshape(shape)
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenWire from error


def _exactly(stream: BinaryIO, count: int) -> bytes:
    try:
        data = stream.read(count)
    except (OSError, ValueError) as error:
        raise BrokenWire from error
    if len(data) != count:
        raise BrokenWire
    return data

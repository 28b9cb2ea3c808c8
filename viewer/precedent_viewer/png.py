"""What a PNG file says about its picture, read from its chunks without decoding any of it.

Source: Portable Network Graphics, third edition, W3C 2025, sections 5.3 and 11.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

from precedent_viewer.errors import DecodeError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LONGEST_EXIF = 1 << 20
"""A real one has a few hundred bytes; it is read whole."""


@dataclass(frozen=True, slots=True)
class PngHead:
    """The picture's depth, and what lies around it."""

    bits: int
    """Of one sample."""
    exif: bytes
    """Orientation and the like, b"" when the file says nothing."""
    pictures: int
    """More than 1 for an animation."""


def read_png_head(path: Path) -> PngHead:
    """Walk over a PNG's chunks. Raises DecodeError when the file ends before its last chunk."""
    bits, exif, pictures = 8, b"", 1
    with path.open("rb") as file:
        file.seek(len(SIGNATURE))
        while len(head := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            after = file.tell() + length + 4
            if kind == b"IHDR":
                bits = (file.read(9) + bytes(9))[8]
            elif kind == b"eXIf" and length <= LONGEST_EXIF:
                exif = file.read(length)
            elif kind == b"acTL":
                pictures = max(int.from_bytes(file.read(4), "big"), 1)
            elif kind == b"IEND":
                return PngHead(bits, exif, pictures)
            file.seek(after)
    raise DecodeError(f"{path.name}: its picture data is broken or cut off.")

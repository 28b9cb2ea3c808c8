"""What a compressed frame says about itself: its size, and a JPEG about its colours.

Sources: ITU-T T.81 B.2 (JPEG), T.87 (JPEG-LS), T.800 A.5.1 (JPEG 2000), JFIF, Adobe's APP14.
"""

import struct
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class JpegStart:
    """Marks found before the first scan."""

    is_jfif: bool = False
    adobe_transform: int | None = None
    """Adobe's marker: 0 RGB, 1 YCbCr; None without it."""
    has_rgb_letters: bool = False
    """The components are named R, G and B."""
    is_subsampled: bool = False
    """Chroma has fewer samples than luma, which RGB never has."""
    size: tuple[int, int] | None = None
    """Rows and columns."""
    precision: int | None = None
    """Bits of a sample."""


def jpeg_start(data: bytes) -> JpegStart:
    """Read the markers up to the start of the first scan; what is cut off is not found."""
    found = JpegStart()
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == START_OF_SCAN:
            break
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        found = _with_segment(found, marker, data[at + 4 : at + 2 + length])
        at += 2 + length
    return found


def stated_size(data: bytes) -> tuple[int, int] | None:
    """Give the rows and columns that a JPEG, JPEG-LS or JPEG 2000 frame says it has."""
    if data[:2] == b"\xff\xd8":
        return jpeg_start(data).size
    at = data.find(b"\xff\x4f\xff\x51", 0, 4096)
    if at < 0 or len(data) < at + 24:
        return None
    right, bottom, left, top = struct.unpack(">4L", data[at + 8 : at + 24])
    return (bottom - top, right - left)


def _with_segment(found: JpegStart, marker: int, body: bytes) -> JpegStart:
    if marker == 0xE0 and body.startswith(b"JFIF"):
        return replace(found, is_jfif=True)
    if marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
        return replace(found, adobe_transform=body[11])
    if marker in START_OF_FRAME and len(body) >= 6:
        precision, rows, columns, count = struct.unpack(">BHHB", body[:6])
        components = body[6 : 6 + 3 * count]
        return replace(
            found,
            has_rgb_letters=components[::3].upper() == b"RGB",
            is_subsampled=len(set(components[1::3])) > 1,
            size=(rows, columns),
            precision=precision,
        )
    return found


START_OF_SCAN = 0xDA
START_OF_FRAME = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
"""SOF0 to SOF15 without the tables between them, and JPEG-LS's SOF55."""

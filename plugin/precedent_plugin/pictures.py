"""Checks of encoded pictures at the border: a PNG is believed only after this."""

import hashlib
import io
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from PIL import Image

from precedent_plugin.errors import PictureError

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
HEADER_END: Final = 26
"""Signature, length and name of IHDR, width, height, bit depth and colour type."""
GREY, RGB = 0, 2
MAX_SIDE: Final = 16_384
MAX_PIXELS: Final = 64_000_000
"""The largest picture that is kept or sent, about 8000 x 8000."""
PLAIN_CHUNKS: Final = frozenset(
    {b"IHDR", b"IDAT", b"IEND", b"sRGB", b"gAMA", b"cHRM", b"pHYs", b"sBIT", b"iCCP"}
)
"""What a picture may be made of. Text, time and EXIF chunks could name a patient."""


def content_hash(png: bytes) -> str:
    """Give the SHA-256 by which a picture is named."""
    return hashlib.sha256(png).hexdigest()


def png_size(png: bytes) -> tuple[int, int]:
    """Read width and height from a PNG's header, decoding nothing.

    Raises PictureError when it is no PNG, not 8-bit grey or RGB, or has more pixels than are taken.
    """
    if not png.startswith(PNG_SIGNATURE) or len(png) < HEADER_END or png[12:16] != b"IHDR":
        raise PictureError("The picture is not a PNG.", "Save it as PNG and try again.")
    width, height, depth, colour = struct.unpack(">IIBB", png[16:HEADER_END])
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS):
        raise PictureError(
            f"The picture is {width} x {height} pixels; at most {MAX_PIXELS:,} are taken.",
            "Use a smaller picture or a region of it.",
        )
    if depth != 8 or colour not in (GREY, RGB):
        raise PictureError(
            f"The picture is a PNG of {depth} bit and colour type {colour}; 8-bit grey or RGB is "
            "taken.",
            "Save it as RGB and try again.",
        )
    return width, height


def check_png(png: bytes) -> tuple[int, int]:
    """Decode a PNG whole and give its width and height.

    Raises PictureError when it is damaged, or holds anything but a picture.
    """
    size = png_size(png)
    for name in _chunks(png):
        if name not in PLAIN_CHUNKS:
            words = name.decode("ascii", "replace")
            raise PictureError(
                f"The picture holds more than pixels (PNG chunk {words!r}).",
                "Save it without metadata.",
            )
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise _damaged(str(error)) from error
    return size


@lru_cache(maxsize=256)
def pixel_hash(png: bytes) -> str:
    """Give a hash of what a picture shows, the same for every encoder; decodes it once."""
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        colour = picture.convert("RGB")
    digest = hashlib.sha256(f"{colour.width}x{colour.height}:".encode())
    digest.update(colour.tobytes())
    return digest.hexdigest()


def _chunks(png: bytes) -> Iterator[bytes]:
    """Give the names of a PNG's chunks; it must end with IEND and nothing after it."""
    place = len(PNG_SIGNATURE)
    while place + 8 <= len(png):
        length, name = struct.unpack(">I4s", png[place : place + 8])
        place += 12 + length
        yield name
        if name == b"IEND":
            break
    if place != len(png):
        raise _damaged("it is cut off, or something follows its end")


def _damaged(reason: str) -> PictureError:
    return PictureError(f"The picture is a damaged PNG ({reason}).", "Use an undamaged copy.")

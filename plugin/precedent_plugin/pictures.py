"""Checks of encoded pictures at the border: a PNG is believed only after this."""

import hashlib
import io
import struct
from functools import lru_cache
from typing import Final

from PIL import Image, UnidentifiedImageError

from precedent_plugin.errors import PictureError

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
IHDR_END: Final = 24
MAX_SIDE: Final = 65_535
MAX_PIXELS: Final = 64_000_000
"""The largest picture that is kept or sent, about 8000 x 8000."""


def content_hash(png: bytes) -> str:
    """Give the SHA-256 by which a picture is named."""
    return hashlib.sha256(png).hexdigest()


def png_size(png: bytes) -> tuple[int, int]:
    """Read width and height from a PNG's header, decoding nothing.

    Raises PictureError when it is no PNG or has more pixels than are taken.
    """
    if not png.startswith(PNG_SIGNATURE) or len(png) < IHDR_END or png[12:16] != b"IHDR":
        raise PictureError("The picture is not a PNG.", "Save it as PNG and try again.")
    width, height = struct.unpack(">II", png[16:IHDR_END])
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS):
        raise PictureError(
            f"The picture is {width} x {height} pixels; at most {MAX_PIXELS:,} are taken.",
            "Use a smaller picture or a region of it.",
        )
    return width, height


def check_png(png: bytes) -> tuple[int, int]:
    """Decode a PNG whole and give its width and height. Raises PictureError when it cannot be."""
    size = png_size(png)
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError) as error:
        raise PictureError(
            f"The picture is a damaged PNG ({error}).", "Use an undamaged copy."
        ) from error
    return size


@lru_cache(maxsize=256)
def pixel_hash(png: bytes) -> str:
    """Give a hash of what a picture shows, the same for every encoder; decodes it once."""
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        colour = picture.convert("RGB")
    digest = hashlib.sha256(f"{colour.width}x{colour.height}:".encode())
    digest.update(colour.tobytes())
    return digest.hexdigest()

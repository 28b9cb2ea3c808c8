"""Pictures inside JSON: data URLs with base64 content. No address is ever fetched."""

import base64
import binascii

from precedent_inference.errors import EngineError, PromptError

PNG_PREFIX = "data:image/png;base64,"


def png_url(image: bytes) -> str:
    """Give a PNG as a data URL."""
    return PNG_PREFIX + base64.b64encode(image).decode("ascii")


def bytes_from_url(url: str, error: type[PromptError] | type[EngineError]) -> bytes:
    """Give the bytes of a base64 data URL. Raises `error` for any other address."""
    head, comma, payload = url.partition(",")
    if not (comma and head.startswith("data:image/") and head.endswith(";base64")):
        raise error("A picture must be a data URL with base64 content; nothing is fetched.")
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as cause:
        raise error(f"A picture's base64 content is broken: {cause}.") from cause

"""Picture bytes to what a model sees, resized, cropped, RGB, normalised; that picture as a PNG.

Resize and crop come before the conversion to RGB, on the 8-bit picture in its own mode, antialiased
as Pillow does it. Source: open_clip 2.16.0's inference transform, which Med-Flamingo uses.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from precedent_inference.errors import ImageError

FloatImage = NDArray[np.float32]
ByteImage = NDArray[np.uint8]

Interpolation = Literal["bicubic", "bilinear"]
INTERPOLATIONS: tuple[Interpolation, ...] = get_args(Interpolation)

MAX_PIXELS = 64_000_000
"""A larger picture is a slide, not a view; refused before it is decoded."""

_FILTERS = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
_RESIZABLE_MODES = frozenset({"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "LAB"})
_DEEP_MODES = frozenset({"I", "F", "I;16", "I;16B", "I;16L", "I;16N"})


@dataclass(frozen=True, slots=True)
class ImageRecipe:
    """How a model wants its pictures: shortest side to `size`, centre crop, RGB, normalised."""

    size: int
    """Pixels along each side of the square that the model sees."""
    mean: tuple[float, float, float]
    """Subtracted from each channel, 0..1."""
    std: tuple[float, float, float]
    """Divides each channel after the mean is gone."""
    interpolation: Interpolation = "bicubic"

    @property
    def fingerprint(self) -> str:
        """Name everything that changes the pixels, for cache keys."""
        return f"{self.size}|{self.interpolation}|{self.mean}|{self.std}"


@dataclass(frozen=True, slots=True)
class Framing:
    """Which part of a picture a model sees, in the picture's own pixels."""

    left: float
    top: float
    width: float
    height: float
    scale: float
    """Model pixels for one of the picture's; below 1 the picture is made smaller."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelImage:
    """One picture as the model sees it."""

    seen: ByteImage
    """(size, size, 3), before normalisation: exactly what the model saw."""
    pixels: FloatImage
    """(3, size, size), normalised."""
    key: str
    """SHA-256 of `seen` and the recipe: equal keys mean equal pixels."""


def prepare_image(data: bytes, recipe: ImageRecipe, what: str = "picture") -> ModelImage:
    """Give the picture in `data` as the model of `recipe` sees it; `what` names it in errors.

    Raises ImageError when it cannot be read, is deeper than 8 bit, or is too large.
    """
    return normalise(crop(read_picture(data, what), recipe), recipe)


def read_picture(data: bytes, what: str = "picture") -> Image.Image:
    """Decode an 8-bit picture in its own mode, the first frame of several.

    Raises ImageError when it cannot be read, is deeper than 8 bit, or is too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data))
            _require_size(picture, what)
            picture.load()
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError) as error:
        raise ImageError(
            f"The {what} cannot be read as PNG, JPEG or TIFF: {_reason(data, error)}.",
            "Save it again from the viewer.",
        ) from error
    except Image.DecompressionBombError as error:
        raise _too_large(what, "far more than") from error
    if picture.mode in _DEEP_MODES:
        raise ImageError(
            f"The {what} has more than 8 bits a pixel; a model sees 8.",
            "Open it in the viewer, choose a window and send that view.",
        )
    if picture.mode in _RESIZABLE_MODES:
        return picture
    has_alpha = "transparency" in picture.info
    return picture.convert("L" if picture.mode == "1" else "RGBA" if has_alpha else "RGB")


def picture_size(data: bytes) -> tuple[int, int]:
    """Give columns and rows of a picture that was read before."""
    with Image.open(io.BytesIO(data)) as picture:
        return picture.size


def crop(picture: Image.Image, recipe: ImageRecipe) -> ByteImage:
    """Give (size, size, 3): shortest side resized to `size`, the centre kept, then RGB."""
    size = recipe.size
    resized, (left, top) = _fitted(picture.size, size)
    if min(picture.size) != size:
        picture = picture.resize(resized, _FILTERS[recipe.interpolation])
    picture = picture.crop((left, top, left + size, top + size)).convert("RGB")
    return np.array(picture, dtype=np.uint8)


def framing(width: int, height: int, recipe: ImageRecipe) -> Framing:
    """Say which part of a picture of this size `crop` keeps."""
    size = recipe.size
    (columns, rows), (left, top) = _fitted((width, height), size)
    across, down = width / columns, height / rows
    return Framing(left * across, top * down, size * across, size * down, size / min(width, height))


def _fitted(picture: tuple[int, int], size: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Give columns and rows with the shortest side `size`, and the kept square's corner in them."""
    shortest = min(picture)
    columns, rows = (size if side == shortest else int(size * side / shortest) for side in picture)
    return (columns, rows), (round((columns - size) / 2.0), round((rows - size) / 2.0))


def normalise(seen: ByteImage, recipe: ImageRecipe) -> ModelImage:
    """Give the model's picture for (size, size, 3) bytes."""
    mean, std = np.array(recipe.mean, np.float32), np.array(recipe.std, np.float32)
    scaled: FloatImage = (seen.astype(np.float32) / np.float32(255) - mean) / std
    key = hashlib.sha256(recipe.fingerprint.encode() + seen.tobytes()).hexdigest()
    return ModelImage(seen, np.ascontiguousarray(scaled.transpose(2, 0, 1)), key)


def seen_png(image: ModelImage) -> bytes:
    """Give the exact picture that the model saw as a PNG."""
    stream = io.BytesIO()
    Image.fromarray(image.seen).save(stream, "PNG")
    return stream.getvalue()


def _require_size(picture: Image.Image, what: str) -> None:
    pixels = picture.width * picture.height
    if pixels > MAX_PIXELS:
        raise _too_large(what, f"{pixels:,} pixels, more than")


def _too_large(what: str, amount: str) -> ImageError:
    return ImageError(
        f"The {what} has {amount} the {MAX_PIXELS:,} pixels that can be sent.",
        "Draw a region and send that.",
    )


def _reason(data: bytes, error: Exception) -> str:
    if not data:
        return "it is empty"
    return "its format is unknown" if isinstance(error, UnidentifiedImageError) else str(error)

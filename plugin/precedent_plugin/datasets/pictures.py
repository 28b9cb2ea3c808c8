"""Pictures of data sets: found by names that were written carelessly, decoded, made RGB PNG."""

import io
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, UnidentifiedImageError

from precedent_plugin.errors import DatasetError, PictureError
from precedent_plugin.pictures import MAX_PIXELS
from precedent_plugin.preprocess import encode_png

SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp")


class PictureShelf:
    """The pictures below a folder, by the end of their path, whatever the case of its letters."""

    def __init__(self, root: Path) -> None:
        """Look through the folder once."""
        self.root: Final = root
        self._by_name: dict[str, Path | None] = {}
        for path in sorted(root.rglob("*")):
            if path.suffix.lower() in SUFFIXES and path.is_file():
                inside = path.relative_to(root).as_posix().lower()
                for name in {inside, inside.rsplit(".", 1)[0]}:
                    self._by_name[name] = path
                base = path.name.lower()
                for name in {base, base.rsplit(".", 1)[0]} - {inside, inside.rsplit(".", 1)[0]}:
                    # A bare name that two folders have names neither.
                    self._by_name[name] = None if name in self._by_name else path

    def __len__(self) -> int:
        return len({path for path in self._by_name.values() if path is not None})

    def find(self, name: str) -> Path | None:
        """Give the file of a name: its path below the folder, or its own name if that is unique.

        A name that leads out of the folder finds nothing.
        """
        plain = name.strip().replace("\\", "/").removeprefix("./").lower()
        for known in (plain, plain.rsplit("/", 1)[-1]):
            if known in self._by_name:
                return self._by_name[known]
        return None


def png_of(picture: Path | bytes) -> bytes:
    """Give a picture as RGB PNG without metadata. Raises DatasetError, PictureError.

    Colours of other kinds (CMYK, palettes) are converted, transparency lies on black, 16-bit grey
    is cut to its upper eight bits. Of a moving picture the first frame is taken.
    """
    try:
        with Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise PictureError(
                    f"The picture is {opened.width} x {opened.height} pixels; at most "
                    f"{MAX_PIXELS:,} are taken.",
                    "Make it smaller.",
                )
            colour = _rgb(opened)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        raise DatasetError("The picture cannot be decoded.", "Fetch it again.") from error
    return encode_png(np.asarray(colour))


def _rgb(opened: Image.Image) -> Image.Image:
    if opened.mode.startswith("I;16") or opened.mode == "I":
        grey = np.asarray(opened).astype(np.int64) >> 8
        return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).convert("RGB")
    if opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info:
        ground = Image.new("RGBA", opened.size, (0, 0, 0, 255))
        return Image.alpha_composite(ground, opened.convert("RGBA")).convert("RGB")
    return opened.convert("RGB")

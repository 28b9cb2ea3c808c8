"""Text in the pixels, found by a local recogniser whose models ship in its package.

Source: PP-OCR (Baidu), run by RapidOCR on ONNX Runtime. Nothing is downloaded.
"""

import io
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from precedent_plugin.errors import PluginError
from precedent_plugin.linting.finding import Box
from precedent_plugin.linting.identity import find_identity

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_SIDE: Final = 512
"""Smaller pictures are made larger: letters of eight pixels are not read otherwise."""
MOST_TIMES: Final = 4
SURE: Final = 0.5
LEAST_LETTERS: Final = 2
HARMLESS: Final = re.compile(
    r"(?-i:[RLAPHFSI]{1,4})"  # orientation
    r"|(?:ap|pa|lat(?:eral)?|erect|supine|portable|mobile|left|right|upright|semi-?erect|ct|mri?|us)"
    r"|[\d.,]+\s*(?:cm|mm|µm|um|%|kv|kvp|mas?|ms|hz|mhz|x)?"  # scales and settings
    r"|(?:w[wl]?|l|c|z|im|se|tr|te|fov|th|sl)\W?\s*[\d.,-]+(?:\s*/\s*[\d.,-]+)?"
    r"|\W*",
    re.I,
)
LONG_NUMBER: Final = re.compile(r"\d{5,}")


@dataclass(frozen=True, slots=True)
class BurnedIn:
    """A line of text in a picture."""

    text: str
    box: Box
    confidence: float
    """The recogniser's own, 0..1."""

    @property
    def is_harmless(self) -> bool:
        """Whether it only says sides, scales or settings."""
        words = [word for word in re.split(r"\s{2,}|[|;]", self.text.strip()) if word]
        if sum(map(str.isalnum, self.text)) < LEAST_LETTERS:
            return True  # a cell or a vessel looks like a letter, and one letter names nobody
        is_known = all(HARMLESS.fullmatch(word.strip()) for word in words)
        tells = LONG_NUMBER.search(self.text) or next(find_identity(self.text), None)
        return is_known and not tells


class TextFinder:
    """Finds text in pictures, one at a time; the models are loaded with the first."""

    def __init__(self) -> None:
        self._engine: Any = None
        self._lock = threading.Lock()

    def find(self, png: bytes) -> tuple[BurnedIn, ...]:
        """Give every line of text of a picture. Raises PluginError where it cannot be looked for.

        Boxes are in the picture's own pixels and hold the whole line.
        """
        with Image.open(io.BytesIO(png)) as opened:
            picture = opened.convert("RGB")
        times = min(MOST_TIMES, max(1, round(LEAST_SIDE / max(picture.size))))
        larger = picture.resize(
            (picture.width * times, picture.height * times), Image.Resampling.BICUBIC
        )
        pixels = np.ascontiguousarray(np.asarray(larger)[:, :, ::-1])  # the models were made on BGR
        with self._lock:
            found = self._loaded()(pixels)
        if found.boxes is None:
            return ()
        lines = zip(found.txts, found.boxes, found.scores, strict=True)
        return tuple(_lines(lines, times, picture.size))

    def _loaded(self) -> Any:
        if self._engine is None:
            try:
                from rapidocr import RapidOCR
            except ImportError as error:
                raise PluginError(
                    f"Text in pictures cannot be looked for: {error}.",
                    "Install Precedent with its dependencies, or lint without pictures.",
                ) from error
            self._engine = RapidOCR(params={"Global.log_level": "critical"})
        return self._engine


def _lines(lines: Any, times: int, size: tuple[int, int]) -> Iterator[BurnedIn]:
    for text, corners, score in lines:
        if score >= SURE and any(map(str.isalnum, text)):
            yield BurnedIn(text.strip(), _box(np.asarray(corners) / times, size), float(score))


def _box(corners: "NDArray[np.float64]", size: tuple[int, int]) -> Box:
    """Give the upright box about four corners, a pixel larger, inside the picture."""
    left, top = np.floor(corners.min(axis=0)).astype(int) - 1
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 1
    left, top = max(0, int(left)), max(0, int(top))
    return left, top, min(size[0], int(right)) - left, min(size[1], int(bottom)) - top

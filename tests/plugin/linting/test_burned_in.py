"""Text in pixels: painted here, found there, painted over, and not found any more."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from precedent_plugin.linting.burned_in import BurnedIn, TextFinder
from precedent_plugin.linting.masking import masked
from precedent_plugin.preprocess import encode_png

NAMES = ("DOE^JANE", "MILLER JOHN", "Dr. Schmidt", "12.03.1964", "ID 4711081", "Mercy Clinic")


@pytest.fixture(scope="module")
def finder() -> TextFinder:
    return TextFinder()


def scan(text: str, *, size: int = 13, bright: bool = True, seed: int = 0) -> bytes:
    """A noisy grey picture of 256 x 256 with a line of text at (20, 30)."""
    ground, ink = (60, 230) if bright else (200, 20)
    noise = np.random.default_rng(seed).normal(ground, 12, (256, 256))
    picture = Image.fromarray(noise.clip(0, 255).astype(np.uint8)).convert("RGB")
    font = ImageFont.load_default(size)
    ImageDraw.Draw(picture).text((20, 30), text, fill=(ink, ink, ink), font=font)
    return encode_png(np.asarray(picture))


def pixels(png: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture)


def test_names_and_numbers_are_found_where_they_are(finder: TextFinder) -> None:
    """Of 24 lines, dark and bright, of 12 and 20 pixels, 22 or more are found at their place."""
    found = 0
    for seed, text in enumerate(NAMES):
        for size in (12, 20):
            for bright in (True, False):
                lines = finder.find(scan(text, size=size, bright=bright, seed=seed))
                found += any(
                    not line.is_harmless and line.box[0] <= 24 and 20 <= line.box[1] <= 40
                    for line in lines
                )
    assert found >= 22


def test_a_picture_without_text_has_none(finder: TextFinder) -> None:
    rows, columns = np.mgrid[:200, :200]
    disc = np.where((rows - 90) ** 2 + (columns - 110) ** 2 < 2500, 200, 40).astype(np.uint8)
    assert finder.find(encode_png(disc)) == ()


def test_what_is_masked_is_not_found_any_more(finder: TextFinder) -> None:
    png = scan("DOE^JANE 12.03.1964")
    boxes = [line.box for line in finder.find(png)]
    assert boxes
    assert finder.find(masked(png, boxes)) == ()


def test_masking_changes_nothing_else() -> None:
    png = scan("DOE^JANE")
    before, after = pixels(png), pixels(masked(png, [(18, 28, 90, 20)]))
    inside = np.zeros(before.shape[:2], bool)
    inside[28:48, 18:108] = True
    assert (before[~inside] == after[~inside]).all()
    assert len(np.unique(after[inside].reshape(-1, 3), axis=0)) == 1
    assert abs(int(after[30, 20, 0]) - 60) < 12


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("R", True),
        ("AP", True),
        ("C", True),
        ("Li", False),
        ("10 cm", True),
        ("W 400", True),
        ("PORTABLE", True),
        ("120 kV", True),
        ("DOE^JANE", False),
        ("Miller", False),
        ("12.03.1964", False),
        ("2021-03-04", False),
        ("4711081", False),
        ("St. Mary", False),
    ],
)
def test_sides_and_scales_are_harmless(text: str, harmless: bool) -> None:
    assert BurnedIn(text, (0, 0, 1, 1), 1.0).is_harmless is harmless

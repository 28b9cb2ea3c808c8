"""Pictures as a model sees them, against the public reference's numbers and by hand."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from safetensors.numpy import load_file

from precedent_inference.errors import ImageError
from precedent_inference.images import ImageRecipe, prepare_image, seen_png

GOLDEN = Path(__file__).parents[3] / "shared" / "golden" / "flamingo" / "preprocess"
PLAIN = ImageRecipe(4, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))


def png(pixels: NDArray[np.generic], mode: str | None = None) -> bytes:
    stream = io.BytesIO()
    picture = Image.fromarray(pixels)
    (picture if mode is None else picture.convert(mode)).save(stream, "PNG")
    return stream.getvalue()


NOISE = png(np.random.default_rng(1).integers(0, 256, (40, 40, 3), dtype=np.uint8))


@pytest.mark.skipif(not GOLDEN.is_dir(), reason="../shared/golden is absent")
def test_preprocessing_equals_the_reference() -> None:
    config = json.loads((GOLDEN / "config.json").read_text(encoding="utf-8"))
    inputs = load_file(GOLDEN / "inputs.safetensors")
    outputs = load_file(GOLDEN / "outputs.safetensors")
    # One grey level of another Pillow's resampling, in normalised units.
    level = 1 / 255 / min(config["std"]) + 1e-5
    assert outputs
    for key, expected in outputs.items():
        name, size = key.split(".")
        recipe = ImageRecipe(int(size), tuple(config["mean"]), tuple(config["std"]))
        found = prepare_image(png(inputs[name]), recipe).pixels
        np.testing.assert_allclose(found, expected, atol=level, err_msg=key)


def test_values_are_scaled_then_normalised() -> None:
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[..., 0] = 255
    image = prepare_image(png(pixels), PLAIN)
    assert image.pixels[:, 0, 0].tolist() == [2.0, -2.0, -2.0]


def test_a_wide_picture_loses_its_edges() -> None:
    pixels = np.zeros((4, 8, 3), np.uint8)
    pixels[:, 2:6] = 200
    assert prepare_image(png(pixels), PLAIN).seen.min() == 200


def test_the_picture_that_was_seen_is_reported_exactly() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    image = prepare_image(png(pixels), PLAIN)
    back = np.asarray(Image.open(io.BytesIO(seen_png(image))))
    np.testing.assert_array_equal(back, image.seen)


def test_the_same_pixels_in_another_file_have_the_same_key() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "TIFF")
    first, second = prepare_image(png(pixels), PLAIN), prepare_image(stream.getvalue(), PLAIN)
    assert first.key == second.key


def test_another_recipe_gives_another_key() -> None:
    data = png(np.zeros((4, 4, 3), np.uint8))
    other = ImageRecipe(4, (0.4, 0.5, 0.5), (0.25, 0.25, 0.25))
    assert prepare_image(data, PLAIN).key != prepare_image(data, other).key


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_every_8_bit_mode_is_read(mode: str) -> None:
    grey = np.full((6, 6, 3), 255, np.uint8)
    assert prepare_image(png(grey, mode), PLAIN).seen.tolist() == [[[255] * 3] * 4] * 4


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"not a picture at all", "format is unknown"),
        (NOISE[: len(NOISE) // 2], "truncated"),
        (png(np.zeros((9, 9), np.uint16)), "more than 8 bits"),
    ],
)
def test_a_bad_picture_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        prepare_image(data, PLAIN, "picture")


def test_a_picture_as_large_as_a_slide_is_refused_before_it_is_decoded() -> None:
    stream = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(stream, "PNG")
    with pytest.raises(ImageError, match="100,000,000 pixels"):
        prepare_image(stream.getvalue(), PLAIN)

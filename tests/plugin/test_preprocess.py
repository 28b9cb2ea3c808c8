"""What is sent is what was painted, without a name in it."""

import io
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from precedent_plugin.errors import HostError, PictureError
from precedent_plugin.host import ViewSnapshot
from precedent_plugin.originals import unpack
from precedent_plugin.pictures import check_png, content_hash
from precedent_plugin.preprocess import (
    ViewImage,
    describe_view,
    encode_png,
    image_from_host,
    image_from_pixels,
)
from precedent_plugin.pseudonyms import Pseudonyms

PIXELS = np.arange(20 * 30 * 3, dtype=np.uint32).reshape(20, 30, 3).astype(np.uint8)
VIEW = ViewSnapshot(
    modality="CT",
    body_part="CHEST",
    laterality="L",
    frame_index=11,
    number_of_frames=64,
    window=(40.0, 400.0),
    region=(5, 6, 30, 20),
    rotation_quarters=1,
    flipped=True,
    inverted=True,
    title="CT 12/64",
    patient_key_source="DOE^JANE 123",
    study_key_source="1.2.3.4",
    notes=("3 rows missing: shown black",),
)


def test_png_holds_the_painted_pixels_exactly() -> None:
    with Image.open(io.BytesIO(encode_png(PIXELS))) as picture:
        assert np.array_equal(np.asarray(picture), PIXELS)


def test_grey_pixels_become_rgb() -> None:
    with Image.open(io.BytesIO(encode_png(PIXELS[..., 0]))) as picture:
        assert np.array_equal(np.asarray(picture), PIXELS[..., :1].repeat(3, axis=2))


def test_png_passes_the_border_of_a_casebook() -> None:
    assert check_png(encode_png(PIXELS)) == (30, 20)


def test_view_over_a_strided_array_is_taken() -> None:
    turned = np.rot90(PIXELS)[:, ::-1]
    with Image.open(io.BytesIO(encode_png(turned))) as picture:
        assert np.array_equal(np.asarray(picture), turned)


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (np.zeros((1, 100), np.uint8), "at least 2"),
        (np.zeros((20, 20), np.uint16), "8-bit grey or RGB"),
        (np.zeros((20, 20, 4), np.uint8), "8-bit grey or RGB"),
        (np.broadcast_to(np.uint8(0), (9000, 9000)), "at most 64,000,000"),
    ],
)
def test_pixels_that_cannot_be_sent_are_refused(pixels: NDArray[np.uint8], words: str) -> None:
    with pytest.raises(PictureError, match=words):
        encode_png(pixels)


def test_provenance_says_what_and_not_who() -> None:
    pseudonyms = Pseudonyms(bytes(32))
    image = image_from_pixels(PIXELS, VIEW, pseudonyms)
    where = image.provenance
    assert (where.modality, where.window, where.laterality) == ("CT", (40.0, 400.0), "L")
    assert where.patient_key == pseudonyms.patient("DOE^JANE 123")
    assert where.study_key == pseudonyms.study("1.2.3.4")
    assert image.sha256 == content_hash(image.png)
    assert (image.width, image.height) == (30, 20)
    assert image.notes == VIEW.notes
    assert "DOE" not in repr(image)
    assert "1.2.3.4" not in repr(image)


class Host:
    """What `image_from_host` asks of a host."""

    capabilities = frozenset({"modality_pixels"})

    def __init__(self, values: NDArray[np.float32], view: ViewSnapshot) -> None:
        self.values, self.view = values, view

    def snapshot(self) -> ViewSnapshot:
        return self.view

    def modality_pixels(self) -> NDArray[np.float32]:
        if self.values.ndim == 3:
            raise HostError("A colour picture has no modality values.")
        return self.values

    def painted_pixels(self, *, region_only: bool) -> NDArray[np.uint8]:
        assert region_only
        colour = self.values if self.values.ndim == 3 else self.values[..., None].repeat(3, axis=2)
        return np.rot90(colour[1:3, 2:5], -self.view.rotation_quarters).astype(np.uint8)


TURNED = ViewSnapshot(region=(2, 1, 3, 2), rotation_quarters=1, pixel_spacing_mm=(0.5, 0.75))


def taken(values: NDArray[np.float32]) -> ViewImage:
    image = image_from_host(cast("Any", Host(values, TURNED)), Pseudonyms(bytes(32)))
    assert image is not None
    return image


def test_original_lies_pixel_for_pixel_under_the_picture() -> None:
    frame = np.arange(24, dtype=np.float32).reshape(4, 6)
    image = taken(frame)
    assert image.original is not None
    # The region is 8 9 10 over 14 15 16; turned right, its left column is the upper row.
    assert unpack(image.original).tolist() == [[14, 8], [15, 9], [16, 10]]
    with Image.open(io.BytesIO(image.png)) as picture:
        assert np.asarray(picture)[..., 0].tolist() == [[14, 8], [15, 9], [16, 10]]
    assert image.provenance.spacing_mm == (0.75, 0.5)
    assert not image.provenance.is_inverted


def test_colour_and_values_that_are_no_numbers_have_no_original() -> None:
    assert taken(np.zeros((4, 6, 3), dtype=np.float32)).original is None
    holes = np.arange(24, dtype=np.float32).reshape(4, 6)
    holes[1, 2] = np.nan
    with np.errstate(invalid="ignore"):
        assert taken(holes).original is None


def test_orientation_of_the_sent_pixels_is_said() -> None:
    assert describe_view(VIEW) == (
        "CT, chest, frame 12 of 64, region 30 x 20, turned right, mirrored, inverted"
    )


def test_blank_picture_is_noticed() -> None:
    grey = np.full((20, 20, 3), 7, np.uint8)
    assert image_from_pixels(grey, ViewSnapshot(), Pseudonyms(bytes(32))).is_blank
    grey[5, 5, 1] = 8
    assert not image_from_pixels(grey, ViewSnapshot(), Pseudonyms(bytes(32))).is_blank


def test_spacing_of_the_view_is_kept_with_the_picture() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    keys = Pseudonyms(b"k" * 32)
    known = image_from_pixels(pixels, ViewSnapshot(pixel_spacing_mm=(0.5, 2.0)), keys)
    assert known.provenance.pixel_mm == 1.0
    assert image_from_pixels(pixels, ViewSnapshot(), keys).provenance.pixel_mm is None

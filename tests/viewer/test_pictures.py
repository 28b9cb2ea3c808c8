"""PNG, JPEG and TIFF pictures, each written by the library that is not read with where possible."""

import struct
import zlib
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from precedent_viewer.dicom.frames import read_frame
from precedent_viewer.dicom.index import read_instance
from precedent_viewer.errors import DecodeError, UnsupportedError, ViewerError
from precedent_viewer.model.study import Frame
from precedent_viewer.pictures import oriented, read_picture

GREY = np.array([[0, 1, 2], [100, 200, 255]], np.uint8)
COLOUR = np.stack([GREY, GREY[::-1], 255 - GREY], axis=2)


def stored(path: Path, index: int = 0) -> NDArray[Any]:
    return read_frame(Frame(read_instance(path), index)).stored


@pytest.mark.parametrize("values", [GREY, COLOUR, GREY.astype(np.uint16) * 257])
def test_png_gives_its_values(tmp_path: Path, values: NDArray[Any]) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(imagecodecs.png_encode(values))

    np.testing.assert_array_equal(stored(path), values)


def test_colour_png_of_16_bits_keeps_them(tmp_path: Path) -> None:
    values = COLOUR.astype(np.uint16) * 256 + 7
    path = tmp_path / "x.png"
    path.write_bytes(imagecodecs.png_encode(values))

    np.testing.assert_array_equal(stored(path), values)


def test_palette_png_is_colour(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    Image.fromarray(COLOUR).convert("P", palette=Image.Palette.ADAPTIVE, colors=6).save(path)

    assert np.abs(stored(path).astype(int) - COLOUR).max() <= 1


def test_transparent_parts_are_laid_over_white(tmp_path: Path) -> None:
    values = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 0, 0, 51]]], np.uint8)
    path = tmp_path / "x.png"
    path.write_bytes(imagecodecs.png_encode(values))

    assert stored(path).tolist() == [[[10, 20, 30], [255, 255, 255], [204, 204, 204]]]


def test_jpeg_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    wide = np.zeros((8, 16), np.uint8)
    wide[:, 8:] = 255
    exif = Image.Exif()
    exif[274] = 6
    path = tmp_path / "x.jpg"
    Image.fromarray(wide).save(path, quality=100, exif=exif)

    instance, values = read_instance(path), stored(path)

    assert (instance.rows, instance.columns) == values.shape == (16, 8)
    # Orientation 6: the first row is the right side, so the left half comes to the top.
    assert values[:8].max() < 10
    assert values[8:].min() > 245


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, [[1, 2], [3, 4], [5, 6]]),
        (2, [[2, 1], [4, 3], [6, 5]]),
        (3, [[6, 5], [4, 3], [2, 1]]),
        (4, [[5, 6], [3, 4], [1, 2]]),
        (5, [[1, 3, 5], [2, 4, 6]]),
        (6, [[5, 3, 1], [6, 4, 2]]),
        (7, [[6, 4, 2], [5, 3, 1]]),
        (8, [[2, 4, 6], [1, 3, 5]]),
    ],
)
def test_orientations_of_the_tiff_standard(orientation: int, expected: list[list[int]]) -> None:
    values = np.array([[1, 2], [3, 4], [5, 6]])

    assert oriented(values, orientation).tolist() == expected


@pytest.mark.parametrize(
    ("values", "options"),
    [
        (GREY, {}),
        (GREY.astype(np.uint16) * 257, {"compression": "zlib"}),
        (GREY.astype(np.float32) / 3, {}),
        (COLOUR, {"photometric": "rgb", "compression": "lzw"}),
        (COLOUR.astype(np.uint16) * 3, {"photometric": "rgb"}),
    ],
)
def test_tiff_gives_its_values(
    tmp_path: Path, values: NDArray[Any], options: dict[str, Any]
) -> None:
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, values, **options)

    np.testing.assert_array_equal(stored(path), values)


def test_colour_tiff_in_planes_is_put_together(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    planes = np.moveaxis(COLOUR, 2, 0)
    tifffile.imwrite(path, planes, photometric="rgb", planarconfig="separate")

    np.testing.assert_array_equal(stored(path), COLOUR)


def test_white_is_zero_tiff_is_shown_as_meant(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, GREY, photometric="miniswhite")

    np.testing.assert_array_equal(stored(path), 255 - GREY)


def test_palette_tiff_is_colour(tmp_path: Path) -> None:
    table = np.zeros((3, 256), np.uint16)
    table[0, 200], table[2, 1] = 65535, 256 * 9
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, GREY, photometric="palette", colormap=table)

    values = stored(path)

    assert (values[1, 1].tolist(), values[0, 1].tolist()) == ([255, 0, 0], [0, 0, 9])


def test_pages_of_a_tiff_are_frames_of_a_series_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, np.stack([GREY, GREY + 1, GREY + 2]), photometric="minisblack")

    instance = read_instance(path)

    assert (instance.number_of_frames, instance.description.series_description) == (3, "stack.tif")
    np.testing.assert_array_equal(stored(path, 2), GREY + 2)


def test_pictures_of_one_folder_are_one_series(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        Image.fromarray(GREY).save(tmp_path / name)

    first, second = (read_instance(tmp_path / name) for name in ("a.png", "b.png"))

    assert first.series_uid == second.series_uid
    assert (first.kind, first.modality) == ("picture", "PICTURE")


def test_slide_says_how_large_its_pixels_are(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, GREY, description="Aperio Image |AppMag = 20|MPP = 0.4990")

    spacing = read_instance(path).pixel_spacing_mm

    assert spacing == pytest.approx((0.000499, 0.000499))


def png_that_claims(side: int) -> bytes:
    """A tiny PNG whose header says it is side x side pixels, with a right checksum."""
    content = bytearray(imagecodecs.png_encode(GREY))
    content[16:24] = side.to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


def test_picture_that_claims_more_than_its_file_can_hold_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_that_claims(13000))

    with pytest.raises(
        ViewerError, match=r"bomb\.png: it claims 13000 x 13000 pixels, but is too short"
    ):
        read_instance(path)


def test_picture_beyond_the_largest_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(png_that_claims(60000))

    with pytest.raises(UnsupportedError, match="more pixels than this version shows"):
        read_instance(path)


@pytest.mark.parametrize("name", ["x.png", "x.tif"])
def test_picture_cut_short_is_refused_before_it_is_decoded(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    tifffile.imwrite(path, noise) if name == "x.tif" else Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(DecodeError, match=f"{name}: its picture data is broken or cut off"):
        read_instance(path)


def test_pages_before_the_cut_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    pages = np.arange(3 * 64 * 64, dtype=np.uint16).reshape(3, 64, 64)
    with tifffile.TiffWriter(path) as writer:
        for page in pages:
            writer.write(page, contiguous=False)
        # The last page's values come last, its description before them.
    path.write_bytes(path.read_bytes()[:-1000])

    np.testing.assert_array_equal(stored(path, 1), pages[1])
    with pytest.raises(DecodeError, match="its picture data is broken"):
        stored(path, 2)


def test_header_of_a_png_is_read_without_decoding_the_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.png"
    Image.fromarray(GREY).save(path)

    def refuse(*_arguments: object) -> None:
        raise AssertionError("the picture was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", refuse)

    assert (read_instance(path).rows, read_instance(path).columns) == GREY.shape


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG file."""
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


@pytest.mark.parametrize("is_last", [False, True])
def test_png_is_turned_as_it_asks_wherever_it_says_so(tmp_path: Path, is_last: bool) -> None:
    exif = Image.Exif()
    exif[274] = 6
    said = chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
    plain = imagecodecs.png_encode(GREY)
    at = len(plain) - 12 if is_last else 33
    path = tmp_path / "x.png"
    path.write_bytes(plain[:at] + said + plain[at:])

    assert stored(path).tolist() == [[100, 0], [200, 1], [255, 2]]
    assert (read_instance(path).rows, read_instance(path).columns) == (3, 2)


def test_animation_says_that_it_is_one(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    pictures = [Image.fromarray(np.full((4, 4), level, np.uint8)) for level in (0, 100, 200)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:])

    pixels = read_frame(Frame(read_instance(path), 0))

    assert pixels.notes == ("Only the first of the 3 pictures of this animation is shown.",)
    assert pixels.stored.max() == 0


def test_jpeg_in_cmyk_has_the_colours_it_was_made_of(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    # Full cyan, then black ink alone: light cyan is (0, 255, 255), black (0, 0, 0).
    inks = np.zeros((16, 16, 4), np.uint8)
    inks[:, :8, 0] = 255
    inks[:, 8:, 3] = 255
    Image.fromarray(inks, "CMYK").save(path, quality=100)

    values = stored(path)

    assert values[8, 3] == pytest.approx([0, 255, 255], abs=3)
    assert values[8, 12] == pytest.approx([0, 0, 0], abs=3)


@pytest.mark.parametrize("compression", [None, "zlib", "jpeg"])
def test_tiles_of_a_tiff_are_put_together(tmp_path: Path, compression: str | None) -> None:
    path = tmp_path / "x.tif"
    values = np.tile(np.linspace(0, 255, 70).astype(np.uint8), (50, 1))
    tifffile.imwrite(path, values, tile=(32, 32), compression=compression)

    assert np.abs(stored(path).astype(int) - values).max() <= (6 if compression == "jpeg" else 0)


def test_tiles_that_are_left_out_are_told(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, np.full((32, 64), 9, np.uint8), tile=(32, 32))
    with tifffile.TiffFile(path, mode="r+") as tiff:
        tiff.pages.first.tags[325].overwrite((1024, 0))

    pixels = read_frame(Frame(read_instance(path), 0))

    assert pixels.notes == ("1 of the picture's 2 parts are not in the file: shown black.",)
    assert (pixels.stored[0, 31], pixels.stored[0, 32]) == (9, 0)


def test_pages_that_point_back_to_themselves_end(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, GREY)
    content = bytearray(path.read_bytes())
    (first,) = struct.unpack("<I", content[4:8])
    (tags,) = struct.unpack("<H", content[first : first + 2])
    content[first + 2 + 12 * tags : first + 6 + 12 * tags] = struct.pack("<I", first)
    path.write_bytes(bytes(content))

    np.testing.assert_array_equal(stored(path), GREY)


def test_picture_that_cannot_be_read_says_the_system_s_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.png"
    Image.fromarray(GREY).save(path)

    def fail(*_arguments: object, **_more: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Image, "open", fail)
    with pytest.raises(ViewerError, match=r"x\.png: it cannot be read \(Input/output error\)"):
        read_picture(path)


@pytest.mark.parametrize("name", ["x.png", "x.jpg", "x.tif"])
def test_picture_cut_short_is_one_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(DecodeError, match=f"{name}: its picture data is broken"):
        read_picture(path)


def test_page_that_does_not_exist_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    Image.fromarray(GREY).save(path)

    with pytest.raises(DecodeError, match="it has no frame 1"):
        read_picture(path, 1)


def test_tiff_of_many_channels_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    values = np.zeros((4, 5, 7), np.uint8)
    tifffile.imwrite(path, values, photometric="minisblack", planarconfig="contig")

    with pytest.raises(UnsupportedError, match="7 grey channels"):
        read_picture(path)

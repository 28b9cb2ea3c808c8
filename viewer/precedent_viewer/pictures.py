"""PNG, JPEG and TIFF files as images: grey of 8 or 16 bits or floats, or RGB.

The orientation that a file asks for is applied, transparent parts are laid over white, and the
pages of a TIFF are frames. Nothing is decoded before its size has been judged.
"""

import logging
import re
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from precedent_viewer.dicom.describe import folder_uid
from precedent_viewer.dicom.opened import file_version
from precedent_viewer.dicom.warned import warnings_collected
from precedent_viewer.errors import DecodeError, FileError, UnsupportedError, one_line
from precedent_viewer.model.study import Description, Instance
from precedent_viewer.png import PngHead, read_png_head

logging.getLogger("tifffile").setLevel(logging.CRITICAL)

LARGEST_PIXELS = 175_000_000
"""A picture is shown whole up to this size, which is just under Pillow's own limit."""
TOO_LARGE = (
    f"it has more pixels than this version shows in one picture ({LARGEST_PIXELS // 10**6} million)"
)
LARGE_BYTES = 64 << 20
LARGEST_RATIO = 5000
FILES_KEPT = 8
TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", *TIFF_STARTS)
FAILURES = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError,
            EOFError, SyntaxError, MemoryError, struct.error, zlib.error)  # fmt: skip
"""What Pillow, tifffile and imagecodecs raise on broken files, by trial."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One decoded page."""

    values: NDArray[Any]
    """(rows, columns) uint8, uint16 or float32, or (rows, columns, 3) uint8 or uint16."""
    notes: tuple[str, ...] = ()


def has_picture_start(start: bytes) -> bool:
    """Say whether a file that begins so is a picture; DICOM with a TIFF preamble is not."""
    return start.startswith(STARTS) and start[128:132] != b"DICM"


def read_picture_instance(path: Path) -> Instance:
    """Read a picture's size and pages. Raises a ViewerError."""
    with _Reading(path):
        if _is_tiff(path):
            sizes, spacing = _tiff_sizes(path)
        else:
            sizes, spacing = [_raster_size(path)], None
    rows, columns = sizes[0]
    of_file = len(sizes) > 1
    title = path.name if of_file else path.parent.resolve().name
    return Instance(
        path=path,
        kind="picture",
        sop_instance_uid=folder_uid(path, "file"),
        series_uid=folder_uid(path if of_file else path.parent, "pictures"),
        study_uid=folder_uid(path.parent, "folder"),
        number_of_frames=len(sizes),
        rows=rows,
        columns=columns,
        modality="PICTURE",
        pixel_spacing_mm=spacing,
        description=Description(
            series_description=one_line(title),
            study_description=one_line(path.parent.resolve().name),
        ),
    )


def read_picture(path: Path, index: int = 0) -> Picture:
    """Decode one page. Raises FileError, UnsupportedError or DecodeError."""
    with _Reading(path):
        if _is_tiff(path):
            return _read_page(path, index)
        if index != 0:
            raise DecodeError(f"{path.name}: it has no frame {index}; its only frame is 0.")
        _raster_size(path)
        return _read_raster(path)


class _Reading:
    """Turns what the libraries raise and warn about into our errors."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._warnings = warnings_collected()

    def __enter__(self) -> None:
        self._warnings.__enter__()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._warnings.__exit__(None, None, None)
        name = self._path.name
        match error:
            case PermissionError():
                raise FileError(f"{name}: there is no permission to read it.") from error
            case FileNotFoundError():
                raise FileError(f"{name}: the file does not exist.") from error
            case Image.DecompressionBombError():
                raise UnsupportedError(f"{name}: {TOO_LARGE}.") from error
            case UnidentifiedImageError():
                raise DecodeError(f"{name}: its picture data is broken.") from error
            case OSError(strerror=str(said)):
                raise FileError(f"{name}: it cannot be read ({said}).") from error
            case OSError():
                # Pillow's own, without a number of the system.
                raise DecodeError(f"{name}: its picture data is broken or cut off.") from error
            case _ if isinstance(error, FAILURES):
                raise DecodeError(f"{name}: its picture data is broken.") from error
            case _:
                return


def _is_tiff(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in TIFF_STARTS


def _check_size(path: Path, rows: int, columns: int, bytes_a_pixel: int) -> None:
    """Refuse a picture that is too large to show whole, or that its file cannot hold."""
    if rows < 1 or columns < 1:
        raise DecodeError(f"{path.name}: it has no pixels ({columns} x {rows}).")
    if rows * columns > LARGEST_PIXELS:
        raise UnsupportedError(f"{path.name}: {TOO_LARGE}.")
    claimed = rows * columns * bytes_a_pixel
    if claimed > LARGE_BYTES and claimed > LARGEST_RATIO * path.stat().st_size:
        raise DecodeError(f"{path.name}: it claims {columns} x {rows} pixels, but is too short.")


# PNG and JPEG


def _raster_size(path: Path) -> tuple[int, int]:
    """Give rows and columns as shown."""
    with Image.open(path, formats=("PNG", "JPEG")) as image:
        columns, rows = image.size
        _check_size(path, rows, columns, len(image.getbands()))
        head = read_png_head(path) if image.format == "PNG" else None
        turned = _raster_orientation(image, head) in (5, 6, 7, 8)
    return (columns, rows) if turned else (rows, columns)


def _raster_orientation(image: Image.Image, head: PngHead | None) -> int:
    if head is not None and head.exif:
        image.info["exif"] = b"Exif\0\0" + head.exif
    # That of PNG images decodes the whole picture first, to find the chunk that was read above.
    exif = Image.Image.getexif(image)
    return int(exif.get(ExifTags.Base.Orientation, 1))


def _read_raster(path: Path) -> Picture:
    with Image.open(path, formats=("PNG", "JPEG")) as image:
        head = read_png_head(path) if image.format == "PNG" else None
        orientation = _raster_orientation(image, head)
        if head is not None and head.bits == 16:
            values = over_white(imagecodecs.png_decode(path.read_bytes()))
        else:
            values = _eight_bit(image)
    notes: tuple[str, ...] = ()
    if head is not None and head.pictures > 1:
        notes = (f"Only the first of the {head.pictures} pictures of this animation is shown.",)
    return Picture(oriented(values, orientation), notes)


def _eight_bit(image: Image.Image) -> NDArray[Any]:
    """Give grey or RGB, transparency over white."""
    if image.has_transparency_data:
        return over_white(np.asarray(image.convert("LA" if image.mode == "LA" else "RGBA")))
    if image.mode in ("L", "1"):
        return np.asarray(image.convert("L"))
    return np.asarray(image.convert("RGB"))


def over_white(values: NDArray[Any]) -> NDArray[Any]:
    """Lay (rows, columns, 2 or 4) with opacity last over white; others are given back."""
    if values.ndim == 2 or values.shape[2] in (1, 3):
        return values[:, :, 0] if values.ndim == 3 and values.shape[2] == 1 else values
    white = float(np.iinfo(values.dtype).max)
    colour, opacity = values[..., :-1].astype(np.float64), values[..., -1:] / white
    mixed = np.rint(colour * opacity + white * (1 - opacity)).astype(values.dtype)
    return mixed[..., 0] if mixed.shape[2] == 1 else mixed


def oriented(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn a picture as TIFF's and EXIF's tag 274 (1 to 8) asks for."""
    if orientation in (5, 6, 7, 8):
        values = values.swapaxes(0, 1)
    # After the exchange of rows and columns: 5 as is, 6 mirrored, 7 both, 8 upside down.
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    return np.ascontiguousarray(values)


# TIFF


def _frame_places(tiff: tifffile.TiffFile) -> list[int]:
    """Say which pages are frames: all of full size, without thumbnails, labels and levels."""
    if tiff.is_svs or tiff.is_ndpi or tiff.is_scn or tiff.is_bif or tiff.is_philips:
        pages = list(tiff.series[0].levels[0].pages)
    else:
        pages = list(tiff.pages)
    every = [page.aspage() for page in pages if page is not None]
    whole = [page for page in every if not page.is_reduced] or every
    return [page.index for page in whole]


@lru_cache(maxsize=FILES_KEPT)
def _kept_frame_places(path: Path, version: tuple[int, int]) -> tuple[int, ...]:
    """Keep the places, because looking at thousands of pages takes longer than decoding one."""
    with tifffile.TiffFile(path) as tiff:
        return tuple(_frame_places(tiff))


def _tiff_sizes(path: Path) -> tuple[list[tuple[int, int]], tuple[float, float] | None]:
    with tifffile.TiffFile(path) as tiff:
        pages = [tiff.pages[place].aspage() for place in _frame_places(tiff)]
        if not pages:
            raise DecodeError(f"{path.name}: it has no pages.")
        _check_page(path, pages[0])
        if all(_is_cut(page, path.stat().st_size) for page in pages):
            raise DecodeError(f"{path.name}: its picture data is broken or cut off.")
        sizes = [_shown_size(page) for page in pages]
        return sizes, _slide_spacing(pages[0].description)


def _is_cut(page: tifffile.TiffPage, file_bytes: int) -> bool:
    """Say whether the file ends before the page does."""
    parts = zip(page.dataoffsets, page.databytecounts, strict=False)
    return any(offset + count > file_bytes for offset, count in parts)


def _shown_size(page: tifffile.TiffPage) -> tuple[int, int]:
    is_turned = _orientation(page) in (5, 6, 7, 8)
    rows, columns = int(page.imagelength), int(page.imagewidth)
    return (columns, rows) if is_turned else (rows, columns)


def _orientation(page: tifffile.TiffPage) -> int:
    tag = page.tags.get(274)
    return int(tag.value) if tag is not None and str(tag.value).isdigit() else 1


def _slide_spacing(description: str) -> tuple[float, float] | None:
    """Read Aperio's micrometres a pixel."""
    found = re.search(r"\|\s*MPP\s*=\s*(\d*\.?\d+)", description or "")
    spacing = float(found.group(1)) / 1000 if found else 0.0
    return (spacing, spacing) if spacing > 0 else None


def _check_page(path: Path, page: tifffile.TiffPage) -> None:
    sample = max(int(page.bitspersample or 8) // 8, 1)
    _check_size(
        path, int(page.imagelength), int(page.imagewidth), sample * int(page.samplesperpixel)
    )
    if page.imagedepth != 1:
        raise UnsupportedError(f"{path.name}: a TIFF of volumes is not shown by this version.")


def _read_page(path: Path, index: int) -> Picture:
    places = _kept_frame_places(path, file_version(path))
    if not 0 <= index < len(places):
        last = len(places) - 1
        raise DecodeError(f"{path.name}: it has no frame {index}; its frames are 0 to {last}.")
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[places[index]].aspage()
        _check_page(path, page)
        values = _page_values(path, page)
    return Picture(oriented(values, _orientation(page)), _lacking(page))


def _lacking(page: tifffile.TiffPage) -> tuple[str, ...]:
    """Say how many tiles or strips the file leaves out; those are decoded as 0."""
    counts = page.databytecounts
    missing = sum(1 for count in counts if count == 0)
    if missing == 0:
        return ()
    return (f"{missing} of the picture's {len(counts)} parts are not in the file: shown black.",)


def _page_values(path: Path, page: tifffile.TiffPage) -> NDArray[Any]:
    """Give a page as grey or RGB."""
    values = page.asarray()
    if values.ndim == 3 and page.planarconfig == 2 and values.shape[0] == page.samplesperpixel:
        values = np.moveaxis(values, 0, -1)
    kind = tifffile.PHOTOMETRIC
    match page.photometric:
        case kind.PALETTE if page.colormap is not None:
            table = (page.colormap >> 8 if page.colormap.max() > 255 else page.colormap).astype(
                np.uint8
            )
            return np.ascontiguousarray(table[:, values].transpose(1, 2, 0))
        case kind.MINISBLACK | kind.MINISWHITE:
            return _grey_page(path, values, is_inverted=page.photometric == kind.MINISWHITE)
        case kind.RGB | kind.YCBCR if values.ndim == 3 and values.shape[2] in (3, 4):
            is_raw = page.photometric == kind.YCBCR and page.compression not in (6, 7, 33003, 33005)
            if is_raw or values.dtype.kind != "u":
                break_ = "uncompressed YCbCr" if is_raw else "colour that is not whole numbers"
                raise UnsupportedError(f"{path.name}: a TIFF of {break_} is not shown.")
            return over_white(values)
        case _:
            raise UnsupportedError(
                f"{path.name}: a TIFF of {page.samplesperpixel} channels in colour space "
                f"{getattr(page.photometric, 'name', page.photometric)} is not shown."
            )


def _grey_page(path: Path, values: NDArray[Any], *, is_inverted: bool) -> NDArray[Any]:
    if values.ndim == 3 and values.shape[2] == 2 and values.dtype.kind == "u":
        values = over_white(values)
    if values.ndim != 2:
        raise UnsupportedError(
            f"{path.name}: a TIFF of {values.shape[-1]} grey channels is not shown."
        )
    if values.dtype == np.bool_:
        values = values.astype(np.uint8) * np.uint8(255)
    if is_inverted and values.dtype.kind == "u":
        values = np.iinfo(values.dtype).max - values
    return values.astype(values.dtype.newbyteorder("="), copy=False)

"""Decode one frame of a DICOM file and bring it into display form: grey, palette or RGB."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.colour import rgb_of_ybr
from precedent_viewer.dicom.decoders import (
    Decoded,
    DecodeFrame,
    decode_frame,
    is_native,
    syntax_name,
)
from precedent_viewer.dicom.image_file import ImageFile, check_index, open_image
from precedent_viewer.dicom.native import (
    NativePlace,
    native_values,
    read_native,
    without_unused_bits,
)
from precedent_viewer.dicom.overlay_planes import OverlayPlane, groups_in_pixels
from precedent_viewer.dicom.warned import warnings_collected
from precedent_viewer.errors import DecodeError, FileError, UnsupportedError

Notes = tuple[str, ...]
END_OF_IMAGE = b"\xff\xd9"
END_MARKED = ("JPEG", "JPEG-LS")
NEED_THEIR_END = ("JPEG-LS", "RLE", "deflated", "JPEG XL")
"""Nothing comes out of a part of these; CharLS searches for minutes before it says so."""
CUT_NOTE = "The file is cut off inside this image: what is missing is shown grey or wrong."


@dataclass(frozen=True, slots=True, eq=False)
class DecodedFrame:
    """One frame out of its file."""

    image: ImageFile
    values: NDArray[Any]
    """Grey or palette indices in the file's type, or RGB."""
    notes: Notes
    """What is to be said on the picture."""
    overlays: tuple[OverlayPlane, ...] = ()
    """The planes that lay in unused bits of the values."""


def decoded_frame(path: Path, index: int, decode: DecodeFrame = decode_frame) -> DecodedFrame:
    """Open a file and decode a frame.

    decode: what turns a compressed frame into values, here or in a process of its own.
    Raises FileError, UnsupportedError or DecodeError.
    """
    image = open_image(path)
    check_index(path, index, image.pixel.number_of_frames)
    try:
        with warnings_collected():
            decoded, notes, overlays = _decoded(image, index, decode)
    except OSError as error:
        raise FileError(f"{path.name}: it can no longer be read.", "Open it again.") from error
    return DecodedFrame(image, _in_display_form(decoded, image), notes, overlays)


def _decoded(
    image: ImageFile, index: int, decode: DecodeFrame
) -> tuple[Decoded, Notes, tuple[OverlayPlane, ...]]:
    if image.encapsulated is None:
        return _native(image, index)
    opened, pixel = image.opened, image.pixel
    place = opened.path.name
    if pixel.number_of_frames > 1:
        place = f"{place}, frame {index + 1} of {pixel.number_of_frames}"
    with opened.stream() as stream:
        data, is_cut = image.encapsulated.read(stream, index)
    if not data:
        raise DecodeError(f"{place}: there is no pixel data for it.")
    uid = opened.transfer_syntax_uid
    if is_native(uid):
        return _cleared(native_values(_whole(data, image), 0, pixel), image, ())
    is_cut = is_cut or _lacks_end(data, uid)
    if is_cut and syntax_name(uid) in NEED_THEIR_END:
        raise DecodeError(f"{place}: the file is cut off inside this image.")
    decoded = decode(data, pixel, uid, place)
    notes = (CUT_NOTE,) if is_cut else ()
    return decoded, notes + _lost_planes(image), ()


def _native(image: ImageFile, index: int) -> tuple[Decoded, Notes, tuple[OverlayPlane, ...]]:
    opened, pixel, element = image.opened, image.pixel, image.opened.pixels
    if element is None:
        raise DecodeError(f"{opened.path.name}: it has no pixel data.")
    if not is_native(opened.transfer_syntax_uid):
        raise DecodeError(
            f"{opened.path.name}: its header says {syntax_name(opened.transfer_syntax_uid)}, but "
            "its pixel data is not in compressed form."
        )
    with opened.stream() as stream:
        place = NativePlace(element, pixel, is_little_endian=opened.is_little_endian)
        data, start_bit, missing = read_native(stream, place, index, opened.path.name)
    values = native_values(data, start_bit, pixel, is_little_endian=opened.is_little_endian)
    return _cleared(values, image, _missing_notes(missing, image))


def _cleared(
    values: NDArray[Any], image: ImageFile, notes: Notes
) -> tuple[Decoded, Notes, tuple[OverlayPlane, ...]]:
    """Part a frame's values from what lies in the bits around them."""
    pixel, found = image.pixel, groups_in_pixels(image.overlays, image.pixel)
    overlays = tuple(plane for one in found if (plane := one.plane_in(values)) is not None)
    if pixel.lowest_bit and not _reaches_above(values, pixel.bits_stored):
        notes = (*notes, f"High Bit {pixel.high_bit} of the file is wrong and not followed.")
        pixel = replace(pixel, high_bit=None)
    decoded = Decoded(without_unused_bits(values, pixel), _after_native(pixel.photometric))
    return decoded, notes, overlays


def _reaches_above(values: NDArray[Any], bits: int) -> bool:
    """Say whether any bit above the lowest ones is used, as it is by values that lie there."""
    unsigned = values.view(f"u{values.dtype.itemsize}")
    return bool((unsigned >> bits).any())


def _lost_planes(image: ImageFile) -> Notes:
    """Note overlays in the unused bits of compressed values, which no decoder keeps for sure."""
    if groups_in_pixels(image.overlays, image.pixel):
        return ("The file has overlays in its compressed pixels, which are not shown.",)
    return ()


def _after_native(photometric: str) -> str:
    return photometric.removesuffix("_422")


def _whole(data: bytes, image: ImageFile) -> bytes:
    wanted = -(-image.pixel.bits_per_frame // 8)
    if len(data) < wanted:
        raise DecodeError(
            f"{image.opened.path.name}: a frame needs {wanted:,} bytes, but has {len(data):,}."
        )
    return data[:wanted]


def _missing_notes(missing: int, image: ImageFile) -> Notes:
    """Say how much of an uncompressed frame is not in the file. One byte may be padding."""
    if missing == 0:
        return ()
    pixel = image.pixel
    row_bytes = max(pixel.bits_per_frame // 8 // pixel.rows, 1)
    if pixel.planar_configuration == 1 and pixel.samples_per_pixel == 3:
        share = 100 * missing * 8 / pixel.bits_per_frame
        return (f"The file is cut off: {share:.0f} % of the colour values are missing.",)
    rows = min(-(-missing // row_bytes), pixel.rows)
    return (f"The file is cut off: {rows} of {pixel.rows} rows are missing, shown as 0.",)


def _lacks_end(data: bytes, uid: str) -> bool:
    """Say whether a JPEG or JPEG-LS frame has no end marker before its padding."""
    return syntax_name(uid) in END_MARKED and END_OF_IMAGE not in data[-64:]


def _in_display_form(decoded: Decoded, image: ImageFile) -> NDArray[Any]:
    values, name = decoded.values, image.opened.path.name
    if image.pixel.samples_per_pixel == 1:
        return values
    if decoded.photometric.startswith(("YBR_FULL", "YBR_PARTIAL")):
        if values.dtype.kind != "u" or values.dtype.itemsize > 2:
            raise UnsupportedError(f"{name}: YBR colour of {values.dtype} values is not shown.")
        is_partial = decoded.photometric.startswith("YBR_PARTIAL")
        return rgb_of_ybr(values, image.pixel.bits_stored, is_partial=is_partial)
    if values.dtype.kind == "i":
        values = values.view(values.dtype.str.replace("i", "u"))
    return np.ascontiguousarray(values)

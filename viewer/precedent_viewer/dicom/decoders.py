"""The table of decoders: one for each transfer syntax, chosen for speed and exactness.

Each decoder gets the bytes of one frame and gives its values; colour comes as it is in the
codestream, with the name of its colour space. Multi-frame files are never decoded whole.
"""

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from openjpeg.utils import get_parameters as jpeg_2000_parameters
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID

from precedent_viewer.dicom import jpeg_2000
from precedent_viewer.dicom.codestream import JpegStart, jpeg_start, stated_size
from precedent_viewer.dicom.image_pixel import ImagePixel
from precedent_viewer.dicom.native import native_values, shaped, without_unused_bits
from precedent_viewer.errors import DecodeError, UnsupportedError

FAILURES = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError,
            OSError, EOFError, MemoryError, struct.error, zlib.error, AssertionError)  # fmt: skip
"""What the libraries raise on broken data, by trial; imagecodecs' own are RuntimeErrors."""

LARGEST_FRAME = 2 << 30
LARGE_FRAME = 64 << 20
LARGEST_RATIO = 5000
"""Blank images shrink a thousandfold; a large one beyond this is taken for an attack."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One frame's values."""

    values: NDArray[Any]
    """(rows, columns) or (rows, columns, 3), in the file's type."""
    photometric: str
    """The colour space that the values are in."""


Decoder = Callable[[bytes, ImagePixel, str], Decoded]


DecodeFrame: TypeAlias = Callable[[bytes, ImagePixel, str, str], Decoded]
"""From a compressed frame's bytes, what it is made of, its transfer syntax and its place's name."""


def decode_frame(data: bytes, pixel: ImagePixel, uid: str, place: str) -> Decoded:
    """Decode the bytes of one compressed frame.

    place: file and frame, for the message. Raises UnsupportedError or DecodeError.
    """
    decoder = DECODERS.get(uid)
    if decoder is None:
        raise UnsupportedError(f"{place}: {transfer_syntax_problem(uid)}.")
    _refuse_bomb(data, pixel, place)
    size = stated_size(data)
    # A height of 0 is allowed in JPEG and means that it comes later; the decoder finds it.
    if size is not None and size[0] != 0 and size != (pixel.rows, pixel.columns):
        raise _wrong_size(size, pixel, uid, place)
    try:
        decoded = decoder(data, pixel, uid)
    except FAILURES as error:
        raise DecodeError(
            f"{place}: its {syntax_name(uid)} data is broken and cannot be decoded."
        ) from error
    wanted = (pixel.rows, pixel.columns) + ((3,) if pixel.samples_per_pixel == 3 else ())
    if decoded.values.shape != wanted:
        raise _wrong_size(decoded.values.shape, pixel, uid, place)
    return decoded


def is_native(uid: str) -> bool:
    """Say whether frames are stored uncompressed (in a file that may itself be deflated)."""
    return uid in NATIVE


def transfer_syntax_problem(uid: str) -> str | None:
    """Say why a transfer syntax cannot be shown, None when it can."""
    if uid in NATIVE or uid in DECODERS:
        return None
    if uid in VIDEO or uid.startswith(VIDEO_PREFIXES):
        return "it is a video, which this version does not show"
    known = UID(uid).name
    if known == uid or not known:
        return f"its transfer syntax {uid or '(none)'} is not known"
    return f"its transfer syntax {known} is not shown by this version"


def syntax_name(uid: str) -> str:
    """Name the compression in a word or two."""
    return next((word for word, uids in FAMILIES.items() if uid in uids), "compressed")


def _wrong_size(found: tuple[int, ...], pixel: ImagePixel, uid: str, place: str) -> DecodeError:
    shape = " x ".join(str(side) for side in found)
    return DecodeError(
        f"{place}: its {syntax_name(uid)} data is {shape}, but the header says "
        f"{pixel.rows} x {pixel.columns} pixels of {pixel.samples_per_pixel} samples."
    )


def _refuse_bomb(data: bytes, pixel: ImagePixel, place: str) -> None:
    """Refuse a frame whose claimed size no compression of these bytes can mean."""
    claimed = pixel.values_per_frame * pixel.dtype.itemsize
    if claimed > LARGEST_FRAME or (claimed > LARGE_FRAME and claimed > LARGEST_RATIO * len(data)):
        raise DecodeError(
            f"{place}: the header claims {claimed:,} bytes a frame, which its {len(data):,} "
            "compressed bytes cannot hold."
        )


def _pydicom(plugin: str) -> Decoder:
    """Give a decoder that leaves the frame to one plugin of pydicom."""

    def decode(data: bytes, pixel: ImagePixel, uid: str) -> Decoded:
        options: dict[str, Any] = {
            "rows": pixel.rows,
            "columns": pixel.columns,
            "number_of_frames": 1,
            "samples_per_pixel": pixel.samples_per_pixel,
            "bits_allocated": pixel.bits_allocated,
            "bits_stored": pixel.bits_stored,
            "pixel_representation": int(pixel.is_signed),
            "photometric_interpretation": pixel.photometric,
            "planar_configuration": pixel.planar_configuration,
            "pixel_keyword": "PixelData",
        }
        values, told = get_decoder(UID(uid)).as_array(
            encapsulate([data], has_bot=False),
            index=0,
            raw=True,
            decoding_plugin=plugin,
            **options,
        )
        return Decoded(values, str(told["photometric_interpretation"]))

    return decode


def _jpeg(data: bytes, pixel: ImagePixel, uid: str) -> Decoded:
    """Decode lossy JPEG of 8 or 12 bits; colour is converted to RGB on the way."""
    start = jpeg_start(data)
    if pixel.samples_per_pixel == 1:
        return _grey_jpeg(data, pixel)
    space = "RGB" if _is_rgb(start, pixel.photometric) else "YCBCR"
    values = imagecodecs.jpeg8_decode(data, colorspace=space, outcolorspace="RGB")
    return Decoded(values.astype(pixel.dtype, copy=False), "RGB")


def _grey_jpeg(data: bytes, pixel: ImagePixel) -> Decoded:
    values = imagecodecs.jpeg8_decode(data)
    if values.dtype.itemsize > pixel.dtype.itemsize:
        raise ValueError("more bits in the codestream than the header allocates")
    # JPEG knows no sign: the header's bits are kept and the sign is filled in from them.
    signed = without_unused_bits(values.astype(pixel.dtype), pixel) if pixel.is_signed else values
    return Decoded(signed.astype(pixel.dtype, copy=False), pixel.photometric)


def _is_rgb(start: JpegStart, photometric: str) -> bool:
    """Say whether the components of a JPEG are RGB: its own words count before the header's.

    Component letters and Adobe's or JFIF's marker are the codestream's words.
    """
    if start.has_rgb_letters:
        return True
    if photometric == "RGB":
        return not (start.is_jfif or start.adobe_transform == 1)
    return start.adobe_transform == 0 and not start.is_jfif and not start.is_subsampled


def _jpeg_xl(data: bytes, pixel: ImagePixel, uid: str) -> Decoded:
    values = imagecodecs.jpegxl_decode(data)
    photometric = "RGB" if pixel.samples_per_pixel == 3 else pixel.photometric
    return Decoded(values.astype(pixel.dtype, copy=False), photometric)


def _rle(data: bytes, pixel: ImagePixel, uid: str) -> Decoded:
    """Decode RLE Lossless, PS3.5 annex G: a segment of PackBits for each byte of each sample.

    Not left to pylibjpeg-rle: on a broken segment it panics, which no caller can catch, and prints.
    """
    count, *starts = struct.unpack("<16L", data[:64])
    if pixel.bits_allocated == 1:
        return _packed_bits(
            _segment(data, starts[0], len(data), -(-pixel.bits_per_frame // 8)), pixel
        )
    size = pixel.dtype.itemsize
    if count != pixel.samples_per_pixel * size:
        raise ValueError("as many segments as bytes in a pixel are needed")
    planes = np.empty((pixel.samples_per_pixel, pixel.rows * pixel.columns, size), np.uint8)
    ends = [*starts[1:count], len(data)]
    for at, (start, end) in enumerate(zip(starts[:count], ends, strict=True)):
        # The most significant byte comes first; values in memory begin with the least.
        sample, byte = at // size, size - 1 - at % size
        raw = _segment(data, start, end, planes.shape[1])
        planes[sample, :, byte] = np.frombuffer(raw, np.uint8)
    planar = replace(pixel, planar_configuration=1)
    values = shaped(planes.reshape(-1).view(pixel.dtype), planar)
    return Decoded(without_unused_bits(values, pixel), pixel.photometric)


def _segment(data: bytes, start: int, end: int, wanted: int) -> bytes:
    """Unpack one segment to exactly as many bytes as are wanted."""
    if not 64 <= start < end <= len(data):
        raise ValueError("a segment lies outside the frame")
    raw = bytes(imagecodecs.packbits_decode(data[start:end]))
    if len(raw) < wanted:
        raise ValueError("a segment is too short")
    return raw[:wanted]


def _openjpeg(data: bytes, pixel: ImagePixel, uid: str) -> Decoded:
    """Decode JPEG 2000 and HTJ2K. The codec turns YBR_RCT and YBR_ICT into RGB itself."""
    values = jpeg_2000.decoded(data)
    is_signed = values.dtype.kind == "i"
    if is_signed != pixel.is_signed:
        # The codestream's sign is wrong; the bits are right and get the sign of the header.
        unused = 8 * values.dtype.itemsize - int(jpeg_2000_parameters(data)["precision"])
        letter = "i" if pixel.is_signed else "u"
        values = (values.view(f"{letter}{values.dtype.itemsize}") << unused) >> unused
    if values.dtype.itemsize > pixel.dtype.itemsize:
        raise ValueError("more bits in the codestream than the header allocates")
    is_transformed = pixel.photometric in ("YBR_RCT", "YBR_ICT")
    photometric = "RGB" if is_transformed else pixel.photometric
    return Decoded(values.astype(pixel.dtype, copy=False), photometric)


def _deflated_frame(data: bytes, pixel: ImagePixel, uid: str) -> Decoded:
    """Unpack a frame of Deflated Image Frame Compression, PS3.5 A.4.13, within its own size."""
    wanted = -(-pixel.bits_per_frame // 8)
    raw = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, wanted + 1)
    if pixel.bits_allocated == 1:
        return _packed_bits(raw, pixel)
    values = without_unused_bits(native_values(raw[:wanted], 0, pixel), pixel)
    return Decoded(values, pixel.photometric)


def _packed_bits(raw: bytes, pixel: ImagePixel) -> Decoded:
    bits = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little")
    return Decoded(shaped(bits[: pixel.values_per_frame], pixel), pixel.photometric)


_BASE = "1.2.840.10008.1.2"

NATIVE = frozenset({_BASE, f"{_BASE}.1", f"{_BASE}.2", f"{_BASE}.1.99", f"{_BASE}.1.98"})
"""Implicit and explicit little endian, big endian, deflated; .98 is native in fragments."""

FAMILIES: Mapping[str, frozenset[str]] = {
    "RLE": frozenset({f"{_BASE}.5"}),
    "JPEG": frozenset({f"{_BASE}.4.50", f"{_BASE}.4.51", f"{_BASE}.4.53", f"{_BASE}.4.55"}),
    "JPEG lossless": frozenset({f"{_BASE}.4.57", f"{_BASE}.4.70"}),
    "JPEG-LS": frozenset({f"{_BASE}.4.80", f"{_BASE}.4.81"}),
    "JPEG 2000": frozenset({f"{_BASE}.4.90", f"{_BASE}.4.91"}),
    "HTJ2K": frozenset({f"{_BASE}.4.201", f"{_BASE}.4.202", f"{_BASE}.4.203"}),
    "JPEG XL": frozenset({f"{_BASE}.4.110", f"{_BASE}.4.111", f"{_BASE}.4.112"}),
    "deflated": frozenset({f"{_BASE}.8.1"}),
}
_OF_FAMILY: Mapping[str, Decoder] = {
    "RLE": _rle,
    "JPEG": _jpeg,
    "JPEG lossless": _pydicom("gdcm"),
    "JPEG-LS": _pydicom("pyjpegls"),
    "JPEG 2000": _openjpeg,
    "HTJ2K": _openjpeg,
    "JPEG XL": _jpeg_xl,
    "deflated": _deflated_frame,
}
DECODERS: Mapping[str, Decoder] = {
    uid: _OF_FAMILY[family] for family, uids in FAMILIES.items() for uid in uids
}
VIDEO = frozenset({f"{_BASE}.7.1", f"{_BASE}.7.2", f"{_BASE}.7.3"})
VIDEO_PREFIXES = (f"{_BASE}.4.10",)
"""MPEG-2, MPEG-4 and HEVC are .100 to .108; nothing else of ours begins so."""

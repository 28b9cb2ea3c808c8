"""Open a DICOM file up to its pixel data: the header, and where the pixels lie.

Nothing larger than the file itself is ever read, whatever its elements claim.
"""

import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from pydicom import config
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_dataset, read_file_meta_info, read_partial
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian

from precedent_viewer.dicom.plain_header import plain_header
from precedent_viewer.dicom.values import MALFORMED, text
from precedent_viewer.dicom.warned import warnings_collected
from precedent_viewer.errors import FileError

# Odd values are met here with care and shown as they are; pydicom need not judge them as well.
config.settings.reading_validation_mode = config.IGNORE

PixelKind = Literal["integer", "float", "double"]
PIXEL_TAGS: dict[int, PixelKind] = {
    0x7FE00010: "integer",
    0x7FE00008: "float",
    0x7FE00009: "double",
}
UNDEFINED = 0xFFFFFFFF
HEAD = 1 << 15
"""Bytes of a file that are read at once; few headers are longer."""
LARGEST_HEAD = 1 << 24
"""So much is read at most to find where the pixels begin; longer headers come out of the file."""
PIXEL_TAG_BYTES = (
    b"\xe0\x7f\x10\x00", b"\x7f\xe0\x00\x10", b"\xe0\x7f\x08\x00", b"\xe0\x7f\x09\x00"
)  # fmt: skip
"""By which a beginning is known to be long enough: the pixels' tags as they are written."""
UNCHECKED_READ = 1 << 16
"""Reads of up to this many bytes are not compared with what is left: they cost nothing."""
DEFLATED = DeflatedExplicitVRLittleEndian.encode("ascii")
LAST_FIRST_ELEMENT = 0x0070
LONGEST_FIRST_VALUE = 512
"""The first element of a file without preamble is one of the first of its group, and short."""
LARGEST_INFLATED = 1 << 30
"""A deflated file may unpack to this many bytes; a larger one is taken for an attack."""


@dataclass(frozen=True, slots=True)
class PixelElement:
    """Where the value of the pixel data element lies."""

    kind: PixelKind
    vr: str
    """"OB", "OW"..., "" in implicit VR."""
    offset: int
    length: int | None
    """None for undefined length: encapsulated."""
    available: int
    """Bytes from the offset to the end of the file."""


@dataclass(frozen=True, slots=True)
class OpenedDicom:
    """A header and the place of the pixels."""

    path: Path
    dataset: Dataset
    transfer_syntax_uid: str
    is_little_endian: bool
    pixels: PixelElement | None
    inflated: bytes | None
    """The whole unpacked content of a deflated file; offsets refer to it."""

    def stream(self) -> BinaryIO:
        """Open the bytes that the offsets refer to."""
        return self.path.open("rb") if self.inflated is None else io.BytesIO(self.inflated)


class _Bounded(io.BufferedReader):
    """Reads no further than the file goes, so that a false length allocates nothing."""

    def __init__(self, raw: io.FileIO, size: int) -> None:
        super().__init__(raw)
        self._size = size

    def read(self, size: int | None = -1, /) -> bytes:
        """Read at most what is left."""
        if size is not None and 0 <= size <= UNCHECKED_READ:
            return super().read(size)
        left = max(self._size - self.tell(), 0)
        return super().read(left if size is None or size < 0 else min(size, left))


def open_dicom(path: Path) -> OpenedDicom:
    """Read the header of a DICOM file, with or without its preamble. Raises FileError."""
    try:
        size = path.stat().st_size
        if size == 0:
            raise FileError(f"{path.name}: the file is empty (0 bytes).")
        with io.FileIO(path) as raw, warnings_collected():
            return _from_head(path, _head(raw, size), size) or _from_file(path, raw, size)
    except PermissionError as error:
        raise FileError(f"{path.name}: there is no permission to read it.") from error
    except IsADirectoryError as error:
        raise FileError(f"{path.name}: it is a folder.") from error
    except FileNotFoundError as error:
        raise FileError(f"{path.name}: the file does not exist.") from error
    except (InvalidDicomError, *MALFORMED, RecursionError, MemoryError, zlib.error) as error:
        if isinstance(error, OSError) and error.strerror:
            raise FileError(f"{path.name}: it cannot be read ({error.strerror}).") from error
        raise FileError(f"{path.name}: its DICOM header is broken or cut off.") from error


def _head(raw: io.FileIO, size: int) -> bytes:
    """Read a file's beginning, long enough that the tag of the pixels is in it where it can be.

    A header is then read once: functional groups of many frames, and icons, make it long.
    """
    head = raw.read(HEAD)
    while len(head) < min(size, LARGEST_HEAD) and not any(tag in head for tag in PIXEL_TAG_BYTES):
        more = raw.read(3 * len(head))
        if not more:
            break
        head += more
    return head


def _from_head(path: Path, head: bytes, size: int) -> OpenedDicom | None:
    """Read the header out of the file's beginning, which is faster than out of the file.

    None when it does not end there; nothing that the beginning says is then believed.
    """
    if size > len(head) and DEFLATED in head[:4096]:
        return None
    plain = plain_header(head, size, frozenset(PIXEL_TAGS))
    if plain is not None and len(plain.dataset):
        file = io.BytesIO(head)
        file.seek(plain.end)
        element = _element(file, size, plain.transfer_syntax_uid, is_little=True)
        return OpenedDicom(path, plain.dataset, plain.transfer_syntax_uid, True, element, None)
    try:
        opened = _read(path, io.BytesIO(head), size)
    except (InvalidDicomError, *MALFORMED, RecursionError, MemoryError, zlib.error):
        if size <= len(head):
            raise
        return None
    return opened if opened.pixels is not None or size <= len(head) else None


def _from_file(path: Path, raw: io.FileIO, size: int) -> OpenedDicom:
    raw.seek(0)
    with _Bounded(raw, size) as file:
        return _read(path, file, size)


def has_dicom_start(start: bytes) -> bool:
    """Say whether a file that begins so may be DICOM: the magic word, or a first element.

    Files without preamble begin with an element of group 2 or 8 of small even group and known form.
    """
    if start[128:132] == b"DICM":
        return True
    if len(start) < 8:
        return False
    is_explicit = start[4:6].isalpha() and start[4:6].isupper()
    group, element, length = struct.unpack("<HHL", start[:8])
    if group in (2, 8) and element <= LAST_FIRST_ELEMENT:
        return is_explicit or length < LONGEST_FIRST_VALUE
    group, element = struct.unpack(">HH", start[:4])
    return is_explicit and group in (2, 8) and element <= LAST_FIRST_ELEMENT


def _read(path: Path, file: BinaryIO, size: int) -> OpenedDicom:
    start = file.read(132)
    if not has_dicom_start(start):
        raise FileError(f"{path.name}: it is not a DICOM file.")
    has_preamble = start[128:132] == b"DICM"
    beginning = file.read(4096)
    file.seek(0)
    if has_preamble and DEFLATED in beginning and _is_deflated(path):
        return _read_deflated(path, file)
    dataset = read_partial(file, stop_when=_at_pixels, force=not has_preamble)
    _, is_little = dataset.original_encoding
    uid = text(dataset.file_meta, "TransferSyntaxUID") or _guessed_uid(dataset)
    element = _element(file, size, uid, is_little=is_little is not False)
    if len(dataset) == 0 and element is None:
        raise InvalidDicomError
    return OpenedDicom(path, dataset, uid, is_little is not False, element, None)


def _is_deflated(path: Path) -> bool:
    meta = read_file_meta_info(path)
    return text(meta, "TransferSyntaxUID") == DeflatedExplicitVRLittleEndian


def _read_deflated(path: Path, file: BinaryIO) -> OpenedDicom:
    """Unpack within a bound, then read as explicit little endian. PS3.5 A.5."""
    meta = read_file_meta_info(path)
    group_length = meta.get("FileMetaInformationGroupLength")
    if group_length is None:
        raise FileError(f"{path.name}: a deflated file needs the length of its file meta group.")
    file.seek(132 + 12 + int(group_length))
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = unpacker.decompress(file.read(), LARGEST_INFLATED)
    if unpacker.unconsumed_tail:
        raise FileError(f"{path.name}: it unpacks to more than 1 GB, which no image needs.")
    content = io.BytesIO(inflated)
    dataset = read_dataset(
        content, is_implicit_VR=False, is_little_endian=True, stop_when=_at_pixels
    )
    dataset.file_meta = meta
    uid = str(DeflatedExplicitVRLittleEndian)
    element = _element(content, len(inflated), uid, is_little=True)
    return OpenedDicom(path, dataset, uid, True, element, inflated)


def _at_pixels(tag: BaseTag, vr: str | None, length: int) -> bool:
    return tag in PIXEL_TAGS


def _guessed_uid(dataset: Dataset) -> str:
    """Name the transfer syntax of a file without file meta by how pydicom could read it."""
    is_implicit, is_little = dataset.original_encoding
    if is_little is False:
        return str(ExplicitVRBigEndian)
    return "1.2.840.10008.1.2" if is_implicit else "1.2.840.10008.1.2.1"


def _element(file: BinaryIO, size: int, uid: str, *, is_little: bool) -> PixelElement | None:
    """Read tag, VR and length where reading stopped; None when that is no pixel data."""
    head = file.read(12)
    order = "<" if is_little else ">"
    if len(head) < 8:
        return None
    group, number = struct.unpack(f"{order}HH", head[:4])
    kind = PIXEL_TAGS.get(group << 16 | number)
    if kind is None:
        return None
    vr = head[4:6].decode("latin-1")
    if vr in ("OB", "OW", "UN", "OF", "OD", "OL", "OV") and uid != "1.2.840.10008.1.2":
        length = struct.unpack(f"{order}L", head[8:12])[0] if len(head) == 12 else 0
        offset = file.tell()
    else:
        vr, length = "", struct.unpack(f"{order}L", head[4:8])[0]
        offset = file.tell() - (len(head) - 8)
    known = None if length == UNDEFINED else int(length)
    return PixelElement(kind, vr, offset, known, max(size - offset, 0))


def file_version(path: Path) -> tuple[int, int]:
    """Give size and time of change, by which a file read before is known to be the same.

    Raises FileError when the file is gone or out of reach.
    """
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise FileError(
            f"{path.name}: the file is gone.", "Put it back, or open its folder anew."
        ) from error
    except OSError as error:
        raise FileError(f"{path.name}: it cannot be reached ({error.strerror}).") from error
    return (status.st_size, status.st_mtime_ns)

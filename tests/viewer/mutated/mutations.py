"""Damage done to real files, the same for the same seed."""

import random
import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pydicom.data
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

SEED = 20251124
LARGEST_SEED_FILE = 200_000
EXTREMES = (0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
SHARED = Path(__file__).parents[4] / "shared" / "data" / "dicom"
Mutation = Callable[[bytearray, random.Random], bytearray]


def seed_files() -> list[Path]:
    """Give small real files of every syntax and kind, pydicom's and the shared ones."""
    found = set((Path(pydicom.data.__file__).parent / "test_files").glob("*.dcm"))
    if SHARED.is_dir():
        found |= {path for path in SHARED.rglob("*") if path.is_file()}
    small = [path for path in found if 0 < path.stat().st_size <= LARGEST_SEED_FILE]
    return sorted(small, key=lambda path: path.name)


def mutated(content: bytes, number: int) -> bytes:
    """Damage a file in the way of this number."""
    chance = random.Random(SEED + number)
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 3))):
        data = chance.choice(MUTATIONS)(data, chance)
    return bytes(data)


def _flips(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 4, 16, 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def _flips_in_header(data: bytearray, chance: random.Random) -> bytearray:
    end = min(len(data), 2000)
    for _ in range(chance.choice((1, 2, 8))):
        data[chance.randrange(min(132, end - 1), end)] = chance.randrange(256)
    return data


def _cut(data: bytearray, chance: random.Random) -> bytearray:
    return data[: chance.randrange(1, len(data) + 1)]


def _lost_middle(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(data))
    del data[start : start + chance.randrange(1, 400)]
    return data if data else bytearray(b"\0")


def _doubled(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(data))
    part = data[start : start + chance.randrange(1, 400)]
    return data[:start] + part + data[start:]


def _lying_number(data: bytearray, chance: random.Random) -> bytearray:
    """Write an extreme over two or four bytes, where lengths, sizes and counts stand."""
    form = chance.choice(("<H", "<L"))
    size = struct.calcsize(form)
    if len(data) <= size:
        return data
    at = chance.randrange(0, len(data) - size)
    # Most lengths lie in the header; lies there matter most.
    if chance.random() < 0.7:
        at = chance.randrange(0, min(len(data) - size, 2500))
    struct.pack_into(form, data, at, chance.choice(EXTREMES) & (2 ** (8 * size) - 1))
    return data


def _lying_size(data: bytearray, chance: random.Random) -> bytearray:
    """Change Rows, Columns, frames or bits where the element stands in explicit form."""
    tag = chance.choice(
        (b"\x28\x00\x10\x00US", b"\x28\x00\x11\x00US", b"\x28\x00\x00\x01US",
         b"\x28\x00\x01\x01US", b"\x28\x00\x02\x01US", b"\x28\x00\x02\x00US",
         b"\x28\x00\x03\x01US", b"\x28\x00\x06\x00US")
    )  # fmt: skip
    at = data.find(tag)
    if at >= 0 and at + 10 <= len(data):
        struct.pack_into("<H", data, at + 8, chance.choice((0, 1, 3, 7, 12, 64, 0x7FFF, 0xFFFF)))
    return data


def _lying_table(data: bytearray, chance: random.Random) -> bytearray:
    """Fill what follows the first item header, the table of offsets, with anything."""
    at = data.find(b"\xfe\xff\x00\xe0")
    if at >= 0:
        for place in range(at + 4, min(at + 24, len(data))):
            data[place] = chance.randrange(256)
    return data


MUTATIONS: tuple[Mutation, ...] = (
    _flips, _flips, _flips_in_header, _flips_in_header, _cut, _lost_middle, _doubled,
    _lying_number, _lying_number, _lying_size, _lying_table,
)  # fmt: skip


def monsters(folder: Path) -> list[Path]:
    """Write files made to be too deep, too large or too long."""
    made = {
        "deep.dcm": _nested(1000), "very-deep.dcm": _nested(20_000),
        "beyond-memory.dcm": _image(65535, 65535, frames=2_000_000_000),
        "large-frame.dcm": _image(65535, 65535, frames=1),
        "many-frames.dcm": _image(2, 2, frames=2_147_483_647),
        "huge-lut.dcm": _with_lut(), "negative-window.dcm": _with_window(),
    }  # fmt: skip
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in made]


def _head(**attributes: object) -> Dataset:
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    made.file_meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["monster"])
    made.SOPClassUID = SecondaryCaptureImageStorage
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID
    values: dict[str, object] = {
        "Rows": 2, "Columns": 2, "SamplesPerPixel": 1, "BitsAllocated": 16, "BitsStored": 16,
        "HighBit": 15, "PixelRepresentation": 0, "PhotometricInterpretation": "MONOCHROME2",
        "PixelData": bytes(8), **attributes,
    }  # fmt: skip
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def _written(made: Dataset) -> bytes:
    out = BytesIO()
    made.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _image(rows: int, columns: int, *, frames: int) -> bytes:
    return _written(_head(Rows=rows, Columns=columns, NumberOfFrames=str(frames)))


def _with_lut() -> bytes:
    item = Dataset()
    item.add_new(0x00283002, "US", [0, 0, 16])
    item.add_new(0x00283006, "OW", bytes(65536 * 2))
    return _written(_head(VOILUTSequence=Sequence([item]), ModalityLUTSequence=Sequence([item])))


def _with_window() -> bytes:
    return _written(_head(WindowCenter="1e308", WindowWidth="-1e308", RescaleSlope="1e308"))


def _nested(depth: int) -> bytes:
    """Write sequences of undefined length within each other by hand: pydicom cannot go so deep."""
    plain = _written(_head())
    at = plain.index(b"\x28\x00\x02\x00US")
    begin = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    end = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    return plain[:at] + begin * depth + end * depth + plain[at:]

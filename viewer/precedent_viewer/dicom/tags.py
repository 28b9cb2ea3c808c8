"""Every attribute of a file as rows of text, sequences and private attributes included."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from precedent_viewer.dicom.opened import OpenedDicom, open_dicom
from precedent_viewer.dicom.values import MALFORMED
from precedent_viewer.dicom.warned import warnings_collected

LONGEST_VALUE = 160
MOST_ROWS = 20_000
"""Slides have functional groups of many thousand frames, which are read frame by frame."""
MOST_ITEMS = 64
"""Items of one sequence that are listed."""
LONGEST_WHOLE = 65_536
"""Characters of a value that are kept to be searched, copied and compared."""
SHORT_BINARY = 16
"""Bytes that are shown one by one."""
PER_FRAME_GROUPS = 0x52009230
BINARY = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "UN"})


@dataclass(frozen=True, slots=True)
class TagRow:
    """One attribute, or one item of a sequence."""

    tag: str
    """`(0010,0010)`; items of sequences have `Item 1`."""
    name: str
    """As the dictionary has it, else the private creator's or "Unknown"."""
    vr: str
    value: str
    """Shortened."""
    depth: int
    """0 at the top, one more inside each sequence and each item."""
    keyword: str = field(default="", compare=False)
    """As the dictionary has it; "" for private and unknown attributes."""
    whole: str = field(default="", compare=False)
    """The value with its line breaks, up to LONGEST_WHOLE characters; binary ones by size."""
    digest: str = field(default="", compare=False)
    """Stands for what `whole` does not hold: binary values and the rest of long ones."""
    identity: str = field(default="", compare=False)
    """Equal for the same attribute of two files: private ones by creator, not by block."""


def read_tags(path: Path, frame: int | None = None) -> tuple[TagRow, ...]:
    """Read all attributes of a DICOM file, its pixels only by size. Raises FileError.

    frame: from 0; of the Per-Frame Functional Groups Sequence only this frame's item is listed.
    Source: PS3.3 C.7.6.16.1.
    """
    opened = open_dicom(path)
    rows: list[TagRow] = []
    with warnings_collected():
        for row in _file_rows(opened, frame):
            rows.append(row)
            if len(rows) >= MOST_ROWS:
                rows.append(TagRow("", "", "", f"Only the first {MOST_ROWS:,} rows are shown.", 0))
                break
    return tuple(rows)


def _file_rows(opened: OpenedDicom, frame: int | None) -> Iterator[TagRow]:
    meta = getattr(opened.dataset, "file_meta", None)
    if isinstance(meta, Dataset):
        yield from _rows(meta, 0)
    yield from _rows(opened.dataset, 0, frame)
    element = opened.pixels
    if element is not None:
        size = element.available if element.length is None else element.length
        number = {"integer": 0x0010, "float": 0x0008, "double": 0x0009}[element.kind]
        name = {"integer": "Pixel Data", "float": "Float Pixel Data"}.get(
            element.kind, "Double Float Pixel Data"
        )
        label, said = f"(7FE0,{number:04X})", f"{size:,} bytes"
        yield TagRow(label, name, element.vr, said, 0, name.replace(" ", ""), said, "", label)


def _rows(dataset: Dataset, depth: int, frame: int | None = None) -> Iterator[TagRow]:
    for tag in sorted(dataset.keys()):
        label = f"({tag.group:04X},{tag.element:04X})"
        keyword = keyword_for_tag(tag)
        try:
            element = dataset[tag]
            row = _row(element, label, keyword, depth)
        except MALFORMED:
            name = keyword or "Unknown"
            yield TagRow(label, name, "", "(cannot be read)", depth, keyword, identity=label)
            continue
        yield row
        if row.vr == "SQ":
            only = frame if tag == PER_FRAME_GROUPS else None
            yield from _item_rows(element, depth + 1, only)


def _row(element: DataElement, label: str, keyword: str, depth: int) -> TagRow:
    name, vr, value = _name(element), str(element.VR), _value(element)
    whole, digest = _whole(element, value)
    return TagRow(label, name, vr, value, depth, keyword, whole, digest, _identity(element, label))


def _identity(element: DataElement, label: str) -> str:
    """Name a private attribute by its creator: its block may be another in the next file.

    Source: PS3.5 7.8.
    """
    tag: BaseTag = element.tag
    if tag.is_private_creator:
        return f"({tag.group:04X},{element.value})"
    if tag.is_private and element.private_creator:
        return f"({tag.group:04X},{element.private_creator},{tag.element & 0xFF:02X})"
    return label


def _item_rows(element: DataElement, depth: int, only: int | None) -> Iterator[TagRow]:
    items = list(element.value or ())
    numbered = list(enumerate(items, start=1))
    if only is not None and only < len(items):
        numbered = [numbered[only]]
    for number, one in numbered[:MOST_ITEMS]:
        label = f"Item {number}"
        yield TagRow(label, "", "", "", depth, identity=label)
        yield from _rows(one, depth + 1)
    if len(numbered) > MOST_ITEMS:
        yield TagRow("", "", "", f"{len(numbered) - MOST_ITEMS:,} more items", depth)


def _name(element: DataElement) -> str:
    tag: BaseTag = element.tag
    if tag.is_private_creator:
        return "Private creator"
    if tag.is_private:
        name = element.name.strip("[]")
        return f"{name} ({element.private_creator})" if element.private_creator else name
    return element.name


def _value(element: DataElement) -> str:
    found = element.value
    if element.VR == "SQ":
        count = len(found or ())
        return "1 item" if count == 1 else f"{count:,} items"
    if isinstance(found, bytes) or element.VR in BINARY:
        return _binary(found)
    if element.VR == "UI" and found and found.__class__.__name__ == "UID" and found.name != found:
        return f"{found} ({found.name})"
    return shortened("\\".join(_texts(element)[:LONGEST_VALUE]))


def _texts(element: DataElement) -> list[str]:
    several = list(element.value) if element.VM > 1 else [element.value]
    return ["" if one is None else str(one) for one in several]


def _whole(element: DataElement, shown: str) -> tuple[str, str]:
    """Give the value to copy and compare, and a digest of what it leaves out."""
    found = element.value
    if element.VR == "SQ":
        return "", ""
    if isinstance(found, bytes):
        return shown, _digest(found)
    if element.VR in BINARY:
        return shown, _digest(str(found).encode("utf-8", "surrogateescape"))
    text = "\\".join(_texts(element))
    is_cut = len(text) > LONGEST_WHOLE
    digest = _digest(text.encode("utf-8", "surrogateescape")) if is_cut else ""
    return text[:LONGEST_WHOLE], digest


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _binary(found: object) -> str:
    if not isinstance(found, bytes):
        return shortened("" if found is None else str(found))
    if found.isascii() and found.decode("ascii").rstrip(" \0").isprintable() and len(found) <= 64:
        return found.decode("ascii").rstrip(" \0")
    if len(found) <= SHORT_BINARY:
        return found.hex(" ")
    return f"{len(found):,} bytes"


def shortened(text: str) -> str:
    """Give one line of at most LONGEST_VALUE characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1] + "…"

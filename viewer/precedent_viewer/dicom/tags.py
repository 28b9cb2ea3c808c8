"""Every attribute of a file as rows of text, sequences and private attributes included."""

from collections.abc import Iterator
from dataclasses import dataclass
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
"""Slides have functional groups of many thousand frames; nobody reads beyond this."""
MOST_ITEMS = 64
"""Items of one sequence that are listed."""
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


def read_tags(path: Path) -> tuple[TagRow, ...]:
    """Read all attributes of a DICOM file, its pixels only by size. Raises FileError."""
    opened = open_dicom(path)
    rows: list[TagRow] = []
    with warnings_collected():
        for row in _file_rows(opened):
            rows.append(row)
            if len(rows) >= MOST_ROWS:
                rows.append(TagRow("", "", "", f"Only the first {MOST_ROWS:,} rows are shown.", 0))
                break
    return tuple(rows)


def _file_rows(opened: OpenedDicom) -> Iterator[TagRow]:
    meta = getattr(opened.dataset, "file_meta", None)
    if isinstance(meta, Dataset):
        yield from _rows(meta, 0)
    yield from _rows(opened.dataset, 0)
    element = opened.pixels
    if element is not None:
        size = element.available if element.length is None else element.length
        number = {"integer": 0x0010, "float": 0x0008, "double": 0x0009}[element.kind]
        name = {"integer": "Pixel Data", "float": "Float Pixel Data"}.get(
            element.kind, "Double Float Pixel Data"
        )
        yield TagRow(f"(7FE0,{number:04X})", name, element.vr, f"{size:,} bytes", 0)


def _rows(dataset: Dataset, depth: int) -> Iterator[TagRow]:
    for tag in sorted(dataset.keys()):
        label = f"({tag.group:04X},{tag.element:04X})"
        try:
            element = dataset[tag]
            name, vr, text = _name(element), str(element.VR), _value(element)
        except MALFORMED:
            yield TagRow(label, keyword_for_tag(tag) or "Unknown", "", "(cannot be read)", depth)
            continue
        yield TagRow(label, name, vr, text, depth)
        if vr == "SQ":
            yield from _item_rows(element, depth + 1)


def _item_rows(element: DataElement, depth: int) -> Iterator[TagRow]:
    items = list(element.value or ())
    for number, one in enumerate(items[:MOST_ITEMS], start=1):
        yield TagRow(f"Item {number}", "", "", "", depth)
        yield from _rows(one, depth + 1)
    if len(items) > MOST_ITEMS:
        yield TagRow("", "", "", f"{len(items) - MOST_ITEMS:,} more items", depth)


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
    several = list(found) if element.VM > 1 else [found]
    shown = "\\".join("" if one is None else str(one) for one in several[:LONGEST_VALUE])
    return shortened(shown)


def _binary(found: object) -> str:
    if not isinstance(found, bytes):
        return shortened("" if found is None else str(found))
    if found.isascii() and found.decode("ascii").rstrip(" \0").isprintable() and len(found) <= 64:
        return found.decode("ascii").rstrip(" \0")
    return f"{len(found):,} bytes"


def shortened(text: str) -> str:
    """Give one line of at most LONGEST_VALUE characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1] + "…"

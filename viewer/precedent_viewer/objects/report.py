"""A structured report of any template as a tree of items in words. PS3.3 C.17.3, C.18."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import UID

from precedent_viewer.dicom.describe import person_name
from precedent_viewer.dicom.documents import read_reference
from precedent_viewer.dicom.opened import open_dicom
from precedent_viewer.dicom.values import item, items, numbers, text
from precedent_viewer.dicom.warned import warnings_collected
from precedent_viewer.errors import DecodeError
from precedent_viewer.model.document import Reference

DEEPEST = 48
MOST_ITEMS = 20_000
"""Vendors put tables of thousands of rows into reports; nobody reads beyond this."""
Points = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A spatial coordinate: a drawn shape. PS3.3 C.18.6 and C.18.9."""

    graphic_type: str
    points: Points
    """(column, row) of the image counted from the first pixel's outer corner, or patient mm."""
    frame_of_reference_uid: str = ""
    """Of patient points; "" for image points."""


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One item of the content tree."""

    value_type: str
    """"CONTAINER", "TEXT", "NUM"..."""
    relationship: str
    """"CONTAINS", "HAS PROPERTIES"..., "" at the root."""
    name: str
    """The concept's meaning."""
    value: str
    """In words, with its unit; "" for containers."""
    reference: Reference | None = None
    shape: Shape | None = None
    children: tuple["ContentItem", ...] = ()

    def walk(self) -> Iterator["ContentItem"]:
        """Go through this item and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def targets(self) -> tuple[Reference, ...]:
        """Give the instances that this item and those below it name, each once."""
        found = (one.reference for one in self.walk() if one.reference is not None)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is read."""

    root: ContentItem
    facts: tuple[tuple[str, str], ...]
    """What is to be known of the whole: complete or not, verified or not, by whom, when."""
    is_cut: bool
    """Whether items beyond MOST_ITEMS or DEEPEST are left out."""


def read_report(path: Path) -> Report:
    """Read a structured report or key object selection. Raises FileError or DecodeError."""
    opened = open_dicom(path)
    with warnings_collected():
        if text(opened.dataset, "ValueType") == "" and not items(opened.dataset, "ContentSequence"):
            raise DecodeError(f"{path.name}: it has no content tree.")
        return report_of(opened.dataset)


def report_of(dataset: Dataset) -> Report:
    """Read the content tree of a dataset."""
    reader = _Reader()
    return Report(reader.item(dataset, (), 0), _facts(dataset), reader.is_cut)


class _Reader:
    """Counts the items, so that a file made to be endless ends."""

    def __init__(self) -> None:
        self._count = 0
        self.is_cut = False

    def item(self, one: Dataset, place: tuple[int, ...], depth: int) -> ContentItem:
        self._count += 1
        children: list[ContentItem] = []
        for number, inner in enumerate(items(one, "ContentSequence"), start=1):
            if depth >= DEEPEST or self._count >= MOST_ITEMS:
                self.is_cut = True
                break
            children.append(self.item(inner, (*place, number), depth + 1))
        named = item(one, "ConceptNameCodeSequence")
        value_type = text(one, "ValueType")
        return ContentItem(
            value_type=value_type,
            relationship=text(one, "RelationshipType"),
            name=_meaning(named),
            value=_value(one, value_type),
            reference=_reference(one),
            shape=_shape(one, value_type),
            children=tuple(children),
        )


def _reference(one: Dataset) -> Reference | None:
    named = item(one, "ReferencedSOPSequence")
    return None if named is None else read_reference(named)


def _meaning(code: Dataset | None) -> str:
    if code is None:
        return ""
    for keyword in ("CodeMeaning", "CodeValue", "LongCodeValue", "URNCodeValue"):
        if said := text(code, keyword):
            return said
    return ""


def _value(one: Dataset, value_type: str) -> str:
    by_reference = numbers(one, "ReferencedContentItemIdentifier")
    if by_reference:
        return "see item " + ".".join(f"{number:g}" for number in by_reference)
    read = READERS.get(value_type)
    if read is not None:
        return read(one)
    if value_type in ("DATE", "TIME", "DATETIME"):
        return _moment(one, value_type)
    if value_type in ("SCOORD", "SCOORD3D"):
        count = len(numbers(one, "GraphicData")) // (2 if value_type == "SCOORD" else 3)
        kind = text(one, "GraphicType").capitalize()
        return f"{kind}, 1 point" if count == 1 else f"{kind}, {count} points"
    return "" if value_type in ("CONTAINER", "") else f"({value_type.lower()[:16]})"


def _measured(one: Dataset) -> str:
    measured = item(one, "MeasuredValueSequence")
    if measured is None:
        return _meaning(item(one, "NumericValueQualifierCodeSequence")) or "not measured"
    value = text(measured, "NumericValue")
    unit = item(measured, "MeasurementUnitsCodeSequence")
    code = "" if unit is None else text(unit, "CodeValue")
    # UCUM's code is what is read aloud; "1" and braces stand for what has no unit.
    words = "" if code == "1" else _meaning(unit) if code.startswith("{") or not code else code
    return f"{value} {words}".strip()


def _moment(one: Dataset, value_type: str) -> str:
    keyword = {"DATE": "Date", "TIME": "Time", "DATETIME": "DateTime"}[value_type]
    said = text(one, keyword)
    if value_type == "DATE":
        return date_words(said)
    if value_type == "TIME":
        return time_words(said)
    return " ".join(part for part in (date_words(said[:8]), time_words(said[8:])) if part)


def date_words(text_: str) -> str:
    """Write a DA value as 2025-01-31; what is none stays as it is."""
    is_date = len(text_) == 8 and text_.isdigit()
    return f"{text_[:4]}-{text_[4:6]}-{text_[6:]}" if is_date else text_


def time_words(text_: str) -> str:
    """Write a TM value as 13:45 or 13:45:10; what is none stays as it is."""
    digits = text_[:6]
    if len(digits) < 4 or not digits.isdigit():
        return text_
    parts = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    return ":".join(part for part in parts if len(part) == 2)


def _named_instance(one: Dataset) -> str:
    named = item(one, "ReferencedSOPSequence")
    if named is None:
        return "nothing is named"
    uid = text(named, "ReferencedSOPClassUID")
    kind = UID(uid).name.removesuffix(" Storage") if uid else "Instance"
    frames = numbers(named, "ReferencedFrameNumber")
    if not frames:
        return kind
    listed = ", ".join(f"{number:g}" for number in frames[:8])
    more = ", ..." if len(frames) > 8 else ""
    return f"{kind}, frame {listed}{more}"


def _shape(one: Dataset, value_type: str) -> Shape | None:
    if value_type not in ("SCOORD", "SCOORD3D"):
        return None
    size = 2 if value_type == "SCOORD" else 3
    flat = numbers(one, "GraphicData")
    points = tuple(flat[at : at + size] for at in range(0, len(flat) - size + 1, size))
    space = text(one, "ReferencedFrameOfReferenceUID") if size == 3 else ""
    return Shape(text(one, "GraphicType"), points, space)


def _facts(dataset: Dataset) -> tuple[tuple[str, str], ...]:
    verifier = item(dataset, "VerifyingObserverSequence")
    said = date_words(text(dataset, "ContentDate")), time_words(text(dataset, "ContentTime"))
    facts = (
        ("Written", " ".join(part for part in said if part)),
        ("Completion", text(dataset, "CompletionFlag").capitalize()),
        ("Verification", text(dataset, "VerificationFlag").capitalize()),
        ("Verified by", "" if verifier is None else person_name(verifier, "VerifyingObserverName")),
        ("Preliminary", text(dataset, "PreliminaryFlag").capitalize()),
        ("Manufacturer", text(dataset, "Manufacturer")),
    )
    return tuple((name, value) for name, value in facts if value)


READERS: dict[str, Callable[[Dataset], str]] = {
    "TEXT": lambda one: text(one, "TextValue"),
    "NUM": _measured,
    "CODE": lambda one: _meaning(item(one, "ConceptCodeSequence")),
    "PNAME": lambda one: person_name(one, "PersonName"),
    "UIDREF": lambda one: text(one, "UID"),
    "IMAGE": _named_instance,
    "COMPOSITE": _named_instance,
    "WAVEFORM": _named_instance,
    "TCOORD": lambda one: text(one, "TemporalRangeType").capitalize(),
}
"""How the value of an item is said, by its type. PS3.3 C.17.3.2.1."""

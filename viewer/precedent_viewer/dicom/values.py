"""Read single values out of a dataset; what is missing, empty or malformed is None or ""."""

import struct
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

from pydicom.datadict import dictionary_has_tag, dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag

MALFORMED = (BytesLengthException, ValueError, TypeError, LookupError, AttributeError,
             ArithmeticError, NotImplementedError, OSError, EOFError, struct.error)  # fmt: skip
"""What pydicom raises when it converts a malformed value, by its own documentation and by trial."""


TEXT_VRS = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "PN", "SH", "TM", "UI", "UC"})
"""Text whose values are parted by backslashes, in whatever character set."""


NUMBER_VRS = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "FD": "d", "FL": "f"}
"""How the numbers of a value representation are packed."""


Attribute: TypeAlias = str | BaseTag
"""A keyword of the dictionary; for private attributes their tag."""


@lru_cache(maxsize=4096)
def _tag(attribute: Attribute) -> BaseTag:
    """Give an attribute's tag; looking it up in the dictionary costs more than reading a value."""
    return Tag(tag_for_keyword(attribute) or 0) if isinstance(attribute, str) else attribute


@lru_cache(maxsize=4096)
def _vr(tag: int) -> str:
    """Give the value representation that the dictionary has for a tag."""
    return dictionary_VR(tag) if dictionary_has_tag(tag) else ""


def value(dataset: Dataset, attribute: Attribute) -> object:
    """Give an attribute's value as pydicom converts it, None when it cannot."""
    tag = _tag(attribute)
    if tag not in dataset.keys():  # noqa: SIM118  # `in dataset` is many times slower.
        return None
    try:
        found = dataset[tag].value
    except MALFORMED:
        return None
    return None if found is None or found == "" else found


def plain_text(dataset: Dataset, attribute: Attribute) -> str | None:
    """Give an attribute's letters as the file holds them, with all values.

    None when it is no text, or its letters need the file's character set; pydicom then converts
    it. Much faster than a conversion, which makes an object of every value.
    """
    tag = _tag(attribute)
    if tag not in dataset.keys():  # noqa: SIM118  # `in dataset` is many times slower.
        return ""
    try:
        return _letters(dataset.get_item(tag))
    except MALFORMED:
        return None


def _letters(found: object) -> str | None:
    if not isinstance(found, RawDataElement) or found.value is None:
        return None
    if (found.VR or _vr(found.tag)) not in TEXT_VRS or not found.value.isascii():
        return None
    # ISO 2022 announces other letters by an escape, all of it in ASCII.
    return None if b"\x1b" in found.value else found.value.decode("ascii")


def text(dataset: Dataset, attribute: Attribute) -> str:
    """Give an attribute as text, the first value of several."""
    plain = plain_text(dataset, attribute)
    if plain is not None:
        return plain.partition("\\")[0].strip(" \0")
    found = value(dataset, attribute)
    if isinstance(found, MultiValue):
        found = found[0] if found else None
    return "" if found is None else str(found).strip(" \0")


def texts(dataset: Dataset, attribute: Attribute) -> tuple[str, ...]:
    """Give all values of an attribute as text."""
    plain = plain_text(dataset, attribute)
    if plain is not None:
        whole = plain.strip(" \0")
        return tuple(part.strip(" \0") for part in whole.split("\\")) if whole else ()
    found = value(dataset, attribute)
    several = found if isinstance(found, (MultiValue, list)) else [] if found is None else [found]
    return tuple(str(one).strip(" \0") for one in several)


def numbers(dataset: Dataset, attribute: Attribute) -> tuple[float, ...]:
    """Give all values of an attribute as numbers; empty when one of them is none."""
    tag = _tag(attribute)
    if tag not in dataset.keys():  # noqa: SIM118  # `in dataset` is many times slower.
        return ()
    try:
        raw = dataset.get_item(tag)
    except MALFORMED:
        return ()
    binary = _binary_numbers(raw)
    if binary is not None:
        return binary
    plain = _letters(raw)
    if plain is not None:
        parts = plain.strip(" \0")
        try:
            return tuple(float(part) for part in parts.split("\\")) if parts else ()
        except ValueError:
            return ()
    found = value(dataset, attribute)
    several = found if isinstance(found, (MultiValue, list)) else [] if found is None else [found]
    try:
        return tuple(float(str(one)) for one in several)
    except MALFORMED:
        return ()


def _binary_numbers(found: object) -> tuple[float, ...] | None:
    """Give whole numbers that are stored as such, as the file holds them; None for all others."""
    if not isinstance(found, RawDataElement) or not found.value:
        return None
    form = NUMBER_VRS.get(found.VR or _vr(found.tag))
    if form is None or len(found.value) % struct.calcsize(f"<{form}"):
        return None
    order = "<" if found.is_little_endian else ">"
    return tuple(float(one) for (one,) in struct.iter_unpack(order + form, found.value))


def number(dataset: Dataset, attribute: Attribute) -> float | None:
    """Give the first value of an attribute as a number."""
    found = numbers(dataset, attribute)
    return found[0] if found else None


def integer(dataset: Dataset, attribute: Attribute) -> int | None:
    """Give the first value of an attribute as a whole number."""
    found = number(dataset, attribute)
    is_whole = found is not None and abs(found) < 2**63 and found == int(found)
    return int(found) if found is not None and is_whole else None


def items(dataset: Dataset, keyword: str) -> tuple[Dataset, ...]:
    """Give the items of a sequence."""
    found = value(dataset, keyword)
    try:
        return tuple(one for one in _iterated(found) if isinstance(one, Dataset))
    except MALFORMED:
        return ()


def item(dataset: Dataset, keyword: str) -> Dataset | None:
    """Give the first item of a sequence."""
    found = items(dataset, keyword)
    return found[0] if found else None


def _iterated(found: object) -> Iterator[object]:
    return iter(found) if isinstance(found, Iterable) else iter(())

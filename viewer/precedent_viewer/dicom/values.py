"""Read single values out of a dataset; what is missing, empty or malformed is None or ""."""

import struct
from collections.abc import Iterable, Iterator

from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException
from pydicom.multival import MultiValue

MALFORMED = (BytesLengthException, ValueError, TypeError, LookupError, AttributeError,
             ArithmeticError, NotImplementedError, OSError, EOFError, struct.error)  # fmt: skip
"""What pydicom raises when it converts a malformed value, by its own documentation and by trial."""


def value(dataset: Dataset, keyword: str) -> object:
    """Give an attribute's value as pydicom converts it, None when it cannot."""
    try:
        found = dataset.get(keyword)
    except MALFORMED:
        return None
    return None if found is None or found == "" else found


def text(dataset: Dataset, keyword: str) -> str:
    """Give an attribute as text, the first value of several."""
    found = value(dataset, keyword)
    if isinstance(found, MultiValue):
        found = found[0] if found else None
    return "" if found is None else str(found).strip(" \0")


def texts(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """Give all values of an attribute as text."""
    found = value(dataset, keyword)
    several = found if isinstance(found, (MultiValue, list)) else [] if found is None else [found]
    return tuple(str(one).strip(" \0") for one in several)


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Give all values of an attribute as numbers; empty when one of them is none."""
    found = value(dataset, keyword)
    several = found if isinstance(found, (MultiValue, list)) else [] if found is None else [found]
    try:
        return tuple(float(str(one)) for one in several)
    except MALFORMED:
        return ()


def number(dataset: Dataset, keyword: str) -> float | None:
    """Give the first value of an attribute as a number."""
    found = numbers(dataset, keyword)
    return found[0] if found else None


def integer(dataset: Dataset, keyword: str) -> int | None:
    """Give the first value of an attribute as a whole number."""
    found = number(dataset, keyword)
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

"""The items of a sequence straight out of its bytes. PS3.5 7.5.

pydicom makes objects of every element of every item, also of those that nobody asks for. Files of a
thousand frames have ten thousand items, which took more than a second; this takes a tenth of it.
What is not plain is left to pydicom.
"""

import struct
from collections.abc import Iterator

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

Elements = dict[BaseTag, DataElement | RawDataElement]
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
UNDEFINED = 0xFFFFFFFF
LONG_FORM = frozenset({
    b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV",
})  # fmt: skip
"""Value representations whose length takes four bytes. PS3.5 7.1.2."""
DEEPEST = 12
"""Sequences in sequences that are gone through; deeper ones are left to pydicom."""


def raw_items(element: object) -> tuple[Elements, ...] | None:
    """Give the elements of each item of a sequence that pydicom has not converted yet.

    None when it was converted before, or its bytes are not plain: pydicom reads those.
    """
    if not isinstance(element, RawDataElement) or element.VR not in ("SQ", None):
        return None
    try:
        data = element.value or b""
        return tuple(_Bytes(data, element.is_implicit_VR, element.is_little_endian).items())
    except (struct.error, ValueError):
        return None


def sequence_end(data: bytes, at: int, *, is_implicit: bool) -> int:
    """Give where the delimiter of a sequence of undefined length is, little endian.

    at: where its items begin. Raises ValueError or struct.error on what is not plain.
    """
    return _Bytes(data, is_implicit, True).sequence_end(at, len(data), 0)


def as_dataset(elements: Elements, like: RawDataElement) -> Dataset:
    """Make a dataset of an item's elements. like: the sequence, for its encoding."""
    made = Dataset(elements)
    made.set_original_encoding(like.is_implicit_VR, like.is_little_endian)
    return made


class _Bytes:
    """The value of a sequence."""

    def __init__(self, data: bytes, is_implicit: bool, is_little: bool) -> None:
        self._data, self._is_implicit, self._is_little = data, is_implicit, is_little
        order = "<" if is_little else ">"
        self._head = struct.Struct(f"{order}HHL")
        self._short = struct.Struct(f"{order}H")
        self._long = struct.Struct(f"{order}L")

    def items(self) -> Iterator[Elements]:
        """Give the elements of each item. Raises ValueError or struct.error."""
        at, end = 0, len(self._data)
        while at < end:
            tag, length = self._item(at)
            if tag != ITEM:
                raise ValueError
            stop = end if length == UNDEFINED else at + 8 + length
            elements, at = self._elements(at + 8, stop, 0)
            yield elements

    def _item(self, at: int) -> tuple[int, int]:
        group, number, length = self._head.unpack_from(self._data, at)
        return group << 16 | number, length

    def _elements(self, at: int, end: int, depth: int) -> tuple[Elements, int]:
        """Read an item's elements; gives the place after it too."""
        if end > len(self._data) or depth > DEEPEST:
            raise ValueError
        found: Elements = {}
        while at < end:
            tag, length = self._item(at)
            if tag == ITEM_END:
                return found, at + 8
            start, vr, length = self._value(at, length)
            stop = self.sequence_end(start, end, depth) if length == UNDEFINED else start + length
            if stop > end:
                raise ValueError
            key = BaseTag(tag)
            found[key] = RawDataElement(
                key, vr, length, self._data[start:stop], 0, self._is_implicit, self._is_little
            )
            at = stop + 8 if length == UNDEFINED else stop
        return found, at

    def _value(self, at: int, length: int) -> tuple[int, str | None, int]:
        """Give where an element's value begins, its representation and its length."""
        if self._is_implicit:
            return at + 8, None, length
        vr = self._data[at + 4 : at + 6]
        if vr in LONG_FORM:
            (long,) = self._long.unpack_from(self._data, at + 8)
            if long == UNDEFINED and vr != b"SQ":
                raise ValueError
            return at + 12, vr.decode("ascii"), long
        if not (vr.isalpha() and vr.isupper()):
            raise ValueError
        (short,) = self._short.unpack_from(self._data, at + 6)
        return at + 8, vr.decode("ascii"), short

    def sequence_end(self, at: int, end: int, depth: int) -> int:
        """Give where the delimiter of a sequence of undefined length is."""
        while at < end:
            tag, length = self._item(at)
            if tag == SEQUENCE_END:
                return at
            if tag != ITEM:
                raise ValueError
            if length == UNDEFINED:
                _, at = self._elements(at + 8, end, depth + 1)
            else:
                at += 8 + length
        raise ValueError

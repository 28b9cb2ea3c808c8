"""The header of a plain DICOM file straight out of its first bytes.

pydicom goes through every oddity for each element; a plain file has none, and its elements are cut
out four times as fast. Whatever is not plain is left to pydicom: no preamble, big endian, deflated,
another encoding than the file says, an unknown value representation, a header that goes on.
Sources: PS3.5 7.1 (elements), PS3.10 7.1 (file meta information).
"""

import struct
from dataclasses import dataclass

from pydicom.charset import convert_encodings, default_encoding
from pydicom.dataelem import RawDataElement, empty_value_for_VR
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag
from pydicom.valuerep import VR

from precedent_viewer.dicom.raw_items import LONG_FORM, UNDEFINED, Elements, sequence_end

IMPLICIT_LITTLE = b"1.2.840.10008.1.2"
NOT_PLAIN = (b"1.2.840.10008.1.2.2", b"1.2.840.10008.1.2.1.99")
"""Big endian and deflated."""
META_GROUP = 0x0002
DELIMITERS_GROUP = 0xFFFE
TRANSFER_SYNTAX, CHARACTER_SET = 0x00020010, 0x00080005
FORMS = {one.value.encode(): one.value for one in VR if len(one.value) == 2}
"""Every value representation by its two bytes."""
_HEAD, _SHORT, _LONG = struct.Struct("<HHL"), struct.Struct("<H"), struct.Struct("<L")


@dataclass(frozen=True, slots=True)
class PlainHeader:
    """What a file says before its pixels."""

    dataset: Dataset
    transfer_syntax_uid: str
    end: int
    """Where the pixel data element begins, or the file ends."""


def plain_header(head: bytes, size: int, stops: frozenset[int]) -> PlainHeader | None:
    """Read the elements of a file's beginning; None when it has to be read with more care.

    size: bytes of the file. stops: the tags before which reading ends.
    """
    if head[128:132] != b"DICM":
        return None
    try:
        return _header(head, size, stops)
    except (struct.error, ValueError, LookupError):
        return None


def _header(head: bytes, size: int, stops: frozenset[int]) -> PlainHeader | None:
    meta, at = _elements(head, 132, META_GROUP, frozenset(), is_implicit=False)
    said = meta.get(BaseTag(TRANSFER_SYNTAX))
    uid = (said.value or b"").strip(b" \0") if isinstance(said, RawDataElement) else b""
    if not uid or uid in NOT_PLAIN:
        return None
    is_implicit = uid == IMPLICIT_LITTLE
    if is_implicit == (head[at + 4 : at + 6] in FORMS):
        return None  # It is not what it says; an implicit length of letters would be gigantic.
    elements, at = _elements(head, at, None, stops, is_implicit=is_implicit)
    is_whole = len(head) >= size and size - at < 8
    if not is_whole and len(head) - at < 12:
        return None
    dataset = _dataset(elements, is_implicit=is_implicit)
    dataset.file_meta = _dataset(meta, is_implicit=False)  # type: ignore[assignment]
    return PlainHeader(dataset, uid.decode("ascii"), at)


def _dataset(elements: Elements, *, is_implicit: bool) -> Dataset:
    made = Dataset(elements)
    said = elements.get(BaseTag(CHARACTER_SET))
    encoding: str | list[str] = default_encoding
    if said is not None:
        names = (said.value or b"").decode("ascii").strip(" \0")
        encoding = convert_encodings(names.split("\\"))
    made.set_original_encoding(is_implicit, True, encoding)
    return made


def _elements(
    data: bytes, at: int, group: int | None, stops: frozenset[int], *, is_implicit: bool
) -> tuple[Elements, int]:
    """Read elements up to another group than the given one, a stop, or the end.

    Raises ValueError, LookupError or struct.error on what is not plain.
    """
    found: Elements = {}
    end = len(data)
    while end - at >= 8:
        first, second, length = _HEAD.unpack_from(data, at)
        tag = first << 16 | second
        if tag in stops or (group is not None and first != group):
            break
        if first == DELIMITERS_GROUP:
            raise ValueError
        vr, start = None, at + 8
        if not is_implicit:
            form = data[at + 4 : at + 6]
            vr = FORMS[form]
            if form in LONG_FORM:
                (length,) = _LONG.unpack_from(data, at + 8)
                start = at + 12
            else:
                (length,) = _SHORT.unpack_from(data, at + 6)
        if length == UNDEFINED:
            if vr not in ("SQ", None):
                raise ValueError
            stop = sequence_end(data, start, is_implicit=is_implicit)
            at = stop + 8
        else:
            at = stop = start + length
        if at > end:
            raise ValueError
        key = BaseTag(tag)
        value = data[start:stop] if stop > start else _empty(vr)
        found[key] = RawDataElement(key, vr, length, value, 0, is_implicit, True)
    return found, at


def _empty(vr: str | None) -> bytes | None:
    """Give what pydicom takes an element without a value for."""
    value = empty_value_for_VR(vr, raw=True)
    return value if isinstance(value, bytes) else None

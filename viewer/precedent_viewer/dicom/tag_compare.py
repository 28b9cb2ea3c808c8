"""Two files' attributes side by side, with what differs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from precedent_viewer.dicom.tags import TagRow, read_tags

TagsOf = tuple[Path, int | None]
"""A file and a frame of it, from 0; None for all frames."""
Difference = Literal["same", "changed", "inside", "first", "second"]
"""`inside` is a sequence or item with a difference in it; `first` and `second` are in one alone."""
PASSING_VRS = frozenset({"UI", "DA", "TM", "DT"})
"""Identifiers and times differ between any two images, and rarely matter."""


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One attribute or item of either file."""

    tag: str
    """As the first file has it, else the second."""
    name: str
    keyword: str
    vr: str
    first: str | None
    """Its value, shortened; None where the file has none."""
    second: str | None
    depth: int
    difference: Difference

    @property
    def is_passing(self) -> bool:
        """Whether it is an identifier, a time, or a group length, which follows from both."""
        # Some files write identifiers as text of another kind.
        is_named_so = self.name.endswith(" UID")
        return self.vr in PASSING_VRS or is_named_so or self.tag.endswith(",0000)")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many attributes are alike and how many are not; sequences and items are not counted."""

    same: int
    changed: int
    first: int
    second: int

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        if not (self.changed or self.first or self.second):
            return f"All {self.same:,} attributes are alike."
        return (
            f"{self.changed:,} differ, {self.first:,} only in the first, {self.second:,} only in "
            f"the second, {self.same:,} alike."
        )


@dataclass(slots=True)
class _Node:
    row: TagRow
    inner: "list[_Node]" = field(default_factory=list)


def compare_files(first: TagsOf, second: TagsOf) -> tuple[ComparedRow, ...]:
    """Read two files, or one frame of each, and lay them side by side. Raises FileError."""
    return compare_tags(read_tags(*first), read_tags(*second))


def compare_tags(first: Sequence[TagRow], second: Sequence[TagRow]) -> tuple[ComparedRow, ...]:
    """Lay the rows of two files side by side, in the order of their tags.

    Items of sequences are paired by their number, private attributes by their creator.
    """
    return tuple(_merged(_tree(first), _tree(second)))


def counts_of(rows: Sequence[ComparedRow]) -> Counts:
    """Count attributes by how they differ."""
    plain = [row.difference for row in rows if row.vr not in ("SQ", "")]
    return Counts(*(plain.count(one) for one in ("same", "changed", "first", "second")))


def _tree(rows: Sequence[TagRow]) -> list[_Node]:
    top: list[_Node] = []
    above: list[_Node] = []
    for row in rows:
        node = _Node(row)
        del above[row.depth :]
        (above[-1].inner if above else top).append(node)
        above.append(node)
    return top


def _merged(first: Sequence[_Node], second: Sequence[_Node]) -> Iterator[ComparedRow]:
    ours, theirs = {_key(one): one for one in first}, {_key(one): one for one in second}
    for key in sorted({**theirs, **ours}, key=lambda key: _place(ours.get(key) or theirs[key])):
        yield from _pair(ours.get(key), theirs.get(key))


def _pair(one: _Node | None, other: _Node | None) -> Iterator[ComparedRow]:
    inner = list(_merged(one.inner if one else (), other.inner if other else ()))
    known = one or other
    assert known is not None
    row = known.row
    yield ComparedRow(
        row.tag, row.name, row.keyword, row.vr, None if one is None else one.row.value,
        None if other is None else other.row.value, row.depth, _difference(one, other, inner),
    )  # fmt: skip
    yield from inner


def _difference(one: _Node | None, other: _Node | None, inner: Sequence[ComparedRow]) -> Difference:
    if other is None:
        return "first"
    if one is None:
        return "second"
    if any(row.difference != "same" for row in inner):
        return "inside"
    return "same" if _content(one.row) == _content(other.row) else "changed"


def _content(row: TagRow) -> tuple[str, str, str, str]:
    return (row.vr, row.value, row.whole, row.digest)


def _key(node: _Node) -> str:
    return node.row.identity or node.row.tag or node.row.value


def _place(node: _Node) -> tuple[int, str]:
    """Order by tag, items by number."""
    tag = node.row.tag
    number = tag.removeprefix("Item ")
    return (int(number), "") if tag != number and number.isdigit() else (0, tag or "~")

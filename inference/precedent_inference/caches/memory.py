"""What is kept in memory between questions: encoded images, and the keys and values of prompts.

A key holds everything that the value depends on, so a hit is always right. An image's encoding
depends on its pixels and on the model. A token's keys and values depend on every token up to it and
on the image that each of them saw; the prefix cache is therefore a tree over (token, image seen).
Two prompts share exactly the path that they have in common, whatever the placement rule: with
"next" it ends at the last reference's image token when the query's image changes, with "previous"
at the query's.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from precedent_inference.backends.base import EncodedImage, Segment

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Seen(NamedTuple):
    """A token and the content of the image that it saw, None for no image."""

    token: int
    image: str | None


Row = tuple[Seen, ...]


class ByteBudgetCache(Generic[Key, Value]):
    """The values used last, never more bytes than the budget."""

    def __init__(self, budget_bytes: int, size_of: Callable[[Value], int]) -> None:
        self.budget_bytes = budget_bytes
        self.used_bytes = 0
        self._size_of = size_of
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        """Tell whether a value is there; this does not count as using it."""
        return key in self._values

    def keys(self) -> list[Key]:
        """Give the keys, the one used last at the end."""
        return list(self._values)

    def get(self, key: Key) -> Value | None:
        """Give a value and count it as used, None when it is not there."""
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Keep a value unless it exceeds the budget alone; those used longest ago make room."""
        self.remove(key)
        size = self._size_of(value)
        if size > self.budget_bytes:
            return
        while self.used_bytes + size > self.budget_bytes:
            self.remove(next(iter(self._values)))
        self._values[key] = value
        self.used_bytes += size

    def remove(self, key: Key) -> None:
        """Forget a value if it is there."""
        value = self._values.pop(key, None)
        if value is not None:
            self.used_bytes -= self._size_of(value)

    def clear(self) -> None:
        """Forget everything."""
        for key in self.keys():
            self.remove(key)


class ImageCache(ByteBudgetCache[str, EncodedImage]):
    """Encoded images by their content key."""

    def __init__(self, budget_bytes: int) -> None:
        super().__init__(budget_bytes, lambda image: image.nbytes)


@dataclass(slots=True, eq=False)
class _Node:
    """Some tokens on from the node's parent, with their keys and values; the root has none."""

    row: Row
    segment: Segment | None
    parent: "_Node | None"
    children: dict[Seen, "_Node"] = field(default_factory=dict)
    """By the first element of the child's row."""
    used: int = 0
    """When it was last on the path of a question."""


class PrefixCache:
    """The keys and values of prompts, as a tree in which prompts share their common beginning.

    Never more bytes than the budget: the ends of the paths used longest ago make room.
    """

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self.used_bytes = 0
        self._root = _Node((), None, None)
        self._clock = 0

    def longest(self, row: Row) -> tuple[list[Segment], int]:
        """Give the keys and values of the longest known beginning of `row`, and its length."""
        nodes = self._walk(row)
        segments = [node.segment for node in nodes if node.segment is not None]
        return segments, sum(segment.length for segment in segments)

    def known(self, row: Row) -> int:
        """Give how many leading elements of `row` are held; nothing changes and nothing is used.

        May be called while another thread works with the cache: it is then a moment old.
        """
        node, at = self._root, 0
        while at < len(row):
            child = node.children.get(row[at])
            if child is None:
                return at
            held = child.row
            shared = common_length(held, row[at:])
            at += shared
            if shared < len(held):
                return at
            node = child
        return at

    def put(self, row: Row, cut: Callable[[int, int], Segment]) -> None:
        """Keep a prompt; `cut` gives the keys and values of the tokens from .. to before ...

        Only what is not there yet is cut. When the budget does not hold it all, its end is left
        out.
        """
        path = self._walk(row)
        at = sum(len(node.row) for node in path)
        if at == len(row):
            return
        parent = path[-1] if path else self._root
        segment = cut(at, len(row))
        fits = self._make_room(segment, path)
        if fits == 0:
            return
        if fits < segment.length:
            segment, _ = segment.split(fits)
        child = _Node(row[at : at + fits], segment, parent)
        parent.children[row[at]] = child
        self.used_bytes += segment.nbytes
        self._touch(child)

    def clear(self) -> None:
        """Forget everything."""
        self._root = _Node((), None, None)
        self.used_bytes = 0

    def _walk(self, row: Row) -> list[_Node]:
        """Give the nodes that hold the known beginning of `row`, split where the row leaves one."""
        path: list[_Node] = []
        node, at = self._root, 0
        while at < len(row) and row[at] in node.children:
            node = node.children[row[at]]
            shared = common_length(node.row, row[at:])
            if shared < len(node.row):
                self._split(node, shared)
            self._touch(node)
            path.append(node)
            at += shared
        return path

    def _touch(self, node: _Node) -> None:
        self._clock += 1
        node.used = self._clock

    def _split(self, node: _Node, at: int) -> None:
        """Make two nodes of one; the first keeps the name, its rest becomes its only child."""
        assert node.segment is not None
        self.used_bytes -= node.segment.nbytes
        first, rest = node.segment.split(at)
        child = _Node(node.row[at:], rest, node, node.children, node.used)
        for grandchild in child.children.values():
            grandchild.parent = child
        node.row, node.segment = node.row[:at], first
        node.children = {child.row[0]: child}
        self.used_bytes += first.nbytes + rest.nbytes

    def _make_room(self, segment: Segment, path: Sequence[_Node]) -> int:
        """Remove the ends used longest ago until `segment` fits behind `path`, which stays.

        Gives how many of its tokens fit.
        """
        kept = {id(node) for node in path}
        held = sum(node.segment.nbytes for node in path if node.segment is not None)
        per_token = segment.nbytes // segment.length
        fits = min(segment.length, (self.budget_bytes - held) // per_token)
        while fits > 0 and self.used_bytes + fits * per_token > self.budget_bytes:
            ends = [node for node in self._nodes() if not node.children and id(node) not in kept]
            self._remove(min(ends, key=lambda node: node.used))
        return max(fits, 0)

    def _remove(self, node: _Node) -> None:
        assert node.parent is not None
        assert node.segment is not None
        del node.parent.children[node.row[0]]
        self.used_bytes -= node.segment.nbytes

    def _nodes(self) -> Iterator[_Node]:
        waiting = list(self._root.children.values())
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.children.values()


def seen_row(tokens: Sequence[int], media_index: Sequence[int], images: Sequence[str]) -> Row:
    """Give what each token's state depends on besides the tokens before it."""
    return tuple(
        Seen(token, images[index - 1] if index else None)
        for token, index in zip(tokens, media_index, strict=True)
    )


def common_length(first: Row, second: Row) -> int:
    """Give how many leading elements two rows share."""
    length = min(len(first), len(second))
    for at in range(length):
        if first[at] != second[at]:
            return at
    return length

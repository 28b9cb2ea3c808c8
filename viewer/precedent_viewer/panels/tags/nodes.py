"""Rows in rows as a tree whose items are made when they are first seen.

A file may have twenty thousand attributes, nearly all inside closed sequences: making an item for
each would hold the window up, so an item is made when its parent is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from PyQt6.QtWidgets import QTreeWidgetItem

from precedent_viewer.panels.tags.tree import CopyingTree

MOST_OPENED = 300
"""Items that a search opens by itself; what it finds beyond is there, closed."""


class Node:
    """One row, the rows inside it, and how it becomes an item."""

    def __init__(
        self, depth: int, words: Callable[[], str], make: Callable[[], QTreeWidgetItem]
    ) -> None:
        self.depth, self.make = depth, make
        self.inner: list[Node] = []
        self._make_words = words

    @cached_property
    def searched(self) -> str:
        """The words in which a search looks, in small letters; made at the first search."""
        return self._make_words().casefold()

    def has(self, words: Sequence[str]) -> bool:
        """Whether all words stand in the row itself."""
        return all(word in self.searched for word in words)

    def stays(self, words: Sequence[str]) -> bool:
        """Whether the row, or one inside it, has all words."""
        return self.has(words) or any(one.stays(words) for one in self.inner)


def nested(nodes: Iterable[Node]) -> list[Node]:
    """Put each row into the row above it that is less deep; gives those at the top."""
    tops: list[Node] = []
    above: list[Node] = []
    for node in nodes:
        while above and above[-1].depth >= node.depth:
            above.pop()
        (above[-1].inner if above else tops).append(node)
        above.append(node)
    return tops


class NodeTree(CopyingTree):
    """Shows nodes, all of them or those that a search keeps."""

    def __init__(self, columns: Sequence[str], name: str) -> None:
        super().__init__(columns, name)
        self._tops: list[Node] = []
        self._opened = 0
        self._unbuilt: dict[int, tuple[Node, Sequence[str]]] = {}
        self.itemExpanded.connect(self._build)

    def show_nodes(
        self, tops: Sequence[Node], words: Sequence[str] = (), *, is_open: bool = False
    ) -> None:
        """Show what has the words, with the rows that it is in opened; is_open opens the rest."""
        self._tops = list(tops)
        self._unbuilt.clear()
        self._opened = 0
        self.clear()
        # All at once: the tree would look at itself anew for each of thousands of rows.
        kept = [node for node in tops if node.stays(words)]
        items = [self._item(node, words) for node in kept]
        self.addTopLevelItems(items)
        self._open(zip(items, kept, strict=True), words, is_open=is_open)

    def search(self, words: Sequence[str], *, is_open: bool = False) -> None:
        """Show of the same nodes what has the words."""
        self.show_nodes(self._tops, words, is_open=is_open)

    def _item(self, node: Node, words: Sequence[str]) -> QTreeWidgetItem:
        item = node.make()
        if node.inner:
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
            self._unbuilt[id(item)] = (node, () if node.has(words) else words)
        return item

    def _build(self, item: QTreeWidgetItem) -> None:
        """Make the items inside one that is opened for the first time."""
        known = self._unbuilt.pop(id(item), None)
        if known is not None:
            node, words = known
            item.addChildren([self._item(one, words) for one in node.inner if one.stays(words)])

    def _open(
        self, pairs: Iterable[tuple[QTreeWidgetItem, Node]], words: Sequence[str], *, is_open: bool
    ) -> None:
        """Open what holds something that was searched for, as far as it can be overlooked."""
        for item, node in pairs:
            wants = is_open or (bool(words) and not node.has(words))
            if not (node.inner and wants and self._opened < MOST_OPENED):
                continue
            item.setExpanded(True)
            self._opened += item.childCount()
            left = () if node.has(words) else words
            kept = [one for one in node.inner if one.stays(left)]
            children = [child for at in range(item.childCount()) if (child := item.child(at))]
            self._open(zip(children, kept, strict=True), left, is_open=is_open)

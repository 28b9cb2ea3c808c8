"""Decoded frames in memory, the least recently used leave first. No Qt.

The cache holds at most its budget; one frame larger than the budget is not kept at all.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class FrameCache(Generic[K, V]):
    """Least recently used values with a budget in bytes."""

    def __init__(self, budget_bytes: int) -> None:
        self._budget_bytes = budget_bytes
        self._entries: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._used_bytes = 0

    @property
    def used_bytes(self) -> int:
        """Bytes of all values held, as told by `put`."""
        return self._used_bytes

    @property
    def budget_bytes(self) -> int:
        """The most that is held."""
        return self._budget_bytes

    def set_budget(self, budget_bytes: int) -> None:
        """Hold at most so much from now on."""
        self._budget_bytes = budget_bytes
        self._shrink()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: K) -> bool:
        return key in self._entries

    def get(self, key: K) -> V | None:
        """Give a value and mark it as used now; None when it is not held."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def peek(self, key: K) -> V | None:
        """Give a value without marking it as used; None when it is not held."""
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    def put(self, key: K, value: V, size_bytes: int) -> None:
        """Hold a value, dropping the longest unused ones to stay within the budget."""
        self.discard(key)
        if size_bytes > self._budget_bytes:
            return
        self._entries[key] = (value, size_bytes)
        self._used_bytes += size_bytes
        self._shrink()

    def discard(self, key: K) -> None:
        """Drop a value if it is held."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._used_bytes -= entry[1]

    def clear(self) -> None:
        """Drop everything."""
        self._entries.clear()
        self._used_bytes = 0

    def _shrink(self) -> None:
        while self._used_bytes > self._budget_bytes:
            _, (_, freed) = self._entries.popitem(last=False)
            self._used_bytes -= freed

"""A line of waiting work for each client; the clients take turns, one piece of work each."""

import threading
from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

from precedent_inference.errors import EngineBusy

Item = TypeVar("Item", bound=Hashable)


class FairQueue(Generic[Item]):
    """Work that waits for one worker. May be used from any thread; equal items are one item."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lines: OrderedDict[str, deque[Item]] = OrderedDict()
        """No line is empty; the first line's turn is next."""
        self._changed = threading.Condition()
        self._is_closed = False

    def __len__(self) -> int:
        with self._changed:
            return sum(map(len, self._lines.values()))

    def put(self, client: str, item: Item) -> None:
        """Let an item wait in its client's line. Raises EngineBusy when the bound is reached."""
        with self._changed:
            waiting = sum(map(len, self._lines.values()))
            if waiting >= self._limit:
                raise EngineBusy(
                    f"The line is full: {waiting} questions wait already.",
                    "Ask again in a moment.",
                )
            self._lines.setdefault(client, deque()).append(item)
            self._changed.notify()

    def get(self) -> Item | None:
        """Wait for the next item and take it out; None once the queue is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._lines)
            if self._is_closed:
                return None
            client, line = self._lines.popitem(last=False)
            item = line.popleft()
            if line:
                self._lines[client] = line  # at the end: all others come first
            return item

    def remove(self, item: Item) -> bool:
        """Take an item out of its line; false when it waits no more."""
        with self._changed:
            for client, line in self._lines.items():
                if item in line:
                    line.remove(item)
                    if not line:
                        del self._lines[client]
                    return True
            return False

    def order(self) -> list[Item]:
        """Give all items in the order in which they will be taken if no other comes."""
        with self._changed:
            lines = [list(line) for line in self._lines.values()]
        rounds = max(map(len, lines), default=0)
        return [line[turn] for turn in range(rounds) for line in lines if turn < len(line)]

    def close(self) -> list[Item]:
        """End the waiting of the worker; give the items that nobody will take."""
        with self._changed:
            left = [item for line in self._lines.values() for item in line]
            self._lines.clear()
            self._is_closed = True
            self._changed.notify_all()
        return left

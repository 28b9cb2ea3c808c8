"""What is kept between questions: encoded images, and the text prefix's keys and values.

A key holds everything that the value depends on, so a hit is always right. An image's encoding
depends on its pixels and on the model; a token's keys and values depend on every token up to it and
on the image that each of them saw. Two prompts therefore share exactly their longest common row of
(token, image seen), whatever the placement rule: with "next" that row ends at the last reference's
image token when the query's image changes, with "previous" at the query's.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, NamedTuple, TypeVar

from precedent_inference.backends.base import EncodedImage, TokenState

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


class ImageCache(ByteBudgetCache[str, EncodedImage]):
    """Encoded images by their content key."""

    def __init__(self, budget_bytes: int) -> None:
        super().__init__(budget_bytes, lambda image: image.nbytes)


class PrefixCache(ByteBudgetCache[Row, TokenState]):
    """States of whole prompts, found by their longest common beginning."""

    def __init__(self, budget_bytes: int) -> None:
        super().__init__(budget_bytes, lambda state: state.nbytes)

    def longest(self, row: Row) -> tuple[TokenState, int] | None:
        """Give the state that shares most with `row` and how many tokens it shares."""
        shared = {known: common_length(known, row) for known in self.keys()}
        best = max(shared, key=lambda known: shared[known], default=None)
        if best is None or shared[best] == 0:
            return None
        state = self.get(best)
        assert state is not None
        return state, shared[best]

    def put(self, key: Row, value: TokenState) -> None:
        """Keep a prompt's state; kept prompts that are its beginning are part of it and go."""
        for known in self.keys():
            if common_length(known, key) == len(known):
                self.remove(known)
        super().put(key, value)


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

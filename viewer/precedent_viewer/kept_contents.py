"""What layers have computed for the frames that were shown last, within a bound. No Qt."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from precedent_viewer.layers import LayerContent

MIB = 1 << 20
MOST_BYTES = 48 * MIB
"""A layer's share of the memory that is kept free for what is painted."""
LEAST_KEPT = 16
"""As many as there can be viewports: with fewer, each painting would ask for the others again."""
K = TypeVar("K", bound=Hashable)


class KeptContents(Generic[K]):
    """Contents by what they belong to; the oldest go first."""

    def __init__(self, most_bytes: int = MOST_BYTES, least_kept: int = LEAST_KEPT) -> None:
        self._most_bytes, self._least_kept = most_bytes, least_kept
        self._made: dict[K, LayerContent] = {}
        self._bytes = 0

    def __len__(self) -> int:
        """Count what is kept."""
        return len(self._made)

    def get(self, key: K) -> LayerContent | None:
        """Give what was kept, None when there is nothing."""
        return self._made.get(key)

    def keep(self, key: K, content: LayerContent) -> LayerContent:
        """Keep a content and give it back."""
        known = self._made.pop(key, None)
        self._bytes += size_of(content) - (0 if known is None else size_of(known))
        self._made[key] = content
        while self._bytes > self._most_bytes and len(self._made) > self._least_kept:
            self._bytes -= size_of(self._made.pop(next(iter(self._made))))
        return content

    def clear(self) -> None:
        """Forget everything."""
        self._made.clear()
        self._bytes = 0


def size_of(content: LayerContent) -> int:
    """Give the bytes of a content's pictures; lines and words count nothing."""
    cover = 0 if content.shutter is None else content.shutter.mask.nbytes
    return cover + sum(wash.rgba.nbytes for wash in content.washes)

"""What self-attention remembers: the keys and values of the tokens so far, layer by layer.

A forward pass grows the cache that it is given. Letters: N layers, B batch, H heads, S cached
tokens, T new tokens, C capacity, D head width.
"""

from collections.abc import Sequence
from typing import Protocol, Self

import torch
from torch import Tensor

from precedent_inference.model.language import Standing, stand

GROWTH = 64
"""Tokens added beyond what is needed when a buffer is full, so that decoding rarely copies it."""


class KVCache(Protocol):
    """The keys and values of the tokens so far, in whatever form."""

    def stand(self, tokens: Tensor, attention_mask: Tensor | None) -> Standing:
        """Say where new tokens [B, T] stand and what they may look at.

        attention_mask: [B, S + T], 0 where a token is (left) padding; None when none is.
        """
        ...

    def append(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Take in a layer's new keys and values [B, H, T, D]; give those of all tokens so far."""
        ...


class GrowingCache:
    """Concatenates, and changes no tensor in place: for gradients and for export."""

    def __init__(self, pairs: Sequence[tuple[Tensor, Tensor]] = ()) -> None:
        """Start from each layer's keys and values [B, H, S, D]; without any, from no token."""
        self.pairs = list(pairs)

    @property
    def length(self) -> int:
        """Cached tokens, S."""
        return int(self.pairs[0][0].shape[2]) if self.pairs else 0

    def stand(self, tokens: Tensor, attention_mask: Tensor | None) -> Standing:
        """Say where new tokens stand and what they may look at."""
        return stand(tokens, self.length, attention_mask)

    def append(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Take in a layer's new keys and values; give those of all tokens so far."""
        if layer == len(self.pairs):
            self.pairs.append((keys, values))
        else:
            before = self.pairs[layer]
            self.pairs[layer] = (
                torch.cat((before[0], keys), dim=2),
                torch.cat((before[1], values), dim=2),
            )
        return self.pairs[layer]


class BufferCache:
    """Writes into memory that is there already, so that a step copies nothing but its own token."""

    def __init__(self, keys: Tensor, values: Tensor, length: int = 0) -> None:
        """Take over buffers [N, B, H, C, D], of which the first `length` tokens are filled."""
        self.keys = keys
        self.values = values
        self.length = length

    @classmethod
    def empty(cls, shape: tuple[int, int, int, int, int], like: Tensor) -> Self:
        """Give a cache without tokens, of shape (N, B, H, C, D), on the device of `like`."""
        return cls(like.new_empty(shape), like.new_empty(shape))

    @property
    def capacity(self) -> int:
        """Tokens that fit before the buffers are copied to larger ones, C."""
        return int(self.keys.shape[3])

    @property
    def nbytes(self) -> int:
        """Bytes of the buffers, room for tokens to come included."""
        return self.keys.nbytes + self.values.nbytes

    def stand(self, tokens: Tensor, attention_mask: Tensor | None) -> Standing:
        """Say where new tokens stand and what they may look at."""
        return stand(tokens, self.length, attention_mask)

    def append(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Take in a layer's new keys and values; give views of those of all tokens so far."""
        start, end = self.length, self.length + keys.shape[2]
        if end > self.capacity:
            self._grow(end + GROWTH)
        self.keys[layer, :, :, start:end] = keys
        self.values[layer, :, :, start:end] = values
        if layer == self.keys.shape[0] - 1:
            self.length = end
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]

    def pick(self, rows: Sequence[int]) -> Self:
        """Give a cache whose row i is a copy of row `rows[i]`, with little room for more."""
        end = min(self.capacity, self.length + GROWTH)
        keys, values = self.keys[:, :, :, :end], self.values[:, :, :, :end]
        if list(rows) == [0] and keys.shape[1] == 1:
            return type(self)(keys.clone(), values.clone(), self.length)
        at = torch.tensor(rows, device=keys.device)
        return type(self)(keys[:, at], values[:, at], self.length)

    def _grow(self, capacity: int) -> None:
        for name in ("keys", "values"):
            old: Tensor = getattr(self, name)
            new = old.new_empty((*old.shape[:3], capacity, old.shape[4]))
            new[:, :, :, : self.length] = old[:, :, :, : self.length]
            setattr(self, name, new)

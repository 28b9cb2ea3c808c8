"""Decoding one row over memory that never moves, so that a GPU can replay a step as one graph.

The buffers are lent to one state at a time. The prompt is read into them as into any others; each
new token then runs a recorded step over the first few hundred places, as many as are needed.

Letters: X cross-attention blocks, N layers, H heads, C capacity, L latents, D head width.
"""

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from precedent_inference.model.flamingo import Flamingo, MediaKV
from precedent_inference.model.kv_cache import BufferCache
from precedent_inference.model.static_cache import StaticCache

BUCKET = 256
"""Places are read in multiples of so many tokens: a step's kernels have one size each."""


class Recorder(Protocol):
    """What records a step and gives its replay."""

    def record(self, step: Callable[[], Tensor]) -> Callable[[], Tensor]:
        """Give what runs `step` again, over the same memory."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The image that new tokens see."""

    media: MediaKV
    """[X, 1, H, M, L, D]."""
    number: int
    """Which one of them, counted from 1."""

    def is_same(self, other: "Seen") -> bool:
        """Say whether the other is this very image, in the same memory."""
        return self.media is other.media and self.number == other.number


class StaticDecoder:
    """One row's decoding."""

    def __init__(self, model: Flamingo, capacity: int, recorder: Recorder) -> None:
        """Take the memory for `capacity` tokens, rounded up to whole buckets."""
        language = model.config.language
        places = -(-capacity // BUCKET) * BUCKET
        shape = (language.layers, 1, language.heads, places, language.width // language.heads)
        weight = model.embedding.weight
        self._model = model
        self._recorder = recorder
        self._keys, self._values = weight.new_zeros(shape), weight.new_zeros(shape)
        self._token = torch.zeros((1, 1), dtype=torch.int64, device=weight.device)
        self._place = torch.zeros(1, dtype=torch.int64, device=weight.device)
        self._image = torch.ones((1, 1), dtype=torch.int64, device=weight.device)
        self._none = torch.zeros((1, 1), dtype=torch.int64, device=weight.device)
        self._media = _one_image(model)
        self._shown: Seen | None = None
        self._steps: dict[tuple[int, bool], Callable[[], Tensor]] = {}
        self._tenant: weakref.ref[BufferCache] | None = None

    def lend(self, capacity: int) -> BufferCache | None:
        """Give an empty cache over the buffers; None when they are lent or too small."""
        if capacity > self._keys.shape[3] or (self._tenant is not None and self._tenant()):
            return None
        cache = BufferCache(self._keys, self._values)
        self._tenant = weakref.ref(cache)
        return cache

    def holds(self, cache: BufferCache) -> bool:
        """Say whether a cache still lies in the buffers and has room for one more token."""
        return (
            self._tenant is not None
            and self._tenant() is cache
            and cache.keys is self._keys
            and cache.length < self._keys.shape[3]
        )

    def step(self, token: int, cache: BufferCache, seen: Seen | None) -> Tensor:
        """Give the logits [1, 1, vocabulary] after one more token; the cache grows by it.

        seen: None when the token sees no image.
        """
        assert self.holds(cache)
        self._show(seen)
        self._token.fill_(token)
        self._place.fill_(cache.length)
        places = (cache.length // BUCKET + 1) * BUCKET
        # A copy: the next replay writes where this one wrote.
        logits = self._recorded(places, seen is not None)().clone()
        cache.length += 1
        return logits

    def _show(self, seen: Seen | None) -> None:
        """Copy the image that is seen to where steps read it, unless it lies there."""
        if seen is None or (self._shown is not None and self._shown.is_same(seen)):
            return
        for own, given in zip(self._media, seen.media, strict=True):
            own.copy_(given[:, :, :, seen.number - 1 : seen.number])
        self._shown = seen

    def _recorded(self, places: int, sees: bool) -> Callable[[], Tensor]:
        found = self._steps.get((places, sees))
        if found is None:
            found = self._recorder.record(self._step_over(places, sees))
            self._steps[places, sees] = found
        return found

    def _step_over(self, places: int, sees: bool) -> Callable[[], Tensor]:
        keys, values = (x[:, :, :, :places] for x in (self._keys, self._values))
        cache = StaticCache(keys, values, self._place)
        media, index = (self._media, self._image) if sees else (None, self._none)
        return lambda: self._model.decode(self._token, media, index, cache)


def _one_image(model: Flamingo) -> MediaKV:
    cross, blocks = model.config.cross_attention, len(model.config.cross_layers)
    shape = (blocks, 1, cross.heads, 1, model.config.resampler.latents, cross.head_width)
    weight = model.embedding.weight
    return MediaKV(weight.new_zeros(shape), weight.new_zeros(shape))

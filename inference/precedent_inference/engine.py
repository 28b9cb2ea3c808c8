"""The engine: token ids and pictures in, token ids out. It knows nothing of text.

Prefill reads the whole prompt once and reuses what the caches hold; decode adds one token at a time
and carries the number of images seen, so that the placement rule holds for every new token.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from precedent_inference.backends.base import (
    Backend,
    EncodedImage,
    FloatArray,
    Media,
    Step,
    TokenState,
)
from precedent_inference.cache import ImageCache, PrefixCache, Row, seen_row
from precedent_inference.errors import Cancelled
from precedent_inference.images import ModelImage
from precedent_inference.placement import Placement, decode_index, media_index
from precedent_inference.sampling import Sampler, Sampling

IMAGE_BUDGET_BYTES = 256 * 1024**2
PREFIX_BUDGET_BYTES = 256 * 1024**2


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What the engine must know of a model's tokens."""

    image: int
    placement: Placement
    suppressed: tuple[int, ...]
    """Never generated; the image token is always among them."""
    stops: frozenset[int]
    """End the answer."""

    def __post_init__(self) -> None:
        assert self.image in self.suppressed


@dataclass(frozen=True, slots=True)
class Counts:
    """What a prefill computed and what it reused."""

    images_encoded: int
    images_reused: int
    prompt_tokens: int
    prompt_tokens_reused: int


@dataclass(frozen=True, slots=True, eq=False)
class Prefilled:
    """A prompt that has been read, ready to be answered."""

    logits: FloatArray
    """(vocabulary,), after the last prompt token."""
    state: TokenState
    media: Media
    images: int
    """Images in the prompt, all of them seen."""
    counts: Counts


class NewToken(NamedTuple):
    """One generated token."""

    token: int
    log_probability: float
    is_stop: bool


class Engine:
    """Runs one model for one question at a time; the caller sees to that."""

    def __init__(
        self,
        backend: Backend,
        rules: TokenRules,
        *,
        image_budget_bytes: int = IMAGE_BUDGET_BYTES,
        prefix_budget_bytes: int = PREFIX_BUDGET_BYTES,
    ) -> None:
        self.backend = backend
        self.rules = rules
        self.image_cache = ImageCache(image_budget_bytes)
        self.prefix_cache = PrefixCache(prefix_budget_bytes)

    def encode(self, images: Sequence[ModelImage]) -> tuple[list[EncodedImage], int]:
        """Give each picture encoded, and how many had to be computed; equal pictures count once."""
        known = {image.key: self.image_cache.get(image.key) for image in images}
        missing = {image.key: image for image in images if known[image.key] is None}
        if missing:
            pixels = np.stack([image.pixels for image in missing.values()])
            for key, encoded in zip(missing, self.backend.encode(pixels), strict=True):
                known[key] = encoded
                self.image_cache.put(key, encoded)
        found = [known[image.key] for image in images]
        return [image for image in found if image is not None], len(missing)

    def prefill(
        self, tokens: Sequence[int], images: Sequence[ModelImage], cancel: threading.Event
    ) -> Prefilled:
        """Read a prompt whose image tokens stand for `images`, in order. Raises Cancelled."""
        is_image = [token == self.rules.image for token in tokens]
        assert tokens
        assert sum(is_image) == len(images) > 0
        _check(cancel)
        encoded, computed = self.encode(images)
        _check(cancel)
        index = media_index(is_image, self.rules.placement)
        row = seen_row(tokens, index, [image.key for image in images])
        # The last token is always computed anew: its logits are wanted, and the cache holds none.
        state, reused = self._known(row[:-1])
        media = self.backend.join([encoded])
        step = Step(_row(tokens[reused:]), _row(index[reused:]))
        logits, state = self.backend.forward(step, media, state)
        self.prefix_cache.put(row, state)
        counts = Counts(computed, len(images) - computed, len(tokens), reused)
        return Prefilled(logits[0], state, media, len(images), counts)

    def decode(
        self, prompt: Prefilled, sampling: Sampling, cancel: threading.Event
    ) -> Iterator[NewToken]:
        """Give new tokens one by one, the stop token last if there is one. Raises Cancelled."""
        sampler = Sampler(sampling, self.rules.suppressed)
        index = _row([decode_index(self.rules.placement, prompt.images)])
        logits, state = prompt.logits, prompt.state
        for left in reversed(range(sampling.max_new_tokens)):
            token, log_probability = sampler.choose(logits)
            is_stop = token in self.rules.stops
            yield NewToken(token, log_probability, is_stop)
            if is_stop or left == 0:
                return
            _check(cancel)
            rows, state = self.backend.forward(Step(_row([token]), index), prompt.media, state)
            logits = rows[0]

    def _known(self, row: Row) -> tuple[TokenState | None, int]:
        found = self.prefix_cache.longest(row)
        if found is None:
            return None, 0
        state, shared = found
        return self.backend.truncate(state, shared), shared


def _row(numbers: Sequence[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.asarray(numbers, dtype=np.int64)[None]


def _check(cancel: threading.Event) -> None:
    if cancel.is_set():
        raise Cancelled("The answer was stopped.")

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
    IntArray,
    Media,
    Step,
    TokenState,
)
from precedent_inference.caches.image_store import ImageStore
from precedent_inference.caches.memory import ImageCache, PrefixCache, Row, seen_row
from precedent_inference.errors import Cancelled, PromptError
from precedent_inference.generation.sampling import Candidate, Sampler
from precedent_inference.images import ModelImage
from precedent_inference.placement import Placement, decode_index, media_index
from precedent_inference.protocol import Sampling

IMAGE_BUDGET_BYTES = 256 * 1024**2
PREFIX_BUDGET_BYTES = 256 * 1024**2

ENCODE_CHUNK = 8
PREFILL_CHUNK = 512
"""Pictures and prompt tokens computed at once; between chunks a question can be cancelled."""


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
class CacheBudgets:
    """Bytes that may be held in memory between questions."""

    images: int = IMAGE_BUDGET_BYTES
    prefixes: int = PREFIX_BUDGET_BYTES


@dataclass(frozen=True, slots=True)
class Counts:
    """What a prefill computed and what it reused."""

    images_encoded: int
    images_reused: int
    prompt_tokens: int
    prompt_tokens_reused: int


@dataclass(frozen=True, slots=True, eq=False)
class Prefilled:
    """A prompt that has been read, ready to be answered once: decoding uses its state up."""

    logits: FloatArray
    """(vocabulary,), after the last prompt token."""
    state: TokenState
    media: Media
    images: int
    """Images in the prompt, all of them seen."""
    encoded: tuple[EncodedImage, ...]
    """Those images, for media of more rows."""
    counts: Counts


class _Read(NamedTuple):
    """What reading a prompt gave, an answer behind it included."""

    logits: FloatArray
    """[A + 1, vocabulary]."""
    state: TokenState
    media: Media
    encoded: tuple[EncodedImage, ...]
    counts: Counts


class NewToken(NamedTuple):
    """One generated token."""

    token: int
    log_probability: float
    is_stop: bool
    best: tuple[Candidate, ...]
    """The likeliest tokens at its place, the best first; two at least."""


class Engine:
    """Runs one model for one question at a time; the caller sees to that."""

    def __init__(
        self,
        backend: Backend,
        rules: TokenRules,
        *,
        budgets: CacheBudgets | None = None,
        store: ImageStore | None = None,
    ) -> None:
        """Start with empty caches in memory; `store` keeps encoded images across restarts."""
        budgets = budgets or CacheBudgets()
        self.backend = backend
        self.rules = rules
        self.image_cache = ImageCache(budgets.images)
        self.prefix_cache = PrefixCache(budgets.prefixes)
        self._store = store

    def encode(
        self, images: Sequence[ModelImage], cancel: threading.Event | None = None
    ) -> tuple[list[EncodedImage], int]:
        """Give each picture encoded, and how many had to be computed; equal pictures count once.

        Raises Cancelled between two batches.
        """
        known: dict[str, EncodedImage] = {}
        missing: dict[str, ModelImage] = {}
        for image in images:
            found = self._kept(image.key)
            if found is None:
                missing[image.key] = image
            else:
                known[image.key] = found
        waiting = list(missing.values())
        for start in range(0, len(waiting), ENCODE_CHUNK):
            _check(cancel)
            chunk = waiting[start : start + ENCODE_CHUNK]
            pixels = np.stack([image.pixels for image in chunk])
            for image, encoded in zip(chunk, self.backend.encode(pixels), strict=True):
                known[image.key] = encoded
                self.image_cache.put(image.key, encoded)
                if self._store is not None:
                    self._store.put(image.key, self.backend.pack(encoded))
        return [known[image.key] for image in images], len(missing)

    def prefill(
        self,
        tokens: Sequence[int],
        images: Sequence[ModelImage],
        cancel: threading.Event,
        *,
        room: int = 0,
        is_kept: bool = True,
    ) -> Prefilled:
        """Read a prompt whose image tokens stand for `images`, in order.

        room: tokens that will be decoded after it. is_kept: keep its keys and values for the next
        question; without, it may still begin with what was kept before. Raises PromptError when
        there are not as many image tokens as images, and Cancelled.
        """
        read = self._read(tokens, images, (), cancel, room=room, is_kept=is_kept)
        state, media, encoded = read.state, read.media, read.encoded
        return Prefilled(read.logits[0], state, media, len(images), encoded, read.counts)

    def follow(
        self,
        tokens: Sequence[int],
        images: Sequence[ModelImage],
        answer: Sequence[int],
        cancel: threading.Event,
    ) -> FloatArray:
        """Read a prompt and a known answer at once, at the price of one `prefill`; keep nothing.

        Gives the logits [A + 1, vocabulary] after the prompt and after each token of the answer.
        """
        return self._read(tokens, images, answer, cancel, room=len(answer), is_kept=False).logits

    def decode(
        self, prompt: Prefilled, sampling: Sampling, cancel: threading.Event
    ) -> Iterator[NewToken]:
        """Give new tokens one by one, the stop token last if there is one. Raises Cancelled."""
        sampler = Sampler(sampling, self.rules.suppressed)
        index = _row([decode_index(self.rules.placement, prompt.images)])
        logits, state = prompt.logits, prompt.state
        for left in reversed(range(sampling.max_new_tokens)):
            token, log_probability, best = sampler.choose(logits)
            is_stop = token in self.rules.stops
            yield NewToken(token, log_probability, is_stop, best)
            if is_stop or left == 0:
                return
            _check(cancel)
            rows, state = self.backend.forward(Step(_row([token]), index), prompt.media, state)
            logits = rows[0, 0]

    def held(self, tokens: Sequence[int], keys: Sequence[str]) -> tuple[int, int]:
        """Give how many pictures, and how many leading tokens, of a prompt need not be computed.

        keys: of the pictures, in order. Changes nothing; may be called from any thread.
        """
        images = sum(
            key in self.image_cache or (self._store is not None and key in self._store)
            for key in keys
        )
        is_image = [token == self.rules.image for token in tokens]
        row = seen_row(tokens, media_index(is_image, self.rules.placement), keys)
        return images, self.prefix_cache.known(row[:-1])

    def forget(self) -> None:
        """Empty the caches in memory."""
        self.image_cache.clear()
        self.prefix_cache.clear()

    def _read(
        self,
        tokens: Sequence[int],
        images: Sequence[ModelImage],
        answer: Sequence[int],
        cancel: threading.Event,
        *,
        room: int,
        is_kept: bool,
    ) -> _Read:
        is_image = [token == self.rules.image for token in tokens]
        if sum(is_image) != len(images):
            raise PromptError(
                f"The prompt has {sum(is_image)} image tokens for {len(images)} pictures.",
                "Give each picture one image token.",
            )
        _check(cancel)
        encoded, computed = self.encode(images, cancel)
        index = media_index(is_image, self.rules.placement)
        row = seen_row(tokens, index, [image.key for image in images])
        # The last token is always computed anew: its logits are wanted, and the cache holds none.
        segments, reused = self.prefix_cache.longest(row[:-1])
        state = self.backend.start(segments, len(tokens) + room)
        media = self.backend.join([encoded])
        *starts, last = range(reused, len(tokens), PREFILL_CHUNK)
        for at in starts:
            _check(cancel)
            end = at + PREFILL_CHUNK
            _, state = self.backend.forward(
                Step(_row(tokens[at:end]), _row(index[at:end])), media, state
            )
        _check(cancel)
        seen = [decode_index(self.rules.placement, len(images))] * len(answer)
        wanted = tuple(range(-len(answer) - 1, 0))
        step = Step(_row([*tokens[last:], *answer]), _row([*index[last:], *seen]), wanted=wanted)
        logits, state = self.backend.forward(step, media, state)
        if is_kept:
            self._keep(row, state)
        counts = Counts(computed, len(images) - computed, len(tokens), reused)
        return _Read(logits[0], state, media, tuple(encoded), counts)

    def _kept(self, key: str) -> EncodedImage | None:
        """Give an encoded image from memory or from the disk."""
        found = self.image_cache.get(key)
        if found is not None or self._store is None:
            return found
        data = self._store.get(key)
        if data is None:
            return None
        try:
            image = self.backend.unpack(data)
        except ValueError:
            self._store.remove(key)
            return None
        self.image_cache.put(key, image)
        return image

    def _keep(self, row: Row, state: TokenState) -> None:
        self.prefix_cache.put(row, lambda start, end: self.backend.cut(state, start, end))


def _row(numbers: Sequence[int]) -> IntArray:
    return np.asarray(numbers, dtype=np.int64)[None]


def _check(cancel: threading.Event | None) -> None:
    if cancel is not None and cancel.is_set():
        raise Cancelled("The answer was stopped.")

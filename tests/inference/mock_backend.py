"""A backend without weights: the next token follows from what was read, so that tests can say it.

Each token's state is a number made of the token, the image it saw and everything before it; the
logits favour the token that a script names for the number of tokens read so far.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from precedent_inference.backends.base import (
    BackendReport,
    EncodedImage,
    FloatArray,
    IntArray,
    Media,
    Segment,
    Step,
    TokenState,
)

VOCABULARY = 16


@dataclass(frozen=True, slots=True, eq=False)
class MockImage:
    latents: FloatArray
    nbytes: int = 100


@dataclass(frozen=True, slots=True)
class MockMedia:
    rows: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class MockState:
    numbers: tuple[float, ...]
    """Of the first row."""
    others: tuple[tuple[float, ...], ...] = ()
    """Of the other rows of a batch."""

    @property
    def rows(self) -> tuple[tuple[float, ...], ...]:
        return (self.numbers, *self.others)

    @property
    def length(self) -> int:
        return len(self.numbers)

    @property
    def nbytes(self) -> int:
        return 10 * len(self.numbers)

    def split(self, at: int) -> "tuple[MockState, MockState]":
        return MockState(self.numbers[:at]), MockState(self.numbers[at:])


class MockBackend:
    """`script` names the favoured token by the number of tokens read."""

    def __init__(self, script: Mapping[int, int] | None = None) -> None:
        self.report = BackendReport("pytorch", "fp32", "mock")
        self.script = script or {}
        self.steps: list[Step] = []
        self.encoded = 0
        self.cancel_at_length: tuple[int, threading.Event] | None = None
        self.fails_with: Exception | None = None

    def encode(self, pixels: FloatArray) -> Sequence[EncodedImage]:
        self.encoded += len(pixels)
        return [MockImage(picture.reshape(1, -1)[:, :1]) for picture in pixels]

    def pack(self, image: EncodedImage) -> bytes:
        return image.latents.tobytes()

    def unpack(self, data: bytes) -> MockImage:
        return MockImage(np.frombuffer(data, np.float32).reshape(1, 1))

    def join(self, rows: Sequence[Sequence[EncodedImage]]) -> MockMedia:
        return MockMedia(tuple(tuple(float(i.latents[0, 0]) for i in row) for row in rows))

    def start(self, segments: Sequence[Segment], capacity: int) -> MockState:
        numbers = [number for segment in segments for number in own(segment).numbers]
        return MockState(tuple(numbers))

    def forward(self, step: Step, media: Media, state: TokenState) -> tuple[FloatArray, MockState]:
        assert isinstance(media, MockMedia)
        self.steps.append(step)
        if self.fails_with is not None:
            raise self.fails_with
        grown = [
            self._read(numbers, tokens, index, codes)
            for numbers, tokens, index, codes in zip(
                own(state).rows, step.tokens, step.media_index, media.rows, strict=True
            )
        ]
        end = len(grown[0])
        if self.cancel_at_length is not None and end >= self.cancel_at_length[0]:
            self.cancel_at_length[1].set()
        places = [range(step.tokens.shape[1])[at] for at in step.wanted]
        first = end - step.tokens.shape[1] + 1
        logits = np.stack([[self._logits(row[: first + at]) for at in places] for row in grown])
        return logits, MockState(grown[0], tuple(grown[1:]))

    def _read(
        self, numbers: Sequence[float], tokens: IntArray, index: IntArray, codes: Sequence[float]
    ) -> tuple[float, ...]:
        grown = list(numbers)
        for token, seen in zip(tokens, index, strict=True):
            code = codes[seen - 1] if seen else 0.0
            before = grown[-1] if grown else 0.0
            grown.append(float(np.tanh(0.7 * before + 0.1 * token + code)))
        return tuple(grown)

    def _logits(self, numbers: Sequence[float]) -> FloatArray:
        logits = np.full(VOCABULARY, numbers[-1], np.float32)
        logits += np.linspace(0, numbers[-1], VOCABULARY, dtype=np.float32)
        if len(numbers) in self.script:
            logits[self.script[len(numbers)]] += 50
        return logits

    def cut(self, state: TokenState, start: int, end: int) -> MockState:
        return MockState(own(state).numbers[start:end])

    def pick(self, state: TokenState, rows: Sequence[int]) -> MockState:
        first, *others = [own(state).rows[row] for row in rows]
        return MockState(first, tuple(others))


def own(state: TokenState | Segment) -> MockState:
    assert isinstance(state, MockState)
    return state


def row(step: Step) -> tuple[list[int], list[int]]:
    """Give a step's tokens and the images that they see."""
    tokens: IntArray = step.tokens
    return tokens[0].tolist(), step.media_index[0].tolist()

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
    codes: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class MockState:
    numbers: tuple[float, ...]

    @property
    def length(self) -> int:
        return len(self.numbers)

    @property
    def nbytes(self) -> int:
        return 10 * len(self.numbers)

    def split(self, at: int) -> "tuple[MockState, MockState]":
        return MockState(self.numbers[:at]), MockState(self.numbers[at:])


class MockBackend:
    """Batches of one row; `script` names the favoured token by the number of tokens read."""

    def __init__(self, script: Mapping[int, int] | None = None) -> None:
        self.report = BackendReport("pytorch", "fp32", "mock")
        self.script = script or {}
        self.steps: list[Step] = []
        self.encoded = 0
        self.cancel_at_length: tuple[int, threading.Event] | None = None

    def encode(self, pixels: FloatArray) -> Sequence[EncodedImage]:
        self.encoded += len(pixels)
        return [MockImage(picture.reshape(1, -1)[:, :1]) for picture in pixels]

    def pack(self, image: EncodedImage) -> bytes:
        return image.latents.tobytes()

    def unpack(self, data: bytes) -> MockImage:
        return MockImage(np.frombuffer(data, np.float32).reshape(1, 1))

    def join(self, rows: Sequence[Sequence[EncodedImage]]) -> MockMedia:
        return MockMedia(tuple(float(image.latents[0, 0]) for image in rows[0]))

    def start(self, segments: Sequence[Segment], capacity: int) -> MockState:
        numbers = [number for segment in segments for number in own(segment).numbers]
        return MockState(tuple(numbers))

    def forward(self, step: Step, media: Media, state: TokenState) -> tuple[FloatArray, MockState]:
        assert isinstance(media, MockMedia)
        self.steps.append(step)
        numbers = list(own(state).numbers)
        for token, index in zip(step.tokens[0], step.media_index[0], strict=True):
            code = media.codes[index - 1] if index else 0.0
            before = numbers[-1] if numbers else 0.0
            numbers.append(float(np.tanh(0.7 * before + 0.1 * token + code)))
        if self.cancel_at_length is not None and len(numbers) >= self.cancel_at_length[0]:
            self.cancel_at_length[1].set()
        logits = np.full((1, len(step.wanted), VOCABULARY), numbers[-1], np.float32)
        logits += np.linspace(0, numbers[-1], VOCABULARY, dtype=np.float32)
        if len(numbers) in self.script:
            logits[..., self.script[len(numbers)]] += 50
        return logits, MockState(tuple(numbers))

    def cut(self, state: TokenState, start: int, end: int) -> MockState:
        return MockState(own(state).numbers[start:end])

    def pick(self, state: TokenState, rows: Sequence[int]) -> MockState:
        assert list(rows) == [0]
        return own(state)


def own(state: TokenState | Segment) -> MockState:
    assert isinstance(state, MockState)
    return state


def row(step: Step) -> tuple[list[int], list[int]]:
    """Give a step's tokens and the images that they see."""
    tokens: IntArray = step.tokens
    return tokens[0].tolist(), step.media_index[0].tolist()

"""What the engine asks of whatever runs the arithmetic. Values in between belong to the backend.

Letters: B batch, T new tokens, S cached tokens, M media, L latents, V latent width, W wanted
positions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

BackendName = Literal["pytorch", "onnx"]


@dataclass(frozen=True, slots=True)
class BackendReport:
    """What really runs, as it is shown to the user."""

    name: BackendName
    precision: str
    device: str
    """The device or execution provider that runs the decoder."""
    warnings: tuple[str, ...] = ()
    """What was wanted and could not be had."""
    graphs: tuple[tuple[str, str], ...] = ()
    """Each exported graph and the provider that runs it; empty without graphs."""
    reason: str = ""
    """Why this device and precision were chosen, one sentence; empty when there was no choice."""
    free_bytes: int | None = None
    """Memory left on the device once the model is loaded; None for the machine's own memory."""


class EncodedImage(Protocol):
    """One image after vision tower, resampler and projection; depends on that image alone."""

    @property
    def latents(self) -> FloatArray:
        """(L, V)."""
        ...

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        ...


class Media(Protocol):
    """The encoded images of every row of a batch, ready for the decoder."""


class Segment(Protocol):
    """Keys and values of some neighbouring tokens, kept apart from any state."""

    @property
    def length(self) -> int:
        """Tokens."""
        ...

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        ...

    def split(self, at: int) -> tuple[Self, Self]:
        """Give the first `at` tokens and the rest; neither holds the memory of the other."""
        ...


class TokenState(Protocol):
    """Self-attention keys and values of the tokens so far, written on by every forward pass."""

    @property
    def length(self) -> int:
        """Cached tokens, S."""
        ...

    @property
    def nbytes(self) -> int:
        """Bytes held, room for tokens to come included."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """New tokens for every row of a batch."""

    tokens: IntArray
    """[B, T]."""
    media_index: IntArray
    """[B, T], the image each token sees, counted from 1 in its row; 0 for none."""
    mask: IntArray | None = None
    """[B, S + T], 0 where a token is left padding; None when nothing is padding."""
    wanted: tuple[int, ...] = (-1,)
    """Positions in T whose logits are given; the others are never computed."""

    @property
    def sees_images(self) -> bool:
        """Whether any token sees an image; without, cross-attention is zero and may be skipped."""
        return bool(self.media_index.any())

    @property
    def is_single(self) -> bool:
        """Whether it is one row's one new token, as while an answer is written."""
        return self.tokens.shape == (1, 1) and self.mask is None


class Backend(Protocol):
    """Images to keys and values, tokens to logits; every state is passed and given back."""

    @property
    def report(self) -> BackendReport:
        """What runs."""
        ...

    def encode(self, pixels: FloatArray) -> Sequence[EncodedImage]:
        """Encode normalised pictures [M, 3, size, size]."""
        ...

    def pack(self, image: EncodedImage) -> bytes:
        """Give an encoded image as bytes, for the disk."""
        ...

    def unpack(self, data: bytes) -> EncodedImage:
        """Give the image of `pack`. Raises ValueError when the bytes are not one of this model."""
        ...

    def join(self, rows: Sequence[Sequence[EncodedImage]]) -> Media:
        """Line up each row's images; rows may differ in number, down to none."""
        ...

    def start(self, segments: Sequence[Segment], capacity: int) -> TokenState:
        """Give a state of one row that holds copies of `segments`, with room for more.

        capacity: tokens to make room for, those of the segments included; a state that needs more
        grows by itself, at the price of a copy.
        """
        ...

    def forward(self, step: Step, media: Media, state: TokenState) -> tuple[FloatArray, TokenState]:
        """Give the logits [B, W, vocabulary] and the grown state.

        The state given is used up: its memory is written on by the one that comes back.
        """
        ...

    def cut(self, state: TokenState, start: int, end: int) -> Segment:
        """Give a copy of the keys and values of the tokens from `start` to before `end`.

        state: of one row.
        """
        ...

    def pick(self, state: TokenState, rows: Sequence[int]) -> TokenState:
        """Give a new state whose row i is a copy of row `rows[i]`."""
        ...

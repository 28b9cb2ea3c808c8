"""What the engine asks of whatever runs the arithmetic. Values in between belong to the backend.

Letters: B batch, T new tokens, S cached tokens, M media, L latents, V latent width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

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


class TokenState(Protocol):
    """Self-attention keys and values of the tokens so far."""

    @property
    def length(self) -> int:
        """Cached tokens, S."""
        ...

    @property
    def nbytes(self) -> int:
        """Bytes held."""
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


class Backend(Protocol):
    """Images to keys and values, tokens to logits; every state is passed and given back."""

    @property
    def report(self) -> BackendReport:
        """What runs."""
        ...

    def encode(self, pixels: FloatArray) -> Sequence[EncodedImage]:
        """Encode normalised pictures [M, 3, size, size]."""
        ...

    def join(self, rows: Sequence[Sequence[EncodedImage]]) -> Media:
        """Line up each row's images; rows may differ in number, and each has at least one."""
        ...

    def forward(
        self, step: Step, media: Media, state: TokenState | None
    ) -> tuple[FloatArray, TokenState]:
        """Give the logits [B, vocabulary] after each row's last token, and the grown state."""
        ...

    def truncate(self, state: TokenState, length: int) -> TokenState:
        """Give the state of the first `length` tokens; the given state stays as it is."""
        ...

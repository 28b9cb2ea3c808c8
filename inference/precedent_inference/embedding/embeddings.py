"""What is asked and told of picture embeddings, free of any runtime.

Another model, other weights or another preprocessing give vectors that must not be compared, so
every answer names what made it; an index of vectors thereby knows when it is stale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from precedent_inference.errors import EngineError

FloatArray = NDArray[np.float32]

BATCH: Final = 8
"""Pictures a client sends at once, so that a question never waits long behind them."""
MAX_PICTURES: Final = 64
"""The most that the engine takes at once."""


@dataclass(frozen=True, slots=True)
class EmbedderId:
    """What made a vector; vectors of unequal ones are never compared."""

    name: str
    """For people: the model's or encoder's name."""
    fingerprint: str
    """SHA-256 over the weights, the preprocessing and the pooling."""


@dataclass(frozen=True, slots=True)
class EmbedRequest:
    """Pictures that want vectors."""

    model: str
    """Whose tower is wanted; an encoder by setting takes its place."""
    images: tuple[bytes, ...]
    """Encoded; none asks only what would embed them."""


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """Vectors of pictures, in their order."""

    embedder: EmbedderId
    vectors: FloatArray
    """(pictures, width), each of length 1; (0, 0) where there was no picture."""


def unit_rows(raw: FloatArray, name: str) -> FloatArray:
    """Give each row with length 1; a row of zeros stays one. Raises EngineError for no number."""
    rows = np.asarray(raw, np.float64)
    if not np.isfinite(rows).all():
        raise EngineError(
            f"The encoder {name} gave something that is no number.", "Choose another encoder."
        )
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)


def joined(parts: Sequence[Embeddings]) -> Embeddings:
    """Put batches together. Raises EngineError when they were made by several embedders."""
    first = parts[0]
    if any(part.embedder != first.embedder for part in parts):
        raise EngineError("The engine changed its encoder meanwhile.", "Try again.")
    filled = [part.vectors for part in parts if len(part.vectors)]
    return Embeddings(first.embedder, np.concatenate(filled) if filled else first.vectors)

"""The vectors of a library's pictures in memory, and how like each of them is to another picture.

Every picture is compared, none is guessed: at 100,000 vectors of 768 numbers NumKong's
half-precision kernels read them all in less time than a graph search needs for the same recall,
nothing has to be built, and a removed vector is simply not written again. docs/suggest.md has the
figures.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numkong
import numpy as np
from numpy.typing import NDArray

from precedent_inference.embedding.embeddings import EmbedderId

HalfArray = NDArray[np.float16]
FloatArray = NDArray[np.float32]
HASH_BYTES: Final = 32


@dataclass(frozen=True, slots=True, eq=False)
class PictureVectors:
    """Vectors of length 1 under the hashes of their pictures, all made by one embedder."""

    embedder: EmbedderId
    pictures: tuple[str, ...] = ()
    """SHA-256 of each picture's PNG."""
    matrix: HalfArray = field(default_factory=lambda: np.zeros((0, 0), np.float16))
    """(pictures, width)."""

    def __len__(self) -> int:
        return len(self.pictures)

    def rows(self) -> Mapping[str, int]:
        """Give the row of each picture."""
        return {picture: row for row, picture in enumerate(self.pictures)}

    def cosines(self, vector: FloatArray) -> FloatArray:
        """Give the cosine of each row with a vector of length 1."""
        if not len(self):
            return np.zeros(0, np.float32)
        found = numkong.inner(np.ascontiguousarray(vector, np.float16), self.matrix)
        return np.asarray(found, np.float32).reshape(-1)

    def picked(self, rows: Sequence[int] | NDArray[np.intp]) -> FloatArray:
        """Give some rows in single precision."""
        return np.asarray(self.matrix[rows], np.float32)

    def only(self, wanted: Collection[str]) -> "PictureVectors":
        """Give those of the wanted pictures, in memory of their own."""
        kept = [row for row, picture in enumerate(self.pictures) if picture in wanted]
        if len(kept) == len(self):
            return self
        pictures = tuple(self.pictures[row] for row in kept)
        return PictureVectors(self.embedder, pictures, self.matrix[kept])

    def joined(self, new: Mapping[str, FloatArray]) -> "PictureVectors":
        """Give these and new ones; a picture that is here already keeps its vector."""
        here = frozenset(self.pictures)
        added = {picture: vector for picture, vector in new.items() if picture not in here}
        if not added:
            return self
        rows = np.stack(list(added.values())).astype(np.float16)
        matrix = np.concatenate([self.matrix, rows]) if len(self) else rows
        return PictureVectors(self.embedder, (*self.pictures, *added), matrix)

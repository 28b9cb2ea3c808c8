"""What a cosine means in this library: the scale of likeness, and the floor of what counts.

An encoder's cosines have no zero: two unrelated pictures may reach 0.1 with one and 0.9 with
another. So the library itself is the measure. Of a sample of its pictures three figures are taken:

- low: the 10th percentile of the cosines of all pairs;
- middle: their median;
- neighbours: the 5th percentile of each picture's cosine with its nearest other picture.

Likeness is (cosine - low) / (1 - low), cut to 0..1. The floor is half the way from the middle to
the neighbours: a picture whose nearest case stays below it has no neighbour here as the library's
own pictures have.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from precedent_plugin.suggest.vectors import FloatArray, PictureVectors

SAMPLE: Final = 128
"""Pictures; each is compared with all others."""
LOW, MIDDLE, NEIGHBOURS = 10, 50, 5
"""Percentiles."""
IDENTICAL: Final = 0.999
"""From this cosine on two pictures count as the same one, saved twice."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How cosines become likeness in one library."""

    low: float = 0.0
    floor_cosine: float = 0.5
    """Stands where fewer than two pictures say nothing about chance."""

    @classmethod
    def of(cls, vectors: PictureVectors) -> "Scale":
        """Measure it on a library's own pictures."""
        count = len(vectors)
        if count < 2:
            return cls()
        rows = np.unique(np.linspace(0, count - 1, min(count, SAMPLE)).astype(np.intp))
        cosines = np.stack([vectors.cosines(vector) for vector in vectors.picked(rows)])
        cosines[np.arange(len(rows)), rows] = np.nan  # itself
        others = cosines[:, :: max(1, count // 1024)]
        low, middle = (float(np.nanpercentile(others, at)) for at in (LOW, MIDDLE))
        nearest = float(np.percentile(np.nanmax(cosines, axis=1), NEIGHBOURS))
        return cls(min(low, 0.99), max(middle, (middle + nearest) / 2))

    @property
    def floor(self) -> float:
        """The least likeness that counts."""
        return float(self.likeness(np.array([self.floor_cosine], np.float32))[0])

    def likeness(self, cosines: FloatArray) -> FloatArray:
        """Give the likeness of cosines, 0..1."""
        return np.asarray(np.clip((cosines - self.low) / (1 - self.low), 0, 1), np.float32)

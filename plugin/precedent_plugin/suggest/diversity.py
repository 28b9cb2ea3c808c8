"""Relevant and not all the same: maximal marginal relevance.

Source: J. Carbonell and J. Goldstein, The use of MMR, SIGIR 1998: the next one has the largest
w * score - (1 - w) * likeness to the nearest of those chosen.
"""

from collections.abc import Sequence

import numpy as np

from precedent_plugin.suggest.vectors import FloatArray


def spread(
    scores: Sequence[float], likenesses: FloatArray, *, count: int, relevance: float
) -> list[int]:
    """Give the places of up to `count` items, as they are chosen.

    likenesses: (items, items), 0..1. relevance: w; 1 gives the best scores alone.
    """
    worth = np.asarray(scores, np.float64)
    nearest = np.zeros(len(worth))
    left = np.ones(len(worth), bool)
    chosen: list[int] = []
    while left.any() and len(chosen) < count:
        gain = np.where(left, relevance * worth - (1 - relevance) * nearest, -np.inf)
        best = int(gain.argmax())
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, likenesses[best])
    return chosen

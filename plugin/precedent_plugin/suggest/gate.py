"""The relevance gate: suggestions end where likeness drops, however many were asked for.

Scores s1 >= s2 >= ... of the cases above the floor fall by (s_i - s_(i+1)) / s_i from one to the
next. The largest fall among the first ones is where they are cut, if it is at least `FALL`; of
equal falls the first. One weak reference costs more accuracy than a missing one (SMMILE: up to
9.5 %).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

FALL: Final = 0.35
WORDS_FLOOR: Final = 0.2
"""The least likeness of words that counts where the picture has no weight."""


def cut_at(scores: Sequence[float], wanted: int) -> int:
    """Say how many of the scores, best first, belong together.

    wanted: falls further down than the one behind so many are not looked for.
    """
    first = scores[: wanted + 1]
    falls = [(one - other) / one if one > 0 else 0.0 for one, other in pairwise(first)]
    largest = max(falls, default=0.0)
    return falls.index(largest) + 1 if largest >= FALL else len(scores)

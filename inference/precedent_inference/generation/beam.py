"""Beam search over log-probabilities, without a model: which beams go on, which are finished.

The arithmetic is that of transformers 4.28 with early stopping off, which the public reference
uses: a finished beam's score is its summed log-probability over its length, prompt included, to the
power of the length penalty.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

NEVER = -1e9
"""The first score of all beams but one, so that the first step does not choose equal beams."""


class Hypothesis(NamedTuple):
    """A finished answer."""

    score: float
    tokens: tuple[int, ...]
    """New tokens, the stop token left out."""


class Chosen(NamedTuple):
    """What the beams go on with."""

    parents: list[int]
    """The beam that each new beam continues."""
    tokens: list[int]
    """The token that each new beam adds."""


@dataclass(slots=True)
class BeamSearch:
    """The beams of one prompt."""

    beams: int
    length_penalty: float
    stops: frozenset[int]
    is_done: bool = False
    _live: list[tuple[int, ...]] = field(default_factory=list)
    _scores: Scores = field(default_factory=lambda: np.zeros(0))
    _finished: list[Hypothesis] = field(default_factory=list)
    _worst: float = 1e9

    def __post_init__(self) -> None:
        self._live = [()] * self.beams
        self._scores = np.full(self.beams, NEVER)
        self._scores[0] = 0.0

    def advance(self, log_probabilities: Scores, length: int, *, attainable_at: int) -> Chosen:
        """Add one token to every beam.

        log_probabilities: (beams, vocabulary), of the next token. length: tokens of each beam so
        far, prompt included. attainable_at: the length at which a beam that goes on is compared
        with the finished ones; `length` + 1 for a prompt alone.
        """
        total = (log_probabilities + self._scores[:, None]).reshape(-1)
        vocabulary = log_probabilities.shape[1]
        # Two candidates a beam: enough even when every beam wants to stop.
        order = np.argsort(-total, kind="stable")[: 2 * self.beams]
        parents: list[int] = []
        tokens: list[int] = []
        scores: list[float] = []
        for rank, at in enumerate(order):
            parent, token = divmod(int(at), vocabulary)
            if token in self.stops:
                if rank < self.beams:
                    self._finish(self._live[parent], float(total[at]), length)
                continue
            parents.append(parent)
            tokens.append(token)
            scores.append(float(total[at]))
            if len(tokens) == self.beams:
                break
        self._live = [
            (*self._live[parent], token) for parent, token in zip(parents, tokens, strict=True)
        ]
        self._scores = np.array(scores)
        if len(self._finished) >= self.beams:
            best = float(total[order[0]]) / attainable_at**self.length_penalty
            self.is_done = self.is_done or self._worst >= best
        return Chosen(parents, tokens)

    def results(self, length: int) -> list[Hypothesis]:
        """Give the best answers, best first; `length` as in `advance`, of beams still going on."""
        if not self.is_done:
            for tokens, score in zip(self._live, self._scores, strict=True):
                self._finish(tokens, float(score), length)
        return sorted(self._finished, key=lambda hypothesis: hypothesis.score, reverse=True)

    def _finish(self, tokens: tuple[int, ...], score: float, length: int) -> None:
        normed = score / length**self.length_penalty
        if len(self._finished) < self.beams or normed > self._worst:
            self._finished.append(Hypothesis(normed, tokens))
            if len(self._finished) > self.beams:
                self._finished.remove(min(self._finished))
                self._worst = min(self._finished).score
            else:
                self._worst = min(normed, self._worst)

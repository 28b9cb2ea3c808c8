"""The choice of the next token from logits: greedy, or drawn at a temperature with a seed."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen and how many at most."""

    max_new_tokens: int
    temperature: float = 0.0
    """0 is greedy."""
    seed: int = 0


class Choice(NamedTuple):
    """A chosen token and the model's own log-probability of it, at temperature 1."""

    token: int
    log_probability: float


class Sampler:
    """Chooses tokens one after the other; the same seed and logits give the same row."""

    def __init__(self, sampling: Sampling, suppressed: tuple[int, ...]) -> None:
        self._temperature = sampling.temperature
        self._rng = np.random.default_rng(sampling.seed)
        self._suppressed = list(suppressed)

    def choose(self, logits: FloatArray) -> Choice:
        """Choose from logits (vocabulary,); suppressed tokens have no probability."""
        allowed = logits.astype(np.float64)
        allowed[self._suppressed] = -np.inf
        logs = log_softmax(allowed)
        if self._temperature == 0:
            # Of the logits: their softmax rounds tiny differences away.
            token = int(allowed.argmax())
        else:
            weights = np.exp(log_softmax(logs / self._temperature))
            token = int(self._rng.choice(len(weights), p=weights / weights.sum()))
        return Choice(token, float(logs[token]))


def log_softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the logarithms of the softmax over the last axis."""
    shifted = values - values.max(axis=-1, keepdims=True)
    total = np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return np.asarray(shifted - total, dtype=np.float64)

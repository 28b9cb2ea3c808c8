"""The choice of the next token from logits: rules as pure functions, and the sampler over them.

The rules and their order are those of transformers' logits processors (penalty, n-grams,
temperature, top-p), applied to the answer's own tokens.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from precedent_inference.errors import EngineError
from precedent_inference.protocol import Sampling

FloatArray = NDArray[np.float32]
Scores = NDArray[np.float64]


class Candidate(NamedTuple):
    """A token that might be chosen, and the model's own log-probability of it."""

    token: int
    log_probability: float


class Choice(NamedTuple):
    """A chosen token and the model's own log-probability of it, at temperature 1."""

    token: int
    log_probability: float
    best: tuple[Candidate, ...]
    """The likeliest tokens, the best first; two at least."""


class Sampler:
    """Chooses tokens one after the other; the same seed and logits give the same row."""

    def __init__(self, sampling: Sampling, suppressed: tuple[int, ...]) -> None:
        self._sampling = sampling
        self._rng = np.random.default_rng(sampling.seed)
        self._suppressed = suppressed
        self._row: list[int] = []

    def choose(self, logits: FloatArray) -> Choice:
        """Choose from logits (vocabulary,); suppressed tokens have no probability.

        Raises EngineError when the logits are not numbers.
        """
        allowed = suppress(logits, self._suppressed)
        logs = log_softmax(allowed)
        # Of the logits: their softmax rounds tiny differences away.
        scores = forbid_repetition(allowed, self._row, self._sampling)
        token = int(scores.argmax()) if self._sampling.temperature == 0 else self._draw(scores)
        self._row.append(token)
        return choice(logs, token, self._sampling.top_logprobs)

    def _draw(self, scores: Scores) -> int:
        logs = log_softmax((scores - scores.max()) / self._sampling.temperature)
        weights = np.exp(keep_likeliest(logs, self._sampling.top_p))
        return int(self._rng.choice(len(weights), p=weights / weights.sum()))


def choice(logs: Scores, token: int, top: int) -> Choice:
    """Give a token chosen from log-probabilities (vocabulary,), with the `top` likeliest ones."""
    return Choice(token, float(logs[token]), likeliest(logs, max(2, top)))


def suppress(logits: FloatArray, suppressed: tuple[int, ...]) -> Scores:
    """Give a copy of logits (..., vocabulary) in which some tokens cannot be chosen.

    Raises EngineError when the logits are not numbers.
    """
    if np.isnan(logits).any():
        raise EngineError(
            "The model's output is not a number: its weights are broken, or too large for this "
            "precision.",
            "Check the model with `precedent model verify`, or run it in another precision.",
        )
    allowed = logits.astype(np.float64)
    allowed[..., list(suppressed)] = -np.inf
    return allowed


def forbid_repetition(scores: Scores, row: Sequence[int], sampling: Sampling) -> Scores:
    """Apply a request's rules on repetition to the scores of the token after `row`."""
    penalised = penalise_repetition(scores, row, sampling.repetition_penalty)
    return block_ngrams(penalised, row, sampling.no_repeat_ngram)


def penalise_repetition(scores: Scores, row: Sequence[int], penalty: float) -> Scores:
    """Divide the scores of tokens in `row` by the penalty, multiply those below 0 with it.

    Source: Keskar et al. 2019, CTRL, section 4.1; for scores below 0 as transformers does.
    """
    if penalty == 1 or not row:
        return scores
    changed, used = scores.copy(), sorted(set(row))
    changed[used] = np.where(changed[used] < 0, changed[used] * penalty, changed[used] / penalty)
    return changed


def block_ngrams(scores: Scores, row: Sequence[int], size: int) -> Scores:
    """Forbid each token that would complete a run of `size` tokens that `row` holds already."""
    if size == 0 or len(row) < size:
        return scores
    head = tuple(row[len(row) - size + 1 :])
    runs = (tuple(row[at : at + size]) for at in range(len(row) - size + 1))
    blocked = [run[-1] for run in runs if run[:-1] == head]
    changed = scores.copy()
    changed[blocked] = -np.inf
    return changed


def keep_likeliest(logs: Scores, top_p: float) -> Scores:
    """Forbid all but the smallest set of likeliest tokens that has the probability `top_p`.

    Source: Holtzman et al. 2019, The Curious Case of Neural Text Degeneration, section 3.1.
    """
    if top_p >= 1:
        return logs
    order = np.argsort(-logs, kind="stable")
    before = np.cumsum(np.exp(logs[order])) - np.exp(logs[order])
    changed = logs.copy()
    changed[order[1:][before[1:] >= top_p]] = -np.inf
    return changed


def likeliest(logs: Scores, count: int) -> tuple[Candidate, ...]:
    """Give the `count` likeliest tokens, the best first; forbidden ones never."""
    count = min(count, len(logs))
    found = np.argpartition(-logs, count - 1)[:count]
    ordered = sorted((int(at) for at in found), key=lambda at: (-logs[at], at))
    return tuple(Candidate(at, float(logs[at])) for at in ordered if logs[at] > -np.inf)


def log_softmax(values: Scores) -> Scores:
    """Give the logarithms of the softmax over the last axis."""
    shifted = values - values.max(axis=-1, keepdims=True)
    total = np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return np.asarray(shifted - total, dtype=np.float64)

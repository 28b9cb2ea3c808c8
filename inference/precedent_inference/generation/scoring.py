"""How likely given rows of tokens are as answers to a prompt, in one batched pass.

The rows share the prompt's state and are padded on the right, where no token looks.
"""

import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from precedent_inference.backends.base import FloatArray, Step
from precedent_inference.engine import Engine, NewToken, Prefilled
from precedent_inference.errors import Cancelled
from precedent_inference.generation.sampling import choice, log_softmax, suppress
from precedent_inference.images import ModelImage
from precedent_inference.placement import decode_index

ROWS_AT_ONCE = 8
"""Each row holds a copy of the prompt's keys and values."""


class AnswerRow(NamedTuple):
    """An answer as tokens."""

    tokens: tuple[int, ...]
    is_closed: bool
    """Whether the stop token after it counts too."""

    @property
    def read(self) -> tuple[int, ...]:
        """The tokens to be read: what follows the last one of an open row is not asked."""
        return self.tokens if self.is_closed else self.tokens[:-1]


def score_rows(
    engine: Engine,
    prompt: Prefilled,
    rows: Sequence[AnswerRow],
    cancel: threading.Event,
    *,
    top: int = 0,
) -> list[tuple[NewToken, ...]]:
    """Give each row's tokens with their log-probabilities, after the prompt.

    The prompt's state is copied, not used up. top: how many of the likeliest tokens are wanted at
    each place. Raises Cancelled.
    """
    found: list[tuple[NewToken, ...]] = []
    for start in range(0, len(rows), ROWS_AT_ONCE):
        if cancel.is_set():
            raise Cancelled("The answer was stopped.")
        part = rows[start : start + ROWS_AT_ONCE]
        logits = _logits(engine, prompt, part)
        found += [
            scored(engine, row, given, top=top) for row, given in zip(part, logits, strict=True)
        ]
    return found


def score_with_prompt(
    engine: Engine,
    tokens: Sequence[int],
    images: Sequence[ModelImage],
    row: AnswerRow,
    cancel: threading.Event,
) -> tuple[NewToken, ...]:
    """Give one row's tokens with their log-probabilities, read in one pass with their prompt.

    Nothing of it is kept. Raises Cancelled.
    """
    return scored(engine, row, engine.follow(tokens, images, row.read, cancel))


def total(tokens: Sequence[NewToken]) -> float:
    """Give the log-probability of a whole row."""
    return sum(token.log_probability for token in tokens)


def _logits(engine: Engine, prompt: Prefilled, rows: Sequence[AnswerRow]) -> list[FloatArray]:
    """Give each row's logits [T + 1, vocabulary], those after the prompt first."""
    read = [row.read for row in rows]
    width = max(len(tokens) for tokens in read)
    first = prompt.logits[None]
    if width == 0:
        return [first] * len(rows)
    tokens = np.zeros((len(rows), width), np.int64)
    for at, row in enumerate(read):
        tokens[at, : len(row)] = row
    seen = np.full_like(tokens, decode_index(engine.rules.placement, prompt.images))
    media = engine.backend.join([prompt.encoded] * len(rows))
    state = engine.backend.pick(prompt.state, [0] * len(rows))
    step = Step(tokens, seen, wanted=tuple(range(width)))
    logits, _ = engine.backend.forward(step, media, state)  # [B, T, vocabulary]
    return [np.concatenate((first, row)) for row in logits]


def scored(
    engine: Engine, row: AnswerRow, logits: FloatArray, *, top: int = 0
) -> tuple[NewToken, ...]:
    """Give a row's tokens by the logits [T + 1, vocabulary] that were found at their places."""
    stops = engine.rules.stops
    length = len(row.tokens) + row.is_closed
    logs = log_softmax(suppress(logits[:length], engine.rules.suppressed))
    tokens = list(row.tokens)
    if row.is_closed:
        tokens.append(max(stops, key=lambda stop: float(logs[-1, stop])))
    chosen = [choice(at, token, top) for at, token in zip(logs, tokens, strict=True)]
    return tuple(
        NewToken(one.token, one.log_probability, one.token in stops, one.best) for one in chosen
    )

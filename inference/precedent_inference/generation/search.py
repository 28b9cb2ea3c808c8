"""Answers as rows of tokens: the beam search for the likeliest, and the answer that came next."""

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from precedent_inference.backends.base import Step
from precedent_inference.engine import Engine, NewToken, Prefilled
from precedent_inference.errors import Cancelled
from precedent_inference.generation.beam import BeamSearch
from precedent_inference.generation.sampling import Scores, forbid_repetition, log_softmax, suppress
from precedent_inference.generation.scoring import AnswerRow, score_rows
from precedent_inference.placement import decode_index
from precedent_inference.protocol import Sampling

FIRST_ROW = [0]


def search_beams(
    engine: Engine, prompt: Prefilled, sampling: Sampling, cancel: threading.Event
) -> list[tuple[NewToken, ...]]:
    """Give the answers that a beam search finds, the best first.

    The order is by log-probability over length, which counts the prompt, to the power of the length
    penalty. The prompt's state is copied, not used up. Raises Cancelled before each token. Source:
    transformers 4.28, by which the public reference generates.
    """
    backend, rules = engine.backend, engine.rules
    search = BeamSearch(sampling.beams, sampling.length_penalty, rules.stops)
    media = backend.join([prompt.encoded] * sampling.beams)
    seen = np.full((sampling.beams, 1), decode_index(rules.placement, prompt.images))
    rows: list[tuple[int, ...]] = [()] * sampling.beams
    logits = np.repeat(prompt.logits[None], sampling.beams, 0)
    state = prompt.state
    length = prompt.state.length
    for step in range(sampling.max_new_tokens):
        logs = log_softmax(suppress(logits, rules.suppressed))
        chosen = search.advance(
            _without_repetition(logs, rows, sampling),
            length + step,
            attainable_at=length + step + 1,
        )
        rows = [
            (*rows[parent], token)
            for parent, token in zip(chosen.parents, chosen.tokens, strict=True)
        ]
        if search.is_done or step + 1 == sampling.max_new_tokens:
            break
        if cancel.is_set():
            raise Cancelled("The answer was stopped.")
        state = backend.pick(state, FIRST_ROW * sampling.beams if step == 0 else chosen.parents)
        tokens = np.array(chosen.tokens, np.int64)[:, None]
        given, state = backend.forward(Step(tokens, seen), media, state)
        logits = given[:, 0]
    found = search.results(length + len(rows[0]))
    closed = [AnswerRow(row.tokens, len(row.tokens) < sampling.max_new_tokens) for row in found]
    return score_rows(engine, prompt, closed, cancel, top=sampling.top_logprobs)


def copy_prompt(engine: Engine, prompt: Prefilled) -> Prefilled:
    """Give the prompt with a state of its own, for a second answer."""
    return replace(prompt, state=engine.backend.pick(prompt.state, FIRST_ROW))


def leave_answer(
    engine: Engine,
    prompt: Prefilled,
    given: Sequence[NewToken],
    sampling: Sampling,
    cancel: threading.Event,
) -> Iterator[NewToken]:
    """Give the likeliest way to leave a given answer, continued greedily; uses the prompt up.

    The answer is left at the one token where that costs least: where the probability of the answer
    so far times that of the best other token is highest. Nothing is given when no other token was
    possible. Raises Cancelled.
    """
    branch = _branch(given, engine.rules.stops)
    yield from branch
    left = sampling.max_new_tokens - len(branch)
    if not branch or branch[-1].is_stop or left == 0:
        return
    if cancel.is_set():
        raise Cancelled("The answer was stopped.")
    tokens = np.array([[token.token for token in branch]], np.int64)
    seen = np.full_like(tokens, decode_index(engine.rules.placement, prompt.images))
    logits, state = engine.backend.forward(Step(tokens, seen), prompt.media, prompt.state)
    rest = replace(prompt, logits=logits[0, 0], state=state)
    greedy = replace(sampling, max_new_tokens=left, temperature=0.0)
    yield from engine.decode(rest, greedy, cancel)


def _branch(given: Sequence[NewToken], stops: frozenset[int]) -> tuple[NewToken, ...]:
    """Give the answer up to where another one leaves it, and the other one's first token."""
    so_far, best = 0.0, -math.inf
    found: tuple[NewToken, ...] = ()
    for at, token in enumerate(given):
        for other in token.best:
            if other.token != token.token and so_far + other.log_probability > best:
                best = so_far + other.log_probability
                new = NewToken(*other, other.token in stops, token.best)
                found = (*given[:at], new)
        so_far += token.log_probability
    return found


def _without_repetition(
    logs: Scores, rows: Sequence[tuple[int, ...]], sampling: Sampling
) -> Scores:
    return np.stack(
        [forbid_repetition(own, row, sampling) for own, row in zip(logs, rows, strict=True)]
    )

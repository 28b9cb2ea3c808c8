"""How long it takes to say which of the cases carried an answer, beside one first token."""

import threading
import time
from collections.abc import Callable, Sequence
from itertools import pairwise

from precedent_inference.engine import Engine
from precedent_inference.images import ModelImage

NEVER = threading.Event()
ANSWER = 4
"""Tokens of the answer that is weighed."""


def time_influences(
    engine: Engine, tokens: Sequence[int], images: Sequence[ModelImage]
) -> dict[str, float]:
    """Time a first token whose pictures are known, and leaving out each case in turn.

    tokens: a prompt in which each case begins with its image token, and the question with the last
    one. The weighed answer is the prompt's own beginning: what it says costs nothing.
    """
    engine.prefill(tokens, images, NEVER)
    engine.prefix_cache.clear()
    first = _timed(lambda: engine.prefill(tokens, images, NEVER))
    answer = list(tokens[:ANSWER])
    starts = [at for at, token in enumerate(tokens) if token == engine.rules.image]

    def weigh_all() -> None:
        engine.follow(tokens, images, answer, NEVER)
        for at, (start, end) in enumerate(pairwise(starts)):
            fewer = [*tokens[:start], *tokens[end:]]
            engine.follow(fewer, [*images[:at], *images[at + 1 :]], answer, NEVER)

    return {"cached_first_token": first, "influences": _timed(weigh_all)}


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started

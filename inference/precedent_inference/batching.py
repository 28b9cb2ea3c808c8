"""Many prompts answered greedily together, for measurements; rows are padded on the left."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from precedent_inference.backends.base import IntArray, Step
from precedent_inference.engine import Engine
from precedent_inference.images import ModelImage
from precedent_inference.placement import NO_IMAGE, decode_index, media_index


@dataclass(frozen=True, slots=True, eq=False)
class BatchRow:
    """One prompt: its tokens and the pictures of its image tokens, in order."""

    tokens: tuple[int, ...]
    images: tuple[ModelImage, ...]


def answer_batch(
    engine: Engine, rows: Sequence[BatchRow], max_new_tokens: int
) -> list[tuple[int, ...]]:
    """Give each row's new tokens, its stop token left out; the same as one by one, to rounding."""
    rules = engine.rules
    unique = {image.key: image for row in rows for image in row.images}
    encoded = dict(zip(unique, engine.encode(list(unique.values()))[0], strict=True))
    media = engine.backend.join([[encoded[image.key] for image in row.images] for row in rows])
    tokens, index, mask = _padded(engine, rows)
    room = tokens.shape[1] + max_new_tokens
    empty = engine.backend.pick(engine.backend.start([], room), [0] * len(rows))
    given, state = engine.backend.forward(Step(tokens, index, mask), media, empty)
    seen = np.array([[decode_index(rules.placement, len(row.images))] for row in rows])
    found: list[list[int]] = [[] for _ in rows]
    is_done = np.zeros(len(rows), bool)
    for left in reversed(range(max_new_tokens)):
        logits = given[:, 0]
        logits[:, list(rules.suppressed)] = -np.inf
        chosen = logits.argmax(-1)
        is_done |= np.isin(chosen, list(rules.stops))
        for at in np.flatnonzero(~is_done):
            found[at].append(int(chosen[at]))
        if is_done.all() or left == 0:
            break
        mask = np.pad(mask, ((0, 0), (0, 1)), constant_values=1)
        step = Step(chosen[:, None].astype(np.int64), seen, mask)
        given, state = engine.backend.forward(step, media, state)
    return [tuple(tokens) for tokens in found]


def _padded(engine: Engine, rows: Sequence[BatchRow]) -> tuple[IntArray, IntArray, IntArray]:
    """Give tokens, images seen and mask, each [B, T]; a masked place is never read."""
    rules = engine.rules
    length = max(len(row.tokens) for row in rows)
    tokens = np.zeros((len(rows), length), np.int64)
    index = np.full((len(rows), length), NO_IMAGE, np.int64)
    mask = np.zeros((len(rows), length), np.int64)
    for at, row in enumerate(rows):
        start = length - len(row.tokens)
        is_image = [token == rules.image for token in row.tokens]
        tokens[at, start:] = row.tokens
        index[at, start:] = media_index(is_image, rules.placement)
        mask[at, start:] = 1
    return tokens, index, mask

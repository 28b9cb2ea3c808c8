"""One prompt before many pictures of its question, several at once.

What stands before the question's pictures, and sees none of them, is read once.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from precedent_inference.backends.base import EncodedImage, Step
from precedent_inference.engine import Prefilled
from precedent_inference.errors import Cancelled
from precedent_inference.evidence.subject import Subject
from precedent_inference.evidence.variant import Pictures
from precedent_inference.generation.scoring import ROWS_AT_ONCE, scored, total
from precedent_inference.placement import decode_index, media_index


def weigh_queries(subject: Subject, queries: Sequence[Pictures]) -> Iterator[list[float]]:
    """Give the given answer's log-probability for each row of pictures, a batch at a time.

    The pictures are encoded for this alone and never kept. Raises Cancelled between batches.
    """
    shared = _Shared(subject)
    for start in range(0, len(queries), ROWS_AT_ONCE):
        if subject.cancel.is_set():
            raise Cancelled("The answer was stopped.")
        yield shared.weigh(queries[start : start + ROWS_AT_ONCE])


class _Shared:
    """The question as asked, read up to what depends on its pictures."""

    def __init__(self, subject: Subject) -> None:
        engine, asked = subject.engine, subject.asked
        self._subject = subject
        tokens = subject.encode(asked).tokens
        is_image = [token == engine.rules.image for token in tokens]
        index = media_index(is_image, engine.rules.placement)
        before = [image for shot in asked.shots for image in shot]
        start = next(at for at, seen in enumerate(index) if seen > len(before))
        read = subject.row.read
        self._tail = [*tokens[start:], *read]
        images = len(asked.images)
        self._seen = [*index[start:], *[decode_index(engine.rules.placement, images)] * len(read)]
        self._prompt: Prefilled | None = None
        if start:
            self._prompt = engine.prefill(tokens[:start], before, subject.cancel)

    def weigh(self, queries: Sequence[Pictures]) -> list[float]:
        """Give the given answer's log-probability for each row of pictures."""
        subject, engine = self._subject, self._subject.engine
        pixels = np.stack([image.pixels for query in queries for image in query])
        encoded = iter(engine.backend.encode(pixels))
        known: tuple[EncodedImage, ...] = () if self._prompt is None else self._prompt.encoded
        media = engine.backend.join(
            [[*known, *(next(encoded) for _ in query)] for query in queries]
        )
        if self._prompt is None:
            start = engine.backend.start([], len(self._tail))
        else:
            start = self._prompt.state
        state = engine.backend.pick(start, [0] * len(queries))
        rows = (len(queries), 1)
        wanted = tuple(range(-len(subject.row.read) - 1, 0))
        step = Step(np.tile(self._tail, rows), np.tile(self._seen, rows), wanted=wanted)
        logits, _ = engine.backend.forward(step, media, state)
        return [total(scored(engine, subject.row, row)) for row in logits]

"""Recorded steps give the logits of ordinary ones, whatever was in their memory before.

The recorder here runs a step anew instead of replaying it: what is tested is that a step reads and
writes nothing but memory that never moves.
"""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from tests.inference.tiny import SIZE, VOCABULARY, tiny_config
from torch import Tensor

from precedent_inference.backends.base import Media, Step, TokenState
from precedent_inference.backends.pytorch import TorchBackend
from precedent_inference.backends.static_decoder import BUCKET, StaticDecoder
from precedent_inference.model.flamingo import Flamingo
from precedent_inference.placement import Placement

CAPACITY = 2 * BUCKET
IMAGES = 3


class Again:
    """Counts what is recorded, and runs it as it is."""

    def __init__(self) -> None:
        self.recorded = 0

    def record(self, step: Callable[[], Tensor]) -> Callable[[], Tensor]:
        self.recorded += 1
        first = step()

        def replay() -> Tensor:
            # A graph's result lies where it lay when it was recorded.
            first.copy_(step())
            return first

        return replay


class Unable:
    """A device on which nothing can be recorded."""

    def record(self, step: Callable[[], Tensor]) -> Callable[[], Tensor]:
        raise RuntimeError("operation not permitted when stream is capturing")


def model(placement: Placement = "previous") -> Flamingo:
    torch.manual_seed(3)
    made = Flamingo(tiny_config(placement))
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if name.endswith("_gate"):
                parameter.fill_(0.8)
    return made.eval().requires_grad_(requires_grad=False)


def pixels(seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    drawn = np.random.default_rng(seed).standard_normal((IMAGES, 3, SIZE, SIZE))
    return drawn.astype(np.float32)


def tokens(count: int, seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.random.default_rng(seed).integers(4, VOCABULARY, (1, count))


def read(backend: TorchBackend, count: int, seed: int = 0) -> tuple[Media, TokenState]:
    media = backend.join([backend.encode(pixels(seed))])
    given = tokens(count, seed)
    index = np.minimum(np.arange(count) // 4, IMAGES)[None]
    _, state = backend.forward(Step(given, index), media, backend.start([], CAPACITY))
    return media, state


def write(
    backend: TorchBackend, media: Media, state: TokenState, *, new: int, sees: int
) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    found = []
    for at in range(new):
        logits, state = backend.forward(Step(tokens(1, at), np.array([[sees]])), media, state)
        found.append(logits)
    return found


def backends(placement: Placement = "previous") -> tuple[TorchBackend, TorchBackend, Again]:
    recorder = Again()
    made = model(placement)
    static = TorchBackend(made, static=StaticDecoder(made, CAPACITY, recorder))
    return TorchBackend(made), static, recorder


@pytest.mark.parametrize("sees", [0, 2, IMAGES])
@pytest.mark.parametrize("prompt", [2, 20, BUCKET - 2])
def test_recorded_steps_give_the_logits_of_ordinary_ones(prompt: int, sees: int) -> None:
    plain, static, recorder = backends()
    wanted = write(plain, *read(plain, prompt), new=5, sees=sees)
    found = write(static, *read(static, prompt), new=5, sees=sees)
    np.testing.assert_allclose(np.stack(found), np.stack(wanted), atol=1e-5)
    assert recorder.recorded == (2 if prompt == BUCKET - 2 else 1)


def test_what_an_earlier_question_left_in_the_memory_is_not_seen() -> None:
    plain, static, _ = backends()
    write(static, *read(static, 2 * BUCKET - 8, seed=7), new=5, sees=1)
    wanted = write(plain, *read(plain, 20), new=5, sees=2)
    np.testing.assert_allclose(
        np.stack(write(static, *read(static, 20), new=5, sees=2)), np.stack(wanted), atol=1e-5
    )


def test_two_answers_at_once_do_not_share_the_memory() -> None:
    plain, static, _ = backends()
    first, second = read(static, 20, seed=1), read(static, 30, seed=2)
    found = [*write(static, *first, new=3, sees=1), *write(static, *second, new=3, sees=3)]
    wanted = [
        *write(plain, *read(plain, 20, seed=1), new=3, sees=1),
        *write(plain, *read(plain, 30, seed=2), new=3, sees=3),
    ]
    np.testing.assert_allclose(np.stack(found), np.stack(wanted), atol=1e-5)


def test_an_answer_longer_than_the_memory_goes_on_elsewhere() -> None:
    plain, static, _ = backends()
    found = write(static, *read(static, CAPACITY - 2), new=4, sees=0)
    wanted = write(plain, *read(plain, CAPACITY - 2), new=4, sees=0)
    np.testing.assert_allclose(np.stack(found), np.stack(wanted), atol=1e-5)


def test_a_copy_of_a_state_leaves_the_lent_memory_alone() -> None:
    plain, static, _ = backends()
    media, state = read(static, 20)
    copy = static.pick(state, [0])
    write(static, media, copy, new=3, sees=1)
    wanted = write(plain, *read(plain, 20), new=3, sees=2)
    np.testing.assert_allclose(
        np.stack(write(static, media, state, new=3, sees=2)), np.stack(wanted), atol=1e-5
    )


def test_where_nothing_can_be_recorded_the_answer_is_the_same_and_says_so() -> None:
    plain, made = backends()[0], model()
    unable = TorchBackend(made, static=StaticDecoder(made, CAPACITY, Unable()))
    found = write(unable, *read(unable, 20), new=3, sees=1)
    wanted = write(plain, *read(plain, 20), new=3, sees=1)
    np.testing.assert_allclose(np.stack(found), np.stack(wanted), atol=1e-5)
    assert unable.report.warnings == (
        "Decoding runs step by step, and slower: recording it failed "
        "(operation not permitted when stream is capturing).",
    )

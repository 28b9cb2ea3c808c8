"""The engine on a mock backend: what is read, what is seen, what ends an answer."""

import math
import threading

import numpy as np
import pytest
from tests.inference.mock_backend import MockBackend, row

from precedent_inference.engine import Engine, TokenRules
from precedent_inference.errors import Cancelled
from precedent_inference.images import ModelImage
from precedent_inference.placement import Placement
from precedent_inference.protocol import Sampling

IMAGE, STOP, PAD = 1, 2, 3
NEVER = threading.Event()


def image(code: float) -> ModelImage:
    pixels = np.full((3, 2, 2), code, np.float32)
    return ModelImage(np.zeros((2, 2, 3), np.uint8), pixels, f"image-{code}")


def engine(backend: MockBackend, placement: Placement = "previous") -> Engine:
    return Engine(backend, TokenRules(IMAGE, placement, (IMAGE, PAD), frozenset({STOP})))


def answer(
    engine: Engine, tokens: list[int], images: list[ModelImage], sampling: Sampling
) -> list[int]:
    prompt = engine.prefill(tokens, images, NEVER)
    return [new.token for new in engine.decode(prompt, sampling, NEVER)]


def test_an_answer_ends_with_the_stop_token() -> None:
    backend = MockBackend({3: 7, 4: 8, 5: STOP})
    assert answer(engine(backend), [IMAGE, 5, 6], [image(0.1)], Sampling(9)) == [7, 8, STOP]


def test_an_answer_ends_at_its_bound_without_a_needless_step() -> None:
    backend = MockBackend({3: 7, 4: 8})
    assert answer(engine(backend), [IMAGE, 5, 6], [image(0.1)], Sampling(2)) == [7, 8]
    assert len(backend.steps) == 2


@pytest.mark.parametrize("token", [IMAGE, PAD])
def test_image_and_pad_are_never_generated(token: int) -> None:
    backend = MockBackend(dict.fromkeys(range(20), token))
    assert token not in answer(engine(backend), [IMAGE, 5, 6], [image(0.1)], Sampling(6))


def test_with_previous_new_tokens_see_the_last_image() -> None:
    backend = MockBackend({4: 7, 5: 7})
    answer(engine(backend), [IMAGE, 5, IMAGE, 6], [image(0.1), image(0.2)], Sampling(2))
    assert row(backend.steps[0]) == ([IMAGE, 5, IMAGE, 6], [1, 1, 2, 2])
    assert row(backend.steps[1]) == ([7], [2])


def test_with_next_new_tokens_see_no_image() -> None:
    backend = MockBackend({4: 7, 5: 7})
    answer(engine(backend, "next"), [IMAGE, 5, IMAGE, 6], [image(0.1), image(0.2)], Sampling(2))
    assert row(backend.steps[0]) == ([IMAGE, 5, IMAGE, 6], [1, 2, 2, 0])
    assert row(backend.steps[1]) == ([7], [0])


def test_cancel_stops_before_the_next_step() -> None:
    backend, cancel = MockBackend({3: 7, 4: 8, 5: 9}), threading.Event()
    backend.cancel_at_length = (4, cancel)
    runner = engine(backend)
    prompt = runner.prefill([IMAGE, 5, 6], [image(0.1)], cancel)
    found: list[int] = []
    with pytest.raises(Cancelled):
        found.extend(new.token for new in runner.decode(prompt, Sampling(9), cancel))
    assert backend.steps[-1].tokens.tolist() == [[7]]


def test_a_cancelled_question_encodes_nothing() -> None:
    backend, cancel = MockBackend(), threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        engine(backend).prefill([IMAGE, 5], [image(0.1)], cancel)
    assert backend.encoded == 0


def test_a_picture_is_encoded_once() -> None:
    backend = MockBackend()
    runner = engine(backend)
    counts = runner.prefill([IMAGE, IMAGE, 5], [image(0.1), image(0.1)], NEVER).counts
    again = runner.prefill([IMAGE, 6], [image(0.1)], NEVER).counts
    assert (counts.images_encoded, counts.images_reused) == (1, 1)
    assert (again.images_encoded, again.images_reused) == (0, 1)
    assert backend.encoded == 1


@pytest.mark.parametrize(
    ("placement", "reused"),
    # With "next" the text of the last reference sees the query's image.
    [("next", 4), ("previous", 6)],
)
def test_a_new_query_image_reuses_what_does_not_see_it(placement: Placement, reused: int) -> None:
    runner = engine(MockBackend(), placement)
    tokens = [IMAGE, 5, 6, IMAGE, 7, 8, IMAGE, 9]
    runner.prefill(tokens, [image(0.1), image(0.2), image(0.3)], NEVER)
    counts = runner.prefill(tokens, [image(0.1), image(0.2), image(0.4)], NEVER).counts
    assert counts.prompt_tokens_reused == reused


def test_the_same_question_again_reads_one_token() -> None:
    backend = MockBackend()
    runner = engine(backend)
    first = runner.prefill([IMAGE, 5, 6], [image(0.1)], NEVER)
    again = runner.prefill([IMAGE, 5, 6], [image(0.1)], NEVER)
    assert again.counts.prompt_tokens_reused == 2
    np.testing.assert_array_equal(first.logits, again.logits)


def test_the_probability_of_an_answer_is_that_of_its_tokens() -> None:
    runner = engine(MockBackend({3: 7, 4: STOP}))
    prompt = runner.prefill([IMAGE, 5, 6], [image(0.1)], NEVER)
    logs = [new.log_probability for new in runner.decode(prompt, Sampling(9), NEVER)]
    assert math.exp(sum(logs)) == pytest.approx(1.0, abs=1e-6)


def test_a_seed_gives_the_same_row_of_tokens() -> None:
    drawn = [
        answer(engine(MockBackend()), [IMAGE, 5], [image(0.1)], Sampling(8, 2.0, seed))
        for seed in (4, 4, 5)
    ]
    assert drawn[0] == drawn[1] != drawn[2]

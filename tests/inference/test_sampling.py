"""The choice of a token and its probability."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedent_inference.sampling import Sampler, Sampling

LOGITS = st.lists(st.floats(-30, 30, width=32), min_size=3, max_size=12).map(
    lambda values: np.array(values, np.float32)
)


@given(LOGITS)
def test_greedy_takes_the_best_that_is_allowed(logits: np.ndarray) -> None:
    choice = Sampler(Sampling(1), (0,)).choose(logits)
    assert choice.token != 0
    assert logits[choice.token] == logits[1:].max()


@given(LOGITS, st.floats(0.1, 5), st.integers(0, 99))
def test_a_suppressed_token_is_never_drawn(
    logits: np.ndarray, temperature: float, seed: int
) -> None:
    sampler = Sampler(Sampling(1, temperature, seed), (0, 2))
    assert {sampler.choose(logits).token for _ in range(20)}.isdisjoint({0, 2})


def test_the_probability_is_that_of_the_softmax() -> None:
    logits = np.log(np.array([0.1, 0.6, 0.3], np.float32))
    assert math.exp(Sampler(Sampling(1), ()).choose(logits).log_probability) == pytest.approx(0.6)


def test_drawing_follows_the_probabilities() -> None:
    logits = np.log(np.array([0.2, 0.8], np.float32))
    sampler = Sampler(Sampling(1, 1.0, 3), ())
    share = np.mean([sampler.choose(logits).token for _ in range(2000)])
    assert share == pytest.approx(0.8, abs=0.04)

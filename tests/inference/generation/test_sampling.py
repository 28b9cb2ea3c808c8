"""The choice of a token: rules against transformers' own, probabilities by hand."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import (
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    TopPLogitsWarper,
)

from precedent_inference.errors import EngineError
from precedent_inference.generation.sampling import (
    Sampler,
    block_ngrams,
    keep_likeliest,
    likeliest,
    log_softmax,
    penalise_repetition,
)
from precedent_inference.protocol import Sampling

LOGITS = st.lists(st.floats(-30, 30, width=32), min_size=3, max_size=12).map(
    lambda values: np.array(values, np.float32)
)
ROWS = st.lists(st.integers(0, 2), max_size=12)


@given(LOGITS)
def test_greedy_takes_the_best_that_is_allowed(logits: np.ndarray) -> None:
    choice = Sampler(Sampling(1), (0,)).choose(logits)
    assert choice.token != 0
    assert logits[choice.token] == logits[1:].max()


@given(LOGITS, st.floats(1e-300, 5), st.floats(0, 1), st.integers(0, 99))
def test_a_suppressed_token_is_never_drawn(
    logits: np.ndarray, temperature: float, top_p: float, seed: int
) -> None:
    sampler = Sampler(Sampling(1, temperature, seed, top_p), (0, 2))
    assert {sampler.choose(logits).token for _ in range(20)}.isdisjoint({0, 2})


def test_the_probability_is_that_of_the_softmax() -> None:
    logits = np.log(np.array([0.1, 0.6, 0.3], np.float32))
    assert math.exp(Sampler(Sampling(1), ()).choose(logits).log_probability) == pytest.approx(0.6)


def test_the_probability_is_the_models_own_whatever_the_rules() -> None:
    logits = np.log(np.array([0.1, 0.6, 0.3], np.float32))
    sampler = Sampler(Sampling(1, 3.0, 0, 0.01, 9.0), ())
    choice = sampler.choose(logits)
    assert choice.token == 1
    assert math.exp(choice.log_probability) == pytest.approx(0.6)


def test_drawing_follows_the_probabilities() -> None:
    logits = np.log(np.array([0.2, 0.8], np.float32))
    sampler = Sampler(Sampling(1, 1.0, 3), ())
    share = np.mean([sampler.choose(logits).token for _ in range(2000)])
    assert share == pytest.approx(0.8, abs=0.04)


def test_drawing_at_a_temperature_flattens_the_probabilities() -> None:
    # By hand: at temperature 2 the odds 4:1 become sqrt(4):1.
    logits = np.log(np.array([0.2, 0.8], np.float32))
    sampler = Sampler(Sampling(1, 2.0, 3), ())
    share = np.mean([sampler.choose(logits).token for _ in range(2000)])
    assert share == pytest.approx(2 / 3, abs=0.04)


@given(LOGITS, ROWS.filter(bool), st.floats(0.5, 4))
def test_the_repetition_penalty_is_that_of_transformers(
    logits: np.ndarray, row: list[int], penalty: float
) -> None:
    wanted = RepetitionPenaltyLogitsProcessor(penalty)(
        torch.tensor([row]), torch.from_numpy(logits.astype(np.float64))[None]
    )
    found = penalise_repetition(logits.astype(np.float64), row, penalty)
    np.testing.assert_allclose(found, wanted[0].numpy())


@given(LOGITS, ROWS, st.integers(1, 4))
def test_the_ngram_block_is_that_of_transformers(
    logits: np.ndarray, row: list[int], size: int
) -> None:
    wanted = NoRepeatNGramLogitsProcessor(size)(
        torch.tensor([row], dtype=torch.long), torch.from_numpy(logits.astype(np.float64))[None]
    )
    found = block_ngrams(logits.astype(np.float64), row, size)
    np.testing.assert_array_equal(found, wanted[0].numpy())


@pytest.mark.parametrize("top_p", [0.001, 0.3, 0.55, 0.84, 0.97, 1.0])
def test_the_nucleus_is_that_of_transformers(top_p: float) -> None:
    logs = np.log(np.array([0.05, 0.4, 0.15, 0.1, 0.3]))
    wanted = TopPLogitsWarper(top_p)(torch.zeros(1, 1), torch.from_numpy(logs)[None])
    np.testing.assert_array_equal(keep_likeliest(logs, top_p), wanted[0].numpy())


def test_a_nucleus_holds_no_less_than_its_probability() -> None:
    # By hand: 0.4 alone is too little for 0.5, 0.4 + 0.3 is enough.
    logs = np.log(np.array([0.1, 0.4, 0.2, 0.3]))
    assert np.isfinite(keep_likeliest(logs, 0.5)).tolist() == [False, True, False, True]


def test_a_run_that_was_said_is_not_said_again() -> None:
    sampler = Sampler(Sampling(9, no_repeat_ngram=2), ())
    logits = np.array([3.0, 2.0, 1.0], np.float32)
    # By hand: 0 0 makes the pair (0, 0); then 0 may not follow 0, and so on.
    assert [sampler.choose(logits).token for _ in range(5)] == [0, 0, 1, 0, 2]


def test_the_likeliest_come_in_order_and_never_forbidden() -> None:
    logs = np.array([-2.0, -np.inf, -0.5, -2.0])
    assert [at for at, _ in likeliest(logs, 9)] == [2, 0, 3]
    assert [at for at, _ in likeliest(logs, 2)] == [2, 0]


@given(LOGITS)
def test_log_softmax_is_that_of_torch(logits: np.ndarray) -> None:
    wanted = torch.log_softmax(torch.from_numpy(logits.astype(np.float64)), -1).numpy()
    np.testing.assert_allclose(log_softmax(logits.astype(np.float64)), wanted, atol=1e-12)


def test_logits_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(EngineError, match="not a number"):
        Sampler(Sampling(1), ()).choose(np.array([1.0, np.nan], np.float32))

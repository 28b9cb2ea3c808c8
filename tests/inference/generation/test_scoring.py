"""Scores of given answers: the batched pass against each answer read alone."""

import math
import threading
from pathlib import Path

import numpy as np
import pytest
from tests.inference.mock_backend import MockBackend
from tests.inference.tiny import picture

from precedent_inference.answering import Answerer
from precedent_inference.engine import Engine, NewToken, TokenRules
from precedent_inference.errors import Cancelled
from precedent_inference.generation.sampling import Candidate
from precedent_inference.generation.scoring import AnswerRow, score_rows, total
from precedent_inference.generation.writing import rank
from precedent_inference.images import ModelImage, prepare_image
from precedent_inference.loading import load_answerer
from precedent_inference.models import find_models

NEVER = threading.Event()


def alone(answerer: Answerer, prompt: list[int], images: list[ModelImage], row: AnswerRow) -> float:
    """Log-probability of a row from cold prompts that hold ever more of it."""
    engine, found = answerer.engine, 0.0
    stops = [*engine.rules.stops] if row.is_closed else []
    tokens = [*row.tokens, *stops]
    for at, token in enumerate(tokens):
        engine.forget()
        logits = engine.prefill([*prompt, *tokens[:at]], images, NEVER).logits.astype(np.float64)
        logits[list(engine.rules.suppressed)] = -np.inf
        found += float(logits[token] - np.log(np.exp(logits).sum()))
    return found


@pytest.mark.parametrize("name", ["tiny-previous", "tiny-next"])
def test_a_batch_of_answers_scores_as_each_alone(models_folder: Path, name: str) -> None:
    answerer = load_answerer(find_models([models_folder]).named(name), "pytorch")
    image = answerer.engine.rules.image
    images = [prepare_image(picture(at), answerer.profile.image) for at in range(2)]
    prompt = [image, 40, 41, image, 42, 43]
    rows = [
        AnswerRow((50,), is_closed=True),
        AnswerRow((51,), is_closed=False),
        AnswerRow((52, 53, 54, 55), is_closed=True),
        AnswerRow((52, 53, 54, 56), is_closed=False),
    ]
    wanted = [alone(answerer, prompt, images, row) for row in rows]
    answerer.engine.forget()
    read = answerer.engine.prefill(prompt, images, NEVER)
    found = [total(tokens) for tokens in score_rows(answerer.engine, read, rows, NEVER)]
    np.testing.assert_allclose(found, wanted, atol=1e-4)


def mock_engine() -> tuple[Engine, MockBackend]:
    backend = MockBackend()
    return Engine(backend, TokenRules(1, "previous", (1,), frozenset({2}))), backend


def test_answers_of_one_token_need_no_pass() -> None:
    engine, backend = mock_engine()
    prompt = engine.prefill([5, 6], [], NEVER)
    read = len(backend.steps)
    score_rows(engine, prompt, [AnswerRow((7,), False), AnswerRow((8,), False)], NEVER)
    assert len(backend.steps) == read


def test_many_answers_go_in_groups_and_can_be_cancelled_between() -> None:
    engine, backend = mock_engine()
    prompt = engine.prefill([5, 6], [], NEVER)
    rows = [AnswerRow((7, at), False) for at in range(3, 15)]
    assert len(score_rows(engine, prompt, rows, NEVER)) == 12
    assert [step.tokens.shape for step in backend.steps[1:]] == [(8, 1), (4, 1)]
    cancel = threading.Event()
    backend.cancel_at_length = (3, cancel)
    with pytest.raises(Cancelled):
        score_rows(engine, prompt, rows, cancel)


def test_the_likeliest_tokens_are_given_at_each_place() -> None:
    engine, _ = mock_engine()
    prompt = engine.prefill([5, 6], [], NEVER)
    (scored,) = score_rows(engine, prompt, [AnswerRow((7, 8), True)], NEVER, top=5)
    assert [len(token.best) for token in scored] == [5, 5, 5]
    assert all(token.log_probability <= token.best[0].log_probability for token in scored)
    assert [token.is_stop for token in scored] == [False, False, True]


def test_options_are_renormalised_by_sums_and_by_means() -> None:
    # By hand: probabilities 0.3 and 0.5 * 0.2 = 0.1; means sqrt(0.1) = 0.316 for the second.
    def token(probability: float) -> NewToken:
        return NewToken(7, math.log(probability), False, (Candidate(7, 0.0),))

    yes, no = rank(["yes", "no "], [[token(0.3)], [token(0.5), token(0.2)]])
    assert (yes.text, no.text) == ("yes", "no")
    assert yes.probability == pytest.approx(0.75)
    assert no.probability == pytest.approx(0.25)
    assert no.log_probability == pytest.approx(math.log(0.1))
    assert no.per_token == pytest.approx(math.log(0.1) / 2)
    assert yes.probability_per_token == pytest.approx(0.3 / (0.3 + math.sqrt(0.1)))

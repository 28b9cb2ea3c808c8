"""Trials ask what they say they ask."""

import numpy as np
import pytest

from precedent_inference.training import words
from precedent_inference.training.bank import PictureBank, make_bank
from precedent_inference.training.trials import Trial, draw_trial, settings


@pytest.fixture(scope="module")
def bank() -> PictureBank:
    return make_bank(5, classes=12, instances=10, marked=60, workers=1)


def matching(trial: Trial) -> list[int]:
    return [place for place, (row, _) in enumerate(trial.references) if row == trial.query[0]]


def test_the_right_answer_is_that_of_the_matching_references(bank: PictureBank) -> None:
    rng = np.random.default_rng(0)
    for permuted in (False, True):
        trial = draw_trial(rng, bank, ways=3, shots=2, permuted=permuted)
        assert [trial.answers[place] for place in matching(trial)] == [trial.expected] * 2
        assert len(set(trial.answers)) == 3


def test_the_query_is_no_reference(bank: PictureBank) -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        trial = draw_trial(rng, bank, ways=2, shots=3)
        assert trial.query not in trial.references


def test_the_match_lies_where_it_is_wanted(bank: PictureBank) -> None:
    rng = np.random.default_rng(2)
    for place in range(4):
        assert matching(draw_trial(rng, bank, ways=4, shots=1, match_at=place)) == [place]


def test_held_back_answers_are_never_drawn_for_training() -> None:
    rng = np.random.default_rng(3)
    held = {a for _ in range(200) for a in words.draw_answers(rng, 4, held_back=True)}
    trained = {a for _ in range(2000) for a in words.draw_answers(rng, 4)}
    assert held.isdisjoint(trained)


@pytest.mark.parametrize(("name", "is_count"), [("how many", True), ("left, right", False)])
def test_marked_trials_hold_to_the_marks(bank: PictureBank, name: str, *, is_count: bool) -> None:
    (setting,) = [one for key, one in settings(bank).items() if key.startswith(name)]
    marks = bank.counts if is_count else bank.places
    trial = setting.draw(np.random.default_rng(4))
    alike = [
        answer
        for (row, _), answer in zip(trial.references, trial.answers, strict=True)
        if marks[row] == marks[trial.query[0]]
    ]
    assert setting.is_marked
    assert alike
    assert set(alike) == {trial.expected}


def test_yes_and_no_go_with_the_classes(bank: PictureBank) -> None:
    (setting,) = [one for key, one in settings(bank).items() if key.startswith("yes or no")]
    trial = setting.draw(np.random.default_rng(5))
    said = {(row, answer) for (row, _), answer in zip(trial.references, trial.answers, strict=True)}
    assert len(said) == 2
    assert (trial.query[0], trial.expected) in said

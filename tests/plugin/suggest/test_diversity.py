"""Maximal marginal relevance on numbers worked by hand."""

import numpy as np

from precedent_plugin.suggest.diversity import spread

TWINS = np.array([[1, 0.95, 0.1], [0.95, 1, 0.1], [0.1, 0.1, 1]], np.float32)
SCORES = [0.9, 0.88, 0.7]


def test_a_twin_gives_way_to_something_else() -> None:
    # 0.7 x 0.88 - 0.3 x 0.95 = 0.331 against 0.7 x 0.7 - 0.3 x 0.1 = 0.46
    assert spread(SCORES, TWINS, count=2, relevance=0.7) == [0, 2]


def test_with_full_weight_on_relevance_the_best_scores_are_chosen() -> None:
    assert spread(SCORES, TWINS, count=2, relevance=1.0) == [0, 1]


def test_no_more_are_chosen_than_there_are() -> None:
    assert sorted(spread(SCORES, TWINS, count=9, relevance=0.5)) == [0, 1, 2]
    assert spread([], np.zeros((0, 0), np.float32), count=3, relevance=0.5) == []

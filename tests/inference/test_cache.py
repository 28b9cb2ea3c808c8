"""Laws of the caches: the budget holds, nothing is miscounted, a hit is what a cold run gives."""

import threading
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inference.mock_backend import MockBackend, MockState
from tests.inference.tiny import picture, tiny_profile

from precedent_inference.answering import Answerer
from precedent_inference.cache import ByteBudgetCache, PrefixCache, Seen, common_length, seen_row
from precedent_inference.engine import Engine, TokenRules
from precedent_inference.images import ModelImage, prepare_image
from precedent_inference.loading import load_answerer
from precedent_inference.models import find_models
from precedent_inference.placement import Placement

IMAGE = 1


@given(
    st.integers(0, 60),
    st.lists(
        st.tuples(
            st.sampled_from(["put", "get", "remove"]), st.integers(0, 5), st.binary(max_size=30)
        )
    ),
)
def test_a_cache_keeps_its_budget_and_its_count(
    budget: int, acts: list[tuple[str, int, bytes]]
) -> None:
    cache = ByteBudgetCache[int, bytes](budget, len)
    for act, key, value in acts:
        match act:
            case "put":
                cache.put(key, value)
            case "get":
                cache.get(key)
            case _:
                cache.remove(key)
        keys = cache.keys()
        held = [cache.get(key) or b"" for key in keys]
        assert cache.used_bytes == sum(map(len, held)) <= budget


def test_the_value_used_longest_ago_goes_first() -> None:
    cache = ByteBudgetCache[str, bytes](20, len)
    cache.put("a", bytes(10))
    cache.put("b", bytes(10))
    cache.get("a")
    cache.put("c", bytes(10))
    assert cache.keys() == ["a", "c"]


def test_the_same_words_about_another_image_share_nothing_that_saw_it() -> None:
    one = seen_row([IMAGE, 5, 6], [1, 1, 1], ["cat"])
    other = seen_row([IMAGE, 5, 6], [1, 1, 1], ["dog"])
    assert common_length(one, other) == 0


def test_a_longer_prompt_replaces_its_own_beginning() -> None:
    cache = PrefixCache(1_000)
    short, long = (Seen(1, None),), (Seen(1, None), Seen(2, None))
    cache.put(short, MockState((0.1,)))
    cache.put(long, MockState((0.1, 0.2)))
    assert cache.keys() == [long]


PROMPTS = st.lists(
    st.lists(
        st.tuples(st.integers(0, 2), st.lists(st.integers(4, 6), max_size=3)),
        min_size=1,
        max_size=4,
    ),
    min_size=1,
    max_size=6,
)
"""Questions one after another; each is pieces of (which picture, tokens of text)."""


@given(PROMPTS, st.sampled_from(["next", "previous"]), st.integers(0, 200), st.integers(0, 400))
def test_any_row_of_questions_gives_the_logits_of_a_cold_run(
    prompts: list[list[tuple[int, list[int]]]],
    placement: Placement,
    image_budget: int,
    prefix_budget: int,
) -> None:
    rules = TokenRules(IMAGE, placement, (IMAGE,), frozenset({2}))
    warm = Engine(
        MockBackend(), rules, image_budget_bytes=image_budget, prefix_budget_bytes=prefix_budget
    )
    for pieces in prompts:
        tokens = [token for _, text in pieces for token in (IMAGE, *text)]
        images = [flat(which) for which, _ in pieces]
        cold = Engine(MockBackend(), rules).prefill(tokens, images, threading.Event())
        found = warm.prefill(tokens, images, threading.Event())
        np.testing.assert_array_equal(found.logits, cold.logits)
        assert found.state.length == len(tokens)
        assert warm.prefix_cache.used_bytes <= prefix_budget
        assert warm.image_cache.used_bytes <= image_budget


def flat(which: int) -> ModelImage:
    pixels = np.full((3, 2, 2), 0.3 * which, np.float32)
    return ModelImage(np.zeros((2, 2, 3), np.uint8), pixels, str(which))


@pytest.mark.parametrize("placement", ["next", "previous"])
@settings(deadline=None, max_examples=8)
@given(prompts=PROMPTS)
def test_the_real_model_from_a_cached_prefix_equals_a_cold_run(
    models_folder: Path, placement: Placement, prompts: list[list[tuple[int, list[int]]]]
) -> None:
    answerer = loaded(models_folder, placement)
    rules, backend = answerer.engine.rules, answerer.engine.backend
    warm = Engine(backend, rules)
    pictures = [prepare_image(picture(at), tiny_profile(placement).image) for at in range(3)]
    for pieces in prompts:
        tokens = [token for _, text in pieces for token in (rules.image, *text)]
        images = [pictures[which] for which, _ in pieces]
        cold = Engine(backend, rules).prefill(tokens, images, threading.Event())
        found = warm.prefill(tokens, images, threading.Event())
        np.testing.assert_allclose(found.logits, cold.logits, atol=1e-4)


@cache
def loaded(folder: Path, placement: Placement) -> Answerer:
    return load_answerer(find_models([folder]).named(f"tiny-{placement}"), "pytorch")

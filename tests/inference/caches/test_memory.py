"""Laws of the caches: the budget holds, nothing is miscounted, a hit is what a cold run gives."""

import contextlib
import tempfile
import threading
from functools import cache
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inference.mock_backend import MockBackend, MockState, own
from tests.inference.tiny import picture, tiny_profile

from precedent_inference.answering import Answerer
from precedent_inference.caches.image_store import ImageStore
from precedent_inference.caches.memory import (
    ByteBudgetCache,
    PrefixCache,
    Row,
    Seen,
    common_length,
    seen_row,
)
from precedent_inference.engine import CacheBudgets, Engine, TokenRules
from precedent_inference.errors import Cancelled
from precedent_inference.images import ModelImage, prepare_image
from precedent_inference.loading import load_answerer
from precedent_inference.models import find_models
from precedent_inference.placement import Placement
from precedent_inference.protocol import Sampling

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


def state(row: Row) -> MockState:
    return MockState(tuple(float(at) for at in range(len(row))))


def keep(cache: PrefixCache, row: Row) -> None:
    whole = state(row)
    cache.put(row, lambda start, end: MockState(whole.numbers[start:end]))


def plain(*tokens: int) -> Row:
    return tuple(Seen(token, None) for token in tokens)


def test_prompts_share_the_bytes_of_their_common_beginning() -> None:
    cache = PrefixCache(1_000)
    keep(cache, plain(1, 2, 3))
    keep(cache, plain(1, 2, 4, 5))
    # 1 and 2 once, then 3, then 4 and 5: five tokens of ten bytes.
    assert cache.used_bytes == 50
    assert cache.longest(plain(1, 2, 3, 9))[1] == 3
    assert cache.longest(plain(1, 2, 4, 9))[1] == 3
    assert cache.longest(plain(1, 9))[1] == 1


def test_the_end_used_longest_ago_makes_room() -> None:
    cache = PrefixCache(50)
    keep(cache, plain(1, 2, 3))
    keep(cache, plain(1, 4))
    cache.longest(plain(1, 2, 3))
    keep(cache, plain(1, 5, 6))
    assert [cache.longest(row)[1] for row in (plain(1, 2, 3), plain(1, 5, 6))] == [3, 3]
    assert cache.longest(plain(1, 4))[1] == 1


def test_of_a_prompt_beyond_the_budget_the_beginning_is_kept() -> None:
    cache = PrefixCache(25)
    keep(cache, plain(1, 2, 3, 4))
    assert cache.longest(plain(1, 2, 3, 4))[1] == 2
    assert cache.used_bytes == 20


ROWS = st.lists(st.integers(0, 2), min_size=1, max_size=8).map(lambda tokens: plain(*tokens))


@given(st.integers(0, 120), st.lists(st.tuples(st.sampled_from(["keep", "find"]), ROWS)))
def test_the_tree_keeps_its_budget_and_gives_what_was_put(
    budget: int, acts: list[tuple[str, Row]]
) -> None:
    cache = PrefixCache(budget)
    for act, row in acts:
        if act == "keep":
            keep(cache, row)
        segments, length = cache.longest(row)
        numbers = [number for segment in segments for number in own(segment).numbers]
        assert numbers == [float(at) for at in range(length)]
        assert cache.used_bytes <= budget
    seen: set[Row] = {row[:end] for _, row in acts for end in range(1, len(row) + 1)}
    held = {row for row in seen if cache.longest(row)[1] == len(row)}
    assert cache.used_bytes == 10 * len(held)


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

INTERRUPTIONS = st.lists(st.sampled_from(["none", "cancel", "restart", "forget"]), max_size=6)
"""What happens before each question: nothing, one cancelled while it is answered, a new engine."""


@given(
    PROMPTS,
    INTERRUPTIONS,
    st.sampled_from(["next", "previous"]),
    st.builds(CacheBudgets, st.integers(0, 200), st.integers(0, 400)),
)
def test_any_row_of_questions_gives_the_logits_of_a_cold_run(
    prompts: list[list[tuple[int, list[int]]]],
    interruptions: list[str],
    placement: Placement,
    budgets: CacheBudgets,
) -> None:
    rules = TokenRules(IMAGE, placement, (IMAGE,), frozenset({2}))
    with tempfile.TemporaryDirectory() as folder:
        store = ImageStore(Path(folder), "mock", 3 * 36)
        warm = Engine(MockBackend(), rules, budgets=budgets, store=store)
        for pieces, interruption in zip_longest(prompts, interruptions[: len(prompts)]):
            tokens = [token for _, text in pieces for token in (IMAGE, *text)]
            images = [flat(which) for which, _ in pieces]
            if interruption == "restart":
                warm = Engine(MockBackend(), rules, budgets=budgets, store=store)
            elif interruption == "forget":
                warm.forget()
            elif interruption == "cancel":
                cancelled(warm, tokens, images)
            cold = Engine(MockBackend(), rules).prefill(tokens, images, threading.Event())
            found = warm.prefill(tokens, images, threading.Event())
            np.testing.assert_array_equal(found.logits, cold.logits)
            assert found.state.length == len(tokens)
            assert warm.prefix_cache.used_bytes <= budgets.prefixes
            assert warm.image_cache.used_bytes <= budgets.images
            assert store.used_bytes <= 3 * 36
            assert list(warm.decode(found, Sampling(3), threading.Event()))


def cancelled(engine: Engine, tokens: list[int], images: list[ModelImage]) -> None:
    cancel = threading.Event()
    prompt = engine.prefill(tokens, images, cancel)
    with contextlib.suppress(Cancelled):  # it may have ended by itself
        for _ in engine.decode(prompt, Sampling(9), cancel):
            cancel.set()
    cancel.set()
    with pytest.raises(Cancelled):
        engine.prefill([*tokens, 5], images, cancel)


def flat(which: int) -> ModelImage:
    pixels = np.full((3, 2, 2), 0.3 * which, np.float32)
    return ModelImage(np.zeros((2, 2, 3), np.uint8), pixels, str(which))


@pytest.mark.parametrize("placement", ["next", "previous"])
@settings(deadline=None, max_examples=12)
@given(
    prompts=PROMPTS,
    budgets=st.builds(CacheBudgets, st.integers(0, 20_000), st.integers(0, 20_000)),
    interruptions=INTERRUPTIONS,
)
def test_the_real_model_from_its_caches_equals_a_cold_run(
    models_folder: Path,
    placement: Placement,
    prompts: list[list[tuple[int, list[int]]]],
    budgets: CacheBudgets,
    interruptions: list[str],
) -> None:
    answerer = loaded(models_folder, placement)
    rules, backend = answerer.engine.rules, answerer.engine.backend
    pictures = [prepare_image(picture(at), tiny_profile(placement).image) for at in range(3)]
    with tempfile.TemporaryDirectory() as folder:
        store = ImageStore(Path(folder), "tiny", 40_000)
        warm = Engine(backend, rules, budgets=budgets, store=store)
        for pieces, interruption in zip_longest(prompts, interruptions[: len(prompts)]):
            tokens = [token for _, text in pieces for token in (rules.image, *text)]
            images = [pictures[which] for which, _ in pieces]
            if interruption == "restart":
                warm = Engine(backend, rules, budgets=budgets, store=store)
            elif interruption == "cancel":
                cancelled(warm, tokens, images)
            cold = Engine(backend, rules).prefill(tokens, images, threading.Event())
            found = warm.prefill(tokens, images, threading.Event())
            np.testing.assert_allclose(found.logits, cold.logits, atol=1e-4)
            assert warm.prefix_cache.used_bytes <= budgets.prefixes
            assert warm.image_cache.used_bytes <= budgets.images
            answers = [
                [new.token for new in engine.decode(prompt, Sampling(4), threading.Event())]
                for engine, prompt in ((warm, found), (warm, cold))
            ]
            assert answers[0] == answers[1]


@cache
def loaded(folder: Path, placement: Placement) -> Answerer:
    return load_answerer(find_models([folder]).named(f"tiny-{placement}"), "pytorch")

"""The cache keeps its budget and its count, whatever happens."""

from hypothesis import given
from hypothesis import strategies as st

from precedent_viewer.frame_cache import FrameCache

Action = tuple[str, int, int]
actions = st.lists(
    st.tuples(st.sampled_from(["put", "get", "discard", "clear"]), st.integers(0, 9),
              st.integers(0, 12)),
    max_size=60,
)  # fmt: skip


def play(cache: FrameCache[int, int], action: Action) -> None:
    verb, key, size = action
    if verb == "put":
        cache.put(key, size, size)
    elif verb == "get":
        cache.get(key)
    elif verb == "discard":
        cache.discard(key)
    else:
        cache.clear()


@given(actions)
def test_the_count_is_the_sum_of_what_is_held_and_within_the_budget(plan: list[Action]) -> None:
    cache: FrameCache[int, int] = FrameCache(20)
    for action in plan:
        play(cache, action)
        held = [value for key in range(10) if (value := cache.get(key)) is not None]
        assert cache.used_bytes == sum(held) <= 20
        assert len(cache) == len(held)


def test_the_longest_unused_leaves_first() -> None:
    cache: FrameCache[str, int] = FrameCache(3)
    for key in "abc":
        cache.put(key, 0, 1)
    cache.get("a")
    cache.put("d", 0, 1)
    assert [key in cache for key in "abcd"] == [True, False, True, True]


def test_a_value_larger_than_the_budget_is_not_held() -> None:
    cache: FrameCache[str, int] = FrameCache(3)
    cache.put("small", 0, 1)
    cache.put("large", 0, 4)
    assert "large" not in cache
    assert "small" in cache

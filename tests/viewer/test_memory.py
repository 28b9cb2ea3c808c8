"""One cap for all images: what is claimed, what is left for frames."""

import psutil
import pytest

from precedent_viewer.frame_cache import FrameCache
from precedent_viewer.memory import (
    LEAST_FRAMES_BYTES,
    MIB,
    RESERVE_BYTES,
    MemoryBudget,
    MemoryCapError,
    process_budget,
)


def test_frames_have_what_neither_the_process_nor_the_reserve_takes() -> None:
    budget = MemoryBudget(2048 * MIB, 200 * MIB)
    assert budget.left_bytes == 2048 * MIB - 200 * MIB - RESERVE_BYTES


def test_a_claim_takes_from_the_frames_and_gives_back() -> None:
    budget = MemoryBudget(2048 * MIB, 200 * MIB)
    whole = budget.left_bytes
    told: list[int] = []
    budget.left_changed.connect(told.append)
    budget.claim("A volume", 500 * MIB)
    budget.release("A volume")
    assert told == [whole - 500 * MIB, whole]


def test_a_claim_of_the_same_name_takes_the_place_of_the_one_before() -> None:
    budget = MemoryBudget(2048 * MIB, 0)
    budget.claim("A volume", 1500 * MIB)
    budget.claim("A volume", 1600 * MIB)
    assert budget.claims == {"A volume": 1600 * MIB}


def test_a_claim_beyond_the_cap_is_refused_with_both_numbers() -> None:
    budget = MemoryBudget(1024 * MIB, 200 * MIB)
    free = (1024 * MIB - 200 * MIB - RESERVE_BYTES - LEAST_FRAMES_BYTES) // MIB
    with pytest.raises(MemoryCapError, match=f"needs 800 MiB.* 1,024 MiB only {free} are left"):
        budget.claim("The volume", 800 * MIB)
    assert budget.claims == {}


def test_frames_keep_the_least_when_the_cap_is_below_what_is_taken() -> None:
    assert MemoryBudget(512 * MIB, 600 * MIB).left_bytes == LEAST_FRAMES_BYTES


def test_no_setting_means_a_quarter_of_the_machine() -> None:
    assert process_budget(0).cap_bytes == psutil.virtual_memory().total // 4
    assert process_budget(700).cap_bytes == 700 * MIB


def test_frames_leave_the_cache_when_something_else_claims_their_room() -> None:
    budget = MemoryBudget(LEAST_FRAMES_BYTES + RESERVE_BYTES + 40 * MIB, 0)
    cache: FrameCache[int, str] = FrameCache(budget.left_bytes)
    budget.left_changed.connect(cache.set_budget)
    for key in range(8):
        cache.put(key, "frame", 11 * MIB)
    assert len(cache) == 8
    budget.claim("A volume", 30 * MIB)
    assert [key in cache for key in range(8)] == [False] * 3 + [True] * 5

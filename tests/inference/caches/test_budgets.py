"""What the caches may hold: sizes by hand from the published ones of Med-Flamingo."""

import pytest
from tests.inference.tiny import tiny_config

from precedent_inference.bench.workload import REAL
from precedent_inference.caches.budgets import LEAST_BYTES, cache_budgets, image_bytes, token_bytes

GIB = 1024**3


def test_a_token_of_llama_takes_half_a_megabyte() -> None:
    # 2 x 32 layers x 4096 x 2 bytes.
    assert token_bytes(REAL, "bf16") == 524_288
    assert token_bytes(REAL, "fp32") == 1_048_576


def test_an_image_of_med_flamingo_takes_a_megabyte() -> None:
    # 64 latents x 8 blocks x 512 x 2 x 2 bytes = 1.05 MB, and its latents, 64 x 1024 x 2 bytes.
    assert image_bytes(REAL, "bf16") == 1_048_576 + 131_072


@pytest.mark.parametrize(
    ("free_gib", "prefixes"),
    # Four prompts of 2048 tokens take 4 GiB; an eighth of what is free is the most.
    [(80, 4 * GIB), (16, 2 * GIB), (0, LEAST_BYTES)],
)
def test_prefixes_take_what_is_useful_and_free(free_gib: int, prefixes: int) -> None:
    assert cache_budgets(REAL, "bf16", 2048, free_gib * GIB).prefixes == prefixes


def test_a_small_model_has_room_on_a_full_machine() -> None:
    budgets = cache_budgets(tiny_config("next"), "fp32", 512, 0)
    assert budgets.images == budgets.prefixes == LEAST_BYTES

"""Sizes: by hand from the released model, and against the modules that torch builds."""

from dataclasses import replace

import pytest
import torch
from tests.inference.tiny import tiny_config

from precedent_inference.backends.model_size import (
    WORKSPACE_BYTES,
    Room,
    cache_bytes,
    count_parameters,
    needed_bytes,
    weight_bytes,
    working_bytes,
)
from precedent_inference.bench.workload import REAL
from precedent_inference.config import FlamingoConfig
from precedent_inference.model.flamingo import Flamingo
from precedent_inference.precision import Precision


def test_med_flamingo_is_counted_as_its_authors_counted_it() -> None:
    found = count_parameters(REAL)
    # The resampler's and the gated blocks' weights as published; LLaMA-7B has 6.74 billion.
    assert found.resampler == 63_019_008
    assert found.cross_attention == 1_115_815_952
    assert found.embedding == found.head == 32_003 * 4096 == 131_084_288
    # 32 layers of 4 x 4096 x 4096 + 3 x 4096 x 11008 and two norms, one norm at the end.
    assert found.decoder == 32 * (67_108_864 + 135_266_304 + 8_192) + 4_096 == 6_476_271_616
    # ViT-L/14 without its last norm and projection: 24 blocks of 12,596,224; 257 positions.
    assert found.vision == 602_112 + 1_024 + 263_168 + 2_048 + 24 * 12_596_224 == 303_177_728
    assert found.total == 8_220_452_880


def starter_like() -> FlamingoConfig:
    config = tiny_config("previous")
    vision = replace(config.vision, stem_channels=(8, 16), patch_size=8)
    return replace(config, vision=vision, language=replace(config.language, tied_head=True))


@pytest.mark.parametrize("config", [tiny_config("next"), starter_like(), REAL])
def test_the_count_is_that_of_the_modules(config: FlamingoConfig) -> None:
    with torch.device("meta"):
        model = Flamingo(config)
    assert count_parameters(config).total == sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize(
    ("precision", "size"),
    [
        ("fp32", 4 * 8_220_452_880),
        ("bf16", 2 * 8_220_452_880),
        ("fp16", 2 * 8_220_452_880),
        # 7,549,747,200 weights in the large matrices (32 x 202,375,168 and 16 x 4096 x 16384), one
        # byte each; their rows (32 x 42,496 and 8 x 20,480) a step of two; 670,705,680 others.
        ("int8", 7_549_747_200 + 2 * (1_359_872 + 163_840) + 2 * 670_705_680),
        # Half a byte each, and four bytes for 128.
        ("int4", 7_549_747_200 // 2 + 7_549_747_200 // 128 * 4 + 2 * 670_705_680),
    ],
)
def test_bytes_of_the_weights_by_hand(precision: Precision, size: int) -> None:
    assert weight_bytes(REAL, precision) == size


def test_a_question_takes_its_tokens_and_images_and_two_small_caches() -> None:
    # 2048 tokens of 2 x 32 x 4096 x 2 bytes; 7 images of 64 x (2 x 8 x 512 + 1024) x 2 bytes;
    # 64 MiB for each cache.
    wanted = 2048 * 524_288 + 7 * 1_179_648
    caches = 2 * 64 * 1024**2
    assert cache_bytes(REAL, "bf16", Room(2048, 7)) == wanted + caches
    assert cache_bytes(REAL, "int4", Room(2048, 7)) == wanted + caches
    assert cache_bytes(REAL, "fp32", Room(2048, 7)) == 2 * wanted + caches


def test_what_lives_for_a_moment_by_hand() -> None:
    # 512 tokens x (6 x 4096 + 3 x 11008; the gated MLP's 2 x 16384 is less) against 8 pictures x
    # 257 x (6 x 1024 + 2 x 4096): the first is larger, twice in two bytes.
    bf16 = 2 * 512 * (24_576 + 33_024) * 2 + WORKSPACE_BYTES
    assert working_bytes(REAL, "bf16") == bf16
    # The largest matrix, 16384 x 4096, unpacked to two bytes.
    assert working_bytes(REAL, "int8") == bf16 + 16_384 * 4_096 * 2


def test_the_parts_make_the_whole() -> None:
    room = Room(2048, 7)
    parts = weight_bytes(REAL, "int4") + cache_bytes(REAL, "int4", room)
    assert needed_bytes(REAL, "int4", room) == parts + working_bytes(REAL, "int4")

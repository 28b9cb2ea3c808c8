"""A model folder with random weights of any size, written shard by shard.

It answers nonsense, and costs exactly what a model of that size costs: for measuring export, memory
and speed where the released weights are not at hand. Words and profile are the starter model's.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from precedent_inference.bench.workload import SIZES, Size
from precedent_inference.config import config_to_json
from precedent_inference.importing.source import expected_shapes
from precedent_inference.models import (
    CARD_FILE,
    CONFIG_FILE,
    INDEX_FILE,
    TOKENIZER_FILE,
    ModelFolder,
    seal,
    shard_name,
)

SHARD_ELEMENTS = 256 * 1024**2
DEVIATION = 0.02
"""Of random weights, as models begin with."""

CARD = "# {name}\n\nRandom weights; its answers mean nothing. For measurements alone.\n"


def write_random_model(
    words: ModelFolder, folder: Path, size: Size, report: Callable[[int, int], object]
) -> ModelFolder:
    """Write a model of `size` in half precision into a folder that does not exist.

    words: the model whose tokenizer and profile are taken. report: gets shards done and in all.
    """
    base = SIZES[size]
    placement = words.profile.placement
    config = replace(base, placement=placement)
    folder.mkdir(parents=True)
    torch.manual_seed(0)
    shards = _shards(expected_shapes(config))
    index: dict[str, str] = {}
    for number, shapes in enumerate(shards, 1):
        file = shard_name(number, len(shards))
        save_file({name: _random(name, shape) for name, shape in shapes.items()}, folder / file)
        index |= dict.fromkeys(shapes, file)
        report(number, len(shards))
    (folder / INDEX_FILE).write_text(json.dumps({"weight_map": index}), encoding="utf-8")
    (folder / CONFIG_FILE).write_text(config_to_json(config), encoding="utf-8")
    shutil.copy2(words.path / TOKENIZER_FILE, folder / TOKENIZER_FILE)
    (folder / CARD_FILE).write_text(CARD.format(name=folder.name), encoding="utf-8")
    image = replace(words.profile.image, size=config.vision.image_size)
    profile = replace(words.profile, name=folder.name, image=image, context_tokens=2048)
    return ModelFolder(folder, seal(folder, profile))


def _shards(shapes: dict[str, tuple[int, ...]]) -> list[dict[str, tuple[int, ...]]]:
    shards: list[dict[str, tuple[int, ...]]] = [{}]
    held = 0
    for name, shape in shapes.items():
        count = torch.Size(shape).numel()
        if shards[-1] and held + count > SHARD_ELEMENTS:
            shards.append({})
            held = 0
        shards[-1][name] = shape
        held += count
    return shards


def _random(name: str, shape: tuple[int, ...]) -> Tensor:
    if "norm" in name:
        fill = 1.0 if name.endswith("weight") else 0.0
        return torch.full(shape, fill, dtype=torch.float16)
    if name.endswith("_gate"):
        return torch.full(shape, 0.5, dtype=torch.float16)
    return (torch.randn(shape) * DEVIATION).to(torch.float16)

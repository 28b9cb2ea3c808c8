"""Tensors of a release to sharded safetensors under our names, one shard in memory at a time."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from precedent_inference.config import FlamingoConfig
from precedent_inference.errors import Cancelled, ModelError
from precedent_inference.importing.names import recipes
from precedent_inference.importing.source import WeightSource, expected_shapes
from precedent_inference.models import INDEX_FILE, shard_name

StoredPrecision = Literal["stored", "fp32", "bf16", "fp16"]

SHARD_BYTES = 512 * 1024**2
"""Small enough for any machine that can run the model; an embedding of LLaMA-7B is as large."""

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage of an import is."""

    stage: str
    done: int
    total: int
    """Bytes."""


Report = Callable[[Progress], object]


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is to be written and how."""

    config: FlamingoConfig
    precision: StoredPrecision = "stored"
    shard_bytes: int = SHARD_BYTES


def stored_bytes(source: WeightSource, plan: Conversion) -> int:
    """Give about how many bytes the converted weights take."""
    sizes = (
        _bytes_of(source, recipe.parts[0], plan, shape)
        for (_, recipe), shape in zip(
            recipes(plan.config, source.places).items(),
            _in_order(source, plan.config).values(),
            strict=True,
        )
    )
    return sum(sizes)


def write_weights(
    source: WeightSource, plan: Conversion, folder: Path, report: Report, cancel: threading.Event
) -> None:
    """Write shards and their index into `folder`.

    Raises Cancelled between two tensors, ModelError for values that are no numbers or do not fit
    the precision, OSError when the disk refuses.
    """
    table = recipes(plan.config, source.places)
    shapes = _in_order(source, plan.config)
    shards = _shards(source, plan, shapes)
    total = stored_bytes(source, plan)
    done = 0
    index: dict[str, str] = {}
    for number, names in enumerate(shards, 1):
        file = shard_name(number, len(shards))
        tensors: dict[str, Tensor] = {}
        for name in names:
            if cancel.is_set():
                raise Cancelled("The import was stopped; nothing was kept.")
            tensor = source.tensor(name, table[name], shapes[name])
            tensors[name] = _stored(tensor, plan.precision, name)
            done += tensors[name].nbytes
            report(Progress("Converting weights", done, total))
        _save(tensors, folder / file)
        index |= dict.fromkeys(names, file)
    body = {"metadata": {"total_size": done}, "weight_map": index}
    (folder / INDEX_FILE).write_text(json.dumps(body, indent=1), encoding="utf-8")


def _save(tensors: dict[str, Tensor], path: Path) -> None:
    try:
        save_file(tensors, path)
    except SafetensorError as error:  # the library's own, also when the disk is full
        raise ModelError(
            f"The weights cannot be written to {path.name}: {error}.",
            "Nothing was kept; free space or choose another folder with --to.",
        ) from error


def _stored(tensor: Tensor, precision: StoredPrecision, name: str) -> Tensor:
    if precision == "stored":
        return tensor.contiguous().clone()  # a mapped file is let go with its tensor
    stored = tensor.to(_DTYPES[precision]).contiguous()
    if not stored.isfinite().all():
        raise ModelError(
            f"The tensor {name} holds values that {precision} cannot hold.",
            "Import with --precision bf16 or fp32.",
        )
    return stored


def _shards(
    source: WeightSource, plan: Conversion, shapes: dict[str, tuple[int, ...]]
) -> list[list[str]]:
    table = recipes(plan.config, source.places)
    shards: list[list[str]] = [[]]
    held = 0
    for name, shape in shapes.items():
        size = _bytes_of(source, table[name].parts[0], plan, shape)
        if shards[-1] and held + size > plan.shard_bytes:
            shards.append([])
            held = 0
        shards[-1].append(name)
        held += size
    return shards


def _bytes_of(source: WeightSource, part: str, plan: Conversion, shape: tuple[int, ...]) -> int:
    elements = 1
    for side in shape:
        elements *= side
    dtype = _DTYPES.get(plan.precision) or source.dtype(part)
    return elements * dtype.itemsize


def _in_order(source: WeightSource, config: FlamingoConfig) -> dict[str, tuple[int, ...]]:
    """Give the shapes in the order of the recipes, which follows the model."""
    shapes = expected_shapes(config)
    return {name: shapes[name] for name in recipes(config, source.places)}

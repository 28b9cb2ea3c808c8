"""A Flamingo against numbers of the public reference: every stage, every case of a folder.

A folder holds `config.json`, `weights.safetensors` under the reference's names, `inputs` and
`outputs` as safetensors, keyed by case and stage; or pictures and what the reference makes of them
before it looks. Weights are read through the code that imports released ones. float32, on the CPU.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from precedent_inference.errors import ModelError
from precedent_inference.images import ImageRecipe, crop, normalise
from precedent_inference.importing.golden_case import (
    TOLERANCE,
    CaseRun,
    Comparison,
    SpecialTokens,
)
from precedent_inference.importing.memory_model import build_model
from precedent_inference.importing.sizes import FLAMINGO_HEAD_WIDTH, StatedSizes
from precedent_inference.importing.source import WeightSource
from precedent_inference.importing.tensor_files import open_tensor_file
from precedent_inference.model.flamingo import Flamingo

SETTINGS, WEIGHTS = "config.json", "weights.safetensors"
INPUTS, OUTPUTS = "inputs.safetensors", "outputs.safetensors"


@dataclass(frozen=True, slots=True)
class GoldenReport:
    """What a folder's comparison found."""

    folder: str
    comparisons: tuple[Comparison, ...]
    required: frozenset[str]
    """Stages without which nothing has been shown."""

    @property
    def max_abs_diff(self) -> float | None:
        """The largest difference of all; not a number where one is, None without comparisons."""
        found = [c.max_abs_diff for c in self.comparisons if c.max_abs_diff is not None]
        return float(np.max(found)) if found else None

    def all_equal(self, kind: str) -> bool | None:
        """Say whether all ids of a kind ("generated" or "beam") agree; None when there are none."""
        found = [c.is_equal for c in self.comparisons if c.stage.startswith(kind)]
        return all(found) if found else None

    @property
    def ok(self) -> bool:
        """Everything agrees, and the required stages were among it."""
        stages = {c.stage for c in self.comparisons}
        return self.required <= stages and all(c.is_equal for c in self.comparisons)

    def by_stage(self) -> dict[str, float | bool]:
        """Give each stage's largest difference over the cases, or whether its ids agree."""
        table: dict[str, float | bool] = {}
        for c in self.comparisons:
            if c.max_abs_diff is None:
                table[c.stage] = bool(table.get(c.stage, True)) and c.is_equal
            else:
                table[c.stage] = float(np.maximum(table.get(c.stage, 0.0), c.max_abs_diff))
        return table


def golden_folders(path: Path) -> list[Path]:
    """Give the golden folders at `path`: itself, or those directly inside. Raises ModelError."""
    if (path / SETTINGS).is_file():
        return [path]
    found = sorted(inner.parent for inner in path.glob(f"*/{SETTINGS}"))
    if not found:
        raise ModelError(
            f"{path} holds no golden numbers: there is no {SETTINGS} in it.",
            "Choose a folder with config.json, weights, inputs and outputs.",
        )
    return found


def verify_golden(folder: Path) -> GoldenReport:
    """Compare a folder's numbers with ours. Raises ModelError when the folder cannot be used."""
    settings = _settings(folder)
    if "mean" in settings and not (folder / WEIGHTS).exists():
        return GoldenReport(folder.name, _pictures(settings, folder), frozenset({"pixels"}))
    source = WeightSource([open_tensor_file(folder / WEIGHTS)])
    model = build_model(source, _stated(settings, folder))
    _require_stated(settings, model, folder)
    tokens = SpecialTokens(
        _integer(settings, folder, "tokens", "image_id"),
        _integer(settings, folder, "tokens", "endofchunk_id"),
    )
    inputs, outputs = _load(folder / INPUTS), _load(folder / OUTPUTS)
    found: list[Comparison] = []
    for case in sorted({key.rsplit(".", 1)[0] for key in inputs}):
        found += CaseRun(model, tokens, case, inputs, outputs).compare()
    return GoldenReport(folder.name, tuple(found), frozenset({"logits", "generated"}))


def _pictures(settings: Mapping[str, Any], folder: Path) -> tuple[Comparison, ...]:
    """Compare what a picture becomes before the vision tower."""
    inputs, outputs = _load(folder / INPUTS), _load(folder / OUTPUTS)
    found: list[Comparison] = []
    for key, wanted in sorted(outputs.items()):
        name, size = key.rsplit(".", 1)
        if name not in inputs:
            raise ModelError(f"{folder.name}/{INPUTS} lacks the picture {name}.")
        recipe = ImageRecipe(int(size), tuple(settings["mean"]), tuple(settings["std"]))
        picture = Image.fromarray(inputs[name].numpy())
        pixels = normalise(crop(picture, recipe), recipe).pixels
        if pixels.shape != tuple(wanted.shape):
            raise ModelError(f"{folder.name}/{OUTPUTS}: {key} has the shape {list(wanted.shape)}.")
        largest = float(np.abs(pixels - wanted.numpy()).max())
        found.append(Comparison(key, "pixels", largest, largest <= TOLERANCE))
    return tuple(found)


def _settings(folder: Path) -> Mapping[str, Any]:
    path = folder / "config.json"
    try:
        raw: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The golden folder's {path.name} cannot be read: {error}.",
            "Choose a folder with config.json, weights, inputs and outputs.",
        ) from error
    if not isinstance(raw, dict):
        raise ModelError(f"The golden folder's {path.name} is not a table.")
    return raw


def _stated(settings: Mapping[str, Any], folder: Path) -> StatedSizes:
    def find(*path: str) -> Any:
        value: Any = settings
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    return StatedSizes(
        placement="previous" if find("cross_attention", "attend_previous") else "next",
        vision_heads=find("vision", "heads"),
        activation="gelu" if find("vision", "quick_gelu") is False else "quick_gelu",
        language_heads=_integer(settings, folder, "llama", "num_attention_heads"),
        norm_epsilon=float(find("llama", "rms_norm_eps") or 1e-6),
        rotary_base=float(find("llama", "rope_theta") or 10_000.0),
        resampler_head_width=int(find("perceiver", "dim_head") or FLAMINGO_HEAD_WIDTH),
        cross_head_width=int(find("cross_attention", "dim_head") or FLAMINGO_HEAD_WIDTH),
    )


def _require_stated(settings: Mapping[str, Any], model: Flamingo, folder: Path) -> None:
    """Refuse a configuration that contradicts the tensors."""
    config = model.config
    pairs = {
        ("llama", "hidden_size"): config.language.width,
        ("llama", "intermediate_size"): config.language.mlp_width,
        ("llama", "num_hidden_layers"): config.language.layers,
        ("tokens", "vocab"): config.language.vocabulary,
        ("vision", "width"): config.vision.width,
        ("vision", "layers"): config.vision.layers,
        ("vision", "image_size"): config.vision.image_size,
        ("perceiver", "depth"): config.resampler.depth,
        ("perceiver", "num_latents"): config.resampler.latents,
    }
    for (part, name), found in pairs.items():
        table = settings.get(part)
        if isinstance(table, dict) and name in table and table[name] != found:
            raise ModelError(
                f"{folder.name}/config.json states {part}.{name} {table[name]}; the tensors have "
                f"{found}.",
                "The folder's files do not belong together.",
            )


def _integer(settings: Mapping[str, Any], folder: Path, part: str, name: str) -> int:
    table = settings.get(part)
    value = table.get(name) if isinstance(table, dict) else None
    if not isinstance(value, int):
        raise ModelError(f"{folder.name}/config.json lacks the number {part}.{name}.")
    return value


def _load(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"The file {path.name} is missing or broken: {error}.") from error

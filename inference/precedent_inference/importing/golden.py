"""A Flamingo against numbers of the public reference: every stage, every case of a folder.

A folder holds `config.json`, `weights.safetensors` under the reference's names, `inputs` and
`outputs` as safetensors, keyed by case and stage; or pictures and what the reference makes of them
before it looks. Weights are read through the code that imports released ones. float32, on the CPU.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from precedent_inference.errors import ModelError
from precedent_inference.images import ImageRecipe, crop, normalise
from precedent_inference.importing.golden_case import TOLERANCE, CaseRun, Comparison
from precedent_inference.importing.golden_numbers import INPUTS, OUTPUTS, load_numbers, read_numbers
from precedent_inference.importing.golden_settings import (
    SETTINGS,
    read_settings,
    reference_of,
    require_agreement,
    stated_cases,
    stated_sizes,
)
from precedent_inference.importing.memory_model import build_model
from precedent_inference.importing.source import WeightSource
from precedent_inference.importing.tensor_files import open_tensor_file

WEIGHTS = "weights.safetensors"


@dataclass(frozen=True, slots=True)
class GoldenReport:
    """What a folder's comparison found."""

    folder: str
    comparisons: tuple[Comparison, ...]
    required: frozenset[str]
    """Stages without which nothing has been shown."""
    absent: tuple[str, ...] = ()
    """Stages (`case.stage`) and cases without numbers; they count for nothing."""
    not_compared: tuple[str, ...] = ()
    """Numbers of the folder of a kind that is not known here."""

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
    def lacks(self) -> tuple[str, ...]:
        """Required stages of which no case has numbers."""
        return tuple(sorted(self.required - {c.stage for c in self.comparisons}))

    @property
    def ok(self) -> bool:
        """Everything agrees, and the required stages were among it."""
        return not self.lacks and all(c.is_equal for c in self.comparisons)

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
    settings = read_settings(folder)
    if "mean" in settings and not (folder / WEIGHTS).exists():
        return GoldenReport(folder.name, _pictures(settings, folder), frozenset({"pixels"}))
    source = WeightSource([open_tensor_file(folder / WEIGHTS)])
    model = build_model(source, stated_sizes(settings, folder.name))
    require_agreement(settings, model.config, folder.name)
    reference = reference_of(settings, source.is_v2, folder.name)
    numbers = read_numbers(folder, stated_cases(settings))
    found: list[Comparison] = []
    for case in numbers.cases:
        found += CaseRun(model, reference, numbers, case).compare()
    compared = {f"{c.case}.{c.stage}" for c in found}
    return GoldenReport(
        folder.name,
        tuple(found),
        frozenset({"logits", "generated"}),
        numbers.absent,
        tuple(sorted(set(numbers.outputs) - compared)),
    )


def _pictures(settings: Mapping[str, Any], folder: Path) -> tuple[Comparison, ...]:
    """Compare what a picture becomes before the vision tower."""
    inputs, outputs = load_numbers(folder / INPUTS), load_numbers(folder / OUTPUTS)
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

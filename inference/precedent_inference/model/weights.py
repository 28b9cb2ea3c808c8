"""A Flamingo's weights on disk: one safetensors file beside its `config.json`.

Weights are stored in half precision and computed in the precision that the caller names.
"""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from precedent_inference.config import FlamingoConfig, config_to_json, read_config
from precedent_inference.errors import ModelError
from precedent_inference.model.flamingo import Flamingo

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "weights.safetensors"


def load_flamingo(
    folder: Path, *, dtype: torch.dtype = torch.float32, device: str | torch.device = "cpu"
) -> Flamingo:
    """Build the model of a folder with its weights, ready to answer.

    Raises ModelError when the configuration or the weights are missing, truncated, or do not fit
    each other; missing and unexpected tensors are counted and the first is named.
    """
    config = read_config(folder / CONFIG_FILE)
    state = _read(folder / WEIGHTS_FILE)
    with torch.device("meta"):
        model = Flamingo(config)
    _check(model.state_dict(), state, config)
    if config.language.tied_head:
        state["head.weight"] = state["embedding.weight"]
    state = {name: tensor.to(device=device, dtype=dtype) for name, tensor in state.items()}
    model.load_state_dict(state, assign=True)
    if config.language.tied_head:
        model.head.weight = model.embedding.weight
    return model.eval().requires_grad_(requires_grad=False)


def save_flamingo(model: Flamingo, folder: Path, *, dtype: torch.dtype = torch.float16) -> None:
    """Write `config.json` and `weights.safetensors` into an existing folder."""
    state = model.state_dict()
    if model.config.language.tied_head:
        del state["head.weight"]
    save_file(
        {name: tensor.to(dtype).contiguous().cpu() for name, tensor in state.items()},
        folder / WEIGHTS_FILE,
    )
    (folder / CONFIG_FILE).write_text(config_to_json(model.config), encoding="utf-8")


def _read(path: Path) -> dict[str, torch.Tensor]:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"The weights file {path.name} of model {path.parent.name} is missing or broken: "
            f"{error}.",
            "Copy or import the model again.",
        ) from error


def _check(
    expected: dict[str, torch.Tensor], state: dict[str, torch.Tensor], config: FlamingoConfig
) -> None:
    names = set(expected) - ({"head.weight"} if config.language.tied_head else set())
    wrong = {
        "missing": sorted(names - set(state)),
        "unexpected": sorted(set(state) - names),
        "misshapen": sorted(
            name for name in names & set(state) if state[name].shape != expected[name].shape
        ),
    }
    found = [f"{len(which)} {what} (first: {which[0]})" for what, which in wrong.items() if which]
    if found:
        raise ModelError(
            f"The weights do not fit the model's configuration: {'; '.join(found)}.",
            "Import the model again.",
        )

"""A model whose weights are read when they are used and dropped after: slow, of any size.

For checks against torch on machines that the model does not fit into.
"""

from functools import partial

import torch
from torch import nn

from precedent_inference.model.flamingo import Flamingo
from precedent_inference.model.weights import StoredWeights


def streamed_flamingo(stored: StoredWeights) -> Flamingo:
    """Build a model in float32 on the CPU that holds one layer's weights at a time."""
    with torch.device("meta"):
        model = Flamingo(stored.config)
    for path, module in model.named_modules():
        names = {name: f"{path}.{name}" for name, _ in module.named_parameters(recurse=False)}
        if names:
            module.register_forward_pre_hook(partial(_load, stored, names))
            module.register_forward_hook(partial(_drop, names))
    return model.eval().requires_grad_(requires_grad=False)


def _load(stored: StoredWeights, names: dict[str, str], module: nn.Module, _: object) -> None:
    for name, stored_name in names.items():
        tensor = stored.read(stored_name).float()
        setattr(module, name, nn.Parameter(tensor, requires_grad=False))


def _drop(names: dict[str, str], module: nn.Module, _: object, __: object) -> None:
    for name in names:
        weight: torch.Tensor = getattr(module, name)
        setattr(module, name, nn.Parameter(weight.to("meta"), requires_grad=False))

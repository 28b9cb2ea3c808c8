"""Released tensors to a model in memory, float32; for comparisons and benchmarks."""

import torch
from torch import Tensor

from precedent_inference.importing.names import recipes
from precedent_inference.importing.sizes import StatedSizes, infer_config
from precedent_inference.importing.source import WeightSource, expected_shapes
from precedent_inference.model.flamingo import Flamingo


def build_model(source: WeightSource, stated: StatedSizes) -> Flamingo:
    """Build the model that the tensors make. Raises ModelError when they make none."""
    config = infer_config(source.shapes, stated)
    source.check(config)
    shapes = expected_shapes(config)
    state: dict[str, Tensor] = {
        name: source.tensor(name, recipe, shapes[name]).to(torch.float32, copy=True)
        for name, recipe in recipes(config, source.places).items()
    }
    with torch.device("meta"):
        model = Flamingo(config)
    model.load_state_dict(state, assign=True)
    return model.eval().requires_grad_(requires_grad=False)

"""The graphs of a Flamingo, exported without its weights.

Four graphs: vision (pixels to patches), resampler (patches to latents), media (latents to what text
reads of them), decoder (tokens, with gated cross-attention inside). Placement, wanted positions and
the key/value cache are inputs of the decoder; batch, text, images and cached tokens are free.
Modules lie on torch's meta device: a graph of any size takes no memory for weights.
"""

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import onnx_ir as ir
import onnxscript.optimizer
import torch
from torch import Tensor, nn
from torch.export import Dim

from precedent_inference.config import FlamingoConfig
from precedent_inference.model.flamingo import Flamingo, MediaKV
from precedent_inference.model.kv_cache import GrowingCache

OPSET = 20
PREFIX = "model."
"""Initializers are named by it and the weight's own name."""


class _Vision(nn.Module):
    def __init__(self, model: Flamingo) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: Tensor) -> Tensor:
        patches: Tensor = self.model.vision(pixels)
        return patches


class _Resampler(nn.Module):
    def __init__(self, model: Flamingo) -> None:
        super().__init__()
        self.model = model

    def forward(self, patches: Tensor) -> Tensor:
        latents: Tensor = self.model.resampler(patches)
        return latents


class _Media(nn.Module):
    def __init__(self, model: Flamingo) -> None:
        super().__init__()
        self.model = model

    def forward(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        pairs = self.model.project_media(latents)
        return pairs.keys, pairs.values


class _Decoder(nn.Module):
    def __init__(self, model: Flamingo) -> None:
        super().__init__()
        self.model = model

    def forward(
        self,
        tokens: Tensor,
        media_index: Tensor,
        attention_mask: Tensor,
        wanted: Tensor,
        media_keys: Tensor,
        media_values: Tensor,
        past: list[Tensor],
    ) -> tuple[Tensor, list[Tensor]]:
        cache = GrowingCache(list(zip(past[::2], past[1::2], strict=True)))
        media = MediaKV(media_keys, media_values)
        hidden = self.model.hidden_states(tokens, media, media_index, cache, attention_mask)
        logits = self.model.head(hidden[:, wanted])
        return logits, [part for pair in cache.pairs for part in pair]


@dataclass(frozen=True, slots=True)
class GraphPlan:
    """One graph to export: its module, example inputs, their free axes, and all names."""

    module: nn.Module
    inputs: tuple[Any, ...]
    axes: tuple[Any, ...]
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]


def cache_names(layers: int, prefix: str) -> tuple[str, ...]:
    """Give the names of every layer's keys and values, in the order of the graph."""
    return tuple(
        f"{prefix}_{kind}_{layer}" for layer in range(layers) for kind in ("keys", "values")
    )


def plans(config: FlamingoConfig, dtype: torch.dtype) -> dict[str, Callable[[], GraphPlan]]:
    """Give each graph's plan, made when it is called."""
    with torch.device("meta"):
        model = Flamingo(config).to(dtype).eval().requires_grad_(requires_grad=False)
    return {
        "vision": lambda: _vision(model, dtype),
        "resampler": lambda: _resampler(model, dtype),
        "media": lambda: _media(model, dtype),
        "decoder": lambda: _decoder(model, dtype),
    }


def export_graph(plan: GraphPlan) -> ir.Model:
    """Export one graph; its initializers have names and shapes, no values."""
    for name in ("torch.onnx", "onnxscript", "onnx_ir"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with warnings.catch_warnings(), torch.inference_mode(mode=False):
        # torch 2.13's exporter warns of its own deprecated calls and of axis names that it renames.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            plan.module,
            plan.inputs,
            dynamo=True,
            dynamic_shapes=plan.axes,
            opset_version=OPSET,
            optimize=False,
            verbose=False,
        )
    assert program is not None
    model = program.model
    _optimise(model)
    for value, name in zip(model.graph.inputs, plan.input_names, strict=True):
        value.name = name
    for value, name in zip(model.graph.outputs, plan.output_names, strict=True):
        value.name = name
    for node in model.graph:
        node.metadata_props.clear()  # stack traces with this machine's paths
        node.doc_string = None
    model.metadata_props.clear()
    return model


def _optimise(model: ir.Model) -> None:
    """Fold constants. Weights pose as inputs meanwhile: folding would read what is not there."""
    graph = model.graph
    weights = list(graph.initializers.values())
    graph.initializers.clear()
    for weight in weights:
        weight.const_value = None
    graph.inputs.extend(weights)
    onnxscript.optimizer.optimize_ir(model)
    for weight in weights:
        graph.inputs.remove(weight)
        if weight.uses():
            assert weight.name is not None
            graph.initializers[weight.name] = weight


def _vision(model: Flamingo, dtype: torch.dtype) -> GraphPlan:
    side = model.config.vision.image_size
    pixels = torch.zeros(3, 3, side, side, dtype=dtype, device="meta")
    return GraphPlan(_Vision(model), (pixels,), ({0: Dim("images")},), ("pixels",), ("patches",))


def _resampler(model: Flamingo, dtype: torch.dtype) -> GraphPlan:
    vision = model.config.vision
    patches = torch.zeros(3, vision.tokens, vision.width, dtype=dtype, device="meta")
    axes = ({0: Dim("images")},)
    return GraphPlan(_Resampler(model), (patches,), axes, ("patches",), ("latents",))


def _media(model: Flamingo, dtype: torch.dtype) -> GraphPlan:
    config = model.config
    shape = (2, 3, config.resampler.latents, config.vision.width)
    latents = torch.zeros(shape, dtype=dtype, device="meta")
    axes = ({0: Dim("batch"), 1: Dim("images")},)
    return GraphPlan(_Media(model), (latents,), axes, ("latents",), ("keys", "values"))


def _decoder(model: Flamingo, dtype: torch.dtype) -> GraphPlan:
    config = model.config
    language, cross = config.language, config.cross_attention
    rows, images, tokens, cached, wanted = 2, 3, 7, 5, 2
    blocks, latents = len(config.cross_layers), config.resampler.latents
    head_width = language.width // language.heads

    def zeros(*shape: int) -> Tensor:
        return torch.zeros(shape, dtype=dtype, device="meta")

    def ones(*shape: int) -> Tensor:
        return torch.ones(shape, dtype=torch.int64, device="meta")

    media = (blocks, rows, cross.heads, images, latents, cross.head_width)
    past = [zeros(rows, language.heads, cached, head_width) for _ in range(2 * language.layers)]
    b, t, m = Dim("batch"), Dim("tokens"), Dim("images")
    s, w = Dim("cached"), Dim("wanted")
    kv = {1: b, 3: m}
    axes = ({0: b, 1: t}, {0: b, 1: t}, {0: b, 1: Dim.AUTO}, {0: w}, kv, kv)
    inputs = (
        ones(rows, tokens),
        ones(rows, tokens),
        ones(rows, cached + tokens),
        ones(wanted),
        zeros(*media),
        zeros(*media),
    )
    names = ("tokens", "media_index", "attention_mask", "wanted", "media_keys", "media_values")
    layers = language.layers
    return GraphPlan(
        _Decoder(model),
        (*inputs, past),
        (*axes, [{0: b, 2: s}] * len(past)),
        (*names, *cache_names(layers, "past")),
        ("logits", *cache_names(layers, "present")),
    )

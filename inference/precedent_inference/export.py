"""A model folder to ONNX graphs, compared with torch before anything is published.

Three graphs: vision (pixels to latents), media (latents to what text reads of them), decoder
(tokens, with gated cross-attention inside; placement and cache are inputs). Weights stay in half
precision where that loses nothing, and are cast in the graph.
"""

import copy
import logging
import shutil
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn
from torch.export import Dim

from precedent_inference.backends.base import Backend, EncodedImage, FloatArray, Step, TokenState
from precedent_inference.backends.onnx_runtime import OnnxBackend
from precedent_inference.backends.pytorch import TorchBackend
from precedent_inference.errors import ModelError
from precedent_inference.model.flamingo import Flamingo, MediaKV
from precedent_inference.model.kv_cache import GrowingCache
from precedent_inference.model.weights import load_flamingo
from precedent_inference.models import (
    ONNX_FOLDER,
    WEIGHTS_FILE,
    ModelFolder,
    require_file,
    seal,
)

TOLERANCE = 1e-4
"""Largest difference of a logit between the graphs and torch, float32."""

OPSET = 20
SMALL = 256
"""Elements below which an initializer stays as it is."""

Report = Callable[[str], object]


class _Vision(nn.Module):
    def __init__(self, model: Flamingo) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: Tensor) -> Tensor:
        return self.model.encode_images(pixels)


class _Media(nn.Module):
    def __init__(self, model: Flamingo) -> None:
        super().__init__()
        self.model = model

    def forward(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        pairs = self.model.project_media(latents)
        return pairs.keys.transpose(2, 3), pairs.values.transpose(2, 3)


class _Decoder(nn.Module):
    def __init__(self, model: Flamingo) -> None:
        super().__init__()
        self.model = model

    def forward(
        self,
        tokens: Tensor,
        media_index: Tensor,
        media_keys: Tensor,
        media_values: Tensor,
        cache_keys: Tensor,
        cache_values: Tensor,
        attention_mask: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        media = MediaKV(media_keys.transpose(2, 3), media_values.transpose(2, 3))
        cache = GrowingCache(list(zip(cache_keys.unbind(0), cache_values.unbind(0), strict=True)))
        logits = self.model.decode(tokens, media, media_index, cache, attention_mask)
        keys, values = zip(*cache.pairs, strict=True)
        return logits, torch.stack(keys), torch.stack(values)


class _Graph(NamedTuple):
    """One graph to export: its module, example inputs, their free axes, and the outputs' names."""

    module: nn.Module
    inputs: dict[str, Tensor]
    axes: tuple[dict[int, Any], ...]
    outputs: tuple[str, ...]


def export_model(source: ModelFolder, target: Path, *, report: Report = lambda _: None) -> Path:
    """Write a copy of `source` with its graphs to `target`, which may be the source's own folder.

    Nothing is seen at `target` before the graphs agree with torch. Raises ModelError when they do
    not.
    """
    require_file(source, WEIGHTS_FILE)
    model = load_flamingo(source.path)
    draft = target.with_name(f"{target.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        shutil.copytree(source.path, draft, ignore=shutil.ignore_patterns(ONNX_FOLDER))
        folder = draft / ONNX_FOLDER
        folder.mkdir()
        for name, graph in _graphs(model).items():
            report(f"Exporting {name}.")
            _write(graph, folder / f"{name}.onnx")
        report("Comparing with torch.")
        difference = largest_difference(model, folder)
        if not difference <= TOLERANCE:
            raise ModelError(
                f"The graphs of {source.profile.name} differ from torch by {difference:.1e} on a "
                f"logit; at most {TOLERANCE:g} is allowed.",
                "Nothing was written; report it with the version of torch.",
            )
        seal(draft, source.profile)
        _publish(draft, target)
    except OSError as error:
        raise ModelError(
            f"The export of {source.profile.name} cannot be written to {target}: {error.strerror}.",
            "Nothing was changed; free space or choose another folder.",
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    report(f"Exported to {target}; largest difference {difference:.1e}.")
    return target


def largest_difference(model: Flamingo, folder: Path) -> float:
    """Give the largest difference of a logit between torch and the graphs in `folder`.

    Over cold and cached steps, one and several rows and images, with and without padding.
    """
    backends: tuple[Backend, Backend] = (
        TorchBackend(model),
        OnnxBackend(folder, ["CPUExecutionProvider"]),
    )
    rng = np.random.default_rng(0)
    size, vocabulary = model.config.vision.image_size, model.config.language.vocabulary
    pixels = rng.standard_normal((4, 3, size, size), dtype=np.float32)
    first, second = (backend.encode(pixels) for backend in backends)
    worst = _difference([image.latents for image in first], [image.latents for image in second])
    for rows, tokens, images in ((1, 9, 1), (1, 33, 4), (3, 17, 2)):
        steps = [
            Step(
                rng.integers(0, vocabulary, (rows, length)),
                rng.integers(0, images + 1, (rows, length)),
                _left_padding(rows, past + length),
            )
            for past, length in ((0, tokens), (tokens, 1), (tokens + 1, 5))
        ]
        given = [
            _logits(backend, encoded[:images], steps)
            for backend, encoded in zip(backends, (first, second), strict=True)
        ]
        worst = max(worst, _difference(*given))
    return worst


def halve(graph: onnx.GraphProto) -> None:
    """Keep every large float32 initializer that half precision holds exactly in half precision."""
    casts: list[onnx.NodeProto] = []
    for initializer in graph.initializer:
        if initializer.data_type != onnx.TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(initializer)
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if values.size < SMALL or not np.array_equal(half.astype(np.float32), values):
            continue
        name = initializer.name
        initializer.CopyFrom(numpy_helper.from_array(half, f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *copy.deepcopy(list(graph.node))]
    del graph.node[:]
    graph.node.extend(nodes)


def _graphs(model: Flamingo) -> dict[str, _Graph]:
    vision, language = model.config.vision, model.config.language
    rows, images, tokens, cached = 2, 3, 7, 5
    latents = torch.zeros(rows, images, model.config.resampler.latents, vision.width)
    media_shape = (
        len(model.config.cross_layers),
        rows,
        images,
        model.config.cross_attention.heads,
        model.config.resampler.latents,
        model.config.cross_attention.head_width,
    )
    cache = torch.zeros(
        language.layers, rows, language.heads, cached, language.width // language.heads
    )
    ids = torch.ones(rows, tokens, dtype=torch.int64)
    mask = torch.ones(rows, cached + tokens, dtype=torch.int64)
    b, t, m, s = Dim("batch"), Dim("tokens"), Dim("images"), Dim("cached")
    inputs = {
        # Distinct tensors: the exporter takes one tensor given twice for one input (torch 2.13).
        "tokens": ids,
        "media_index": ids.clone(),
        "media_keys": torch.zeros(media_shape),
        "media_values": torch.zeros(media_shape),
        "cache_keys": cache,
        "cache_values": cache.clone(),
        "attention_mask": mask,
    }
    kv, past = {1: b, 2: m}, {1: b, 3: s}
    axes = ({0: b, 1: t}, {0: b, 1: t}, kv, kv, past, past, {0: b, 1: Dim.AUTO})
    pixels = torch.zeros(images, 3, vision.image_size, vision.image_size)
    return {
        "vision": _Graph(_Vision(model), {"pixels": pixels}, ({0: m},), ("latents",)),
        "media": _Graph(_Media(model), {"latents": latents}, ({0: b, 1: m},), ("keys", "values")),
        "decoder": _Graph(
            _Decoder(model), inputs, axes, ("logits", "cache_keys_out", "cache_values_out")
        ),
    }


def _write(graph: _Graph, path: Path) -> None:
    for name in ("torch.onnx", "onnxscript"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with warnings.catch_warnings(), torch.inference_mode(mode=False):
        # torch 2.13's exporter warns of its own deprecated calls and of axis names that it renames.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            graph.module.eval(),
            tuple(graph.inputs.values()),
            dynamo=True,
            dynamic_shapes=graph.axes,
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            opset_version=OPSET,
            verbose=False,
        )
    assert program is not None
    proto = program.model_proto
    del proto.metadata_props[:]
    for node in proto.graph.node:
        del node.metadata_props[:]  # stack traces with this machine's paths
        node.doc_string = ""
    halve(proto.graph)
    onnx.save(proto, path)


def _logits(
    backend: Backend, images: Sequence[EncodedImage], steps: list[Step]
) -> list[FloatArray]:
    rows = len(steps[0].tokens)
    media = backend.join([images] * rows)
    state: TokenState = backend.pick(backend.start([], 0), [0] * rows)
    found: list[FloatArray] = []
    for step in steps:
        logits, state = backend.forward(step, media, state)
        found.append(logits)
    return found


def _left_padding(rows: int, length: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Pad every row but the first by its number."""
    return (np.arange(length) >= np.arange(rows)[:, None]).astype(np.int64)


def _difference(first: list[FloatArray], second: list[FloatArray]) -> float:
    return max(float(np.abs(a - b).max()) for a, b in zip(first, second, strict=True))


def _publish(draft: Path, target: Path) -> None:
    old = target.with_name(f"{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    try:
        draft.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)

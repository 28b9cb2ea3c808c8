"""Runs the exported graphs of one model; what the decoder remembers stays on its device.

Letters as in `model/flamingo.py`: X cross-attention blocks, N layers, B batch, M media, L latents,
V latent width, H heads, D head width, S cached tokens.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # 1.31 has no stubs
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from precedent_inference.backends.base import (
    EncodedImage,
    FloatArray,
    Media,
    Segment,
    Step,
    TokenState,
)
from precedent_inference.backends.onnx.providers import (
    CPU,
    REFUSALS,
    SHORT,
    Session,
    open_session,
    report_of,
    wanted_providers,
)
from precedent_inference.errors import EngineError, ModelError
from precedent_inference.models import EXPORT_RECORD, GRAPHS, ONNX_FOLDER

logger = logging.getLogger(__name__)

ENCODE_BATCH = 8
"""Images through the vision tower at once; bounds the memory of an evaluation."""

Array = NDArray[Any]
OrtValue = Any
"""A tensor on a device; the library has no types for it."""
Open = Callable[[Path, Sequence[str], str], Session]


@dataclass(frozen=True, slots=True, eq=False)
class OnnxImage:
    """One encoded image, on the host."""

    latents: FloatArray
    """(L, V)."""
    keys: Array
    """[X, H, L, D]."""
    values: Array

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.latents.nbytes + self.keys.nbytes + self.values.nbytes


@dataclass(frozen=True, slots=True, eq=False)
class OnnxMedia:
    """Keys and values [X, B, H, M, L, D] of a batch's images, on the device."""

    keys: OrtValue
    values: OrtValue


@dataclass(frozen=True, slots=True, eq=False)
class OnnxSegment:
    """Keys and values [2 N, H, T, D] of some neighbouring tokens, on the host."""

    pairs: Array

    @property
    def length(self) -> int:
        """Tokens, T."""
        return int(self.pairs.shape[2])

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.pairs.nbytes

    def split(self, at: int) -> "tuple[OnnxSegment, OnnxSegment]":
        """Give the first `at` tokens and the rest, as copies."""
        return (
            OnnxSegment(self.pairs[:, :, :at].copy()),
            OnnxSegment(self.pairs[:, :, at:].copy()),
        )


@dataclass(frozen=True, slots=True, eq=False)
class OnnxState:
    """Every layer's keys and values [B, H, S, D] of the tokens so far, on the device."""

    past: tuple[OrtValue, ...]

    @property
    def length(self) -> int:
        """Cached tokens, S."""
        return int(self.past[0].shape()[2])

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return sum(int(np.prod(part.shape())) for part in self.past) * 4


class OnnxBackend:
    """Runs the exported graphs of one model."""

    def __init__(
        self, folder: Path, providers: Sequence[str], open_graph: Open = open_session
    ) -> None:
        """Open the graphs in `folder`. Raises ModelError when one is broken."""
        self._folder = folder
        self._open_graph = open_graph
        self._precision = _precision(folder)
        self._failed: tuple[str, ...] = ()
        self._open(providers)

    def encode(self, pixels: FloatArray) -> list[EncodedImage]:
        """Encode normalised pictures [M, 3, size, size]."""
        images: list[EncodedImage] = []
        for start in range(0, len(pixels), ENCODE_BATCH):
            part = {"pixels": pixels[start : start + ENCODE_BATCH].astype(self._dtype)}
            patches = self._run("vision", part)[0]
            latents = self._run("resampler", {"patches": patches})[0].numpy()
            keys, values = self._run("media", {"latents": latents[None]})
            keys, values = keys.numpy(), values.numpy()  # [X, 1, H, M, L, D]
            # Copies, so that an image kept in a cache does not keep its whole batch alive.
            images += [
                OnnxImage(
                    latents[at].astype(np.float32),
                    keys[:, 0, :, at].copy(),
                    values[:, 0, :, at].copy(),
                )
                for at in range(len(latents))
            ]
        return images

    def pack(self, image: EncodedImage) -> bytes:
        """Give an encoded image as safetensors bytes."""
        own = _own(image)
        arrays = {"latents": own.latents, "keys": own.keys, "values": own.values}
        data: bytes = safetensors.numpy.save(arrays)
        return data

    def unpack(self, data: bytes) -> OnnxImage:
        """Give the image of `pack`. Raises ValueError when the bytes are not one of this model."""
        try:
            arrays = safetensors.numpy.load(data)
        except SafetensorError as error:
            raise ValueError(f"not an encoded image: {error}") from error
        shapes = {name: array.shape for name, array in arrays.items()}
        pair = (self._media_shape[0], *self._media_shape[2:3], *self._media_shape[4:])
        wanted = {"keys": pair, "values": pair}
        if {name: shapes.get(name) for name in wanted} != wanted or "latents" not in arrays:
            raise ValueError(f"an encoded image of another model: {shapes}")
        return OnnxImage(arrays["latents"], arrays["keys"], arrays["values"])

    def join(self, rows: Sequence[Sequence[EncodedImage]]) -> OnnxMedia:
        """Line up each row's images; missing ones are zeros, which no token sees.

        Without any image there is one of zeros, so that a step that sees none costs little.
        """
        most = max(1, *(len(row) for row in rows))
        blocks, _, heads, _, latents, width = self._media_shape
        shape = (blocks, len(rows), heads, most, latents, width)
        keys, values = (np.zeros(shape, self._dtype) for _ in range(2))
        for at, row in enumerate(rows):
            for number, image in enumerate(row):
                keys[:, at, :, number] = _own(image).keys
                values[:, at, :, number] = _own(image).values
        return OnnxMedia(self._value(keys), self._value(values))

    def start(self, segments: Sequence[Segment], capacity: int) -> OnnxState:
        """Give a state of one row that holds copies of `segments`; it grows as it is used."""
        parts = [_own_segment(segment).pairs for segment in segments]
        empty = np.zeros((2 * self._layers, self._heads, 0, self._head_width), self._dtype)
        pairs = np.concatenate([empty, *parts], axis=2)
        return OnnxState(tuple(self._value(layer[None].copy()) for layer in pairs))

    def forward(self, step: Step, media: Media, state: TokenState) -> tuple[FloatArray, OnnxState]:
        """Give the logits [B, W, vocabulary] of the wanted positions, and the grown state."""
        assert isinstance(media, OnnxMedia)
        known = _own_state(state)
        batch, new_tokens = step.tokens.shape
        mask = step.mask
        if mask is None:
            mask = np.ones((batch, known.length + new_tokens), np.int64)
        seen = media if step.sees_images else self.join([[]] * batch)
        wanted = np.array([at % new_tokens for at in step.wanted], np.int64)
        feeds: dict[str, OrtValue | Array] = {
            "tokens": step.tokens,
            "media_index": step.media_index,
            "attention_mask": mask,
            "wanted": wanted,
            "media_keys": seen.keys,
            "media_values": seen.values,
        }
        feeds |= dict(zip(self._past_names, known.past, strict=True))
        logits, *present = self._run("decoder", feeds)
        return logits.numpy().astype(np.float32), OnnxState(tuple(present))

    def cut(self, state: TokenState, start: int, end: int) -> OnnxSegment:
        """Give a copy of the keys and values of the tokens from `start` to before `end`."""
        parts = [part.numpy()[0, :, start:end] for part in _own_state(state).past]
        return OnnxSegment(np.stack(parts))

    def pick(self, state: TokenState, rows: Sequence[int]) -> OnnxState:
        """Give a new state whose row i is a copy of row `rows[i]`."""
        at = list(rows)
        past = tuple(self._value(part.numpy()[at]) for part in _own_state(state).past)
        return OnnxState(past)

    def _open(self, providers: Sequence[str]) -> None:
        self._providers = list(providers)
        self._sessions: Mapping[str, Session] = {
            name: self._open_graph(self._folder / f"{name}.onnx", providers, self._precision)
            for name in GRAPHS
        }
        inputs = {value.name: value for value in self._sessions["decoder"].get_inputs()}
        self._past_names = [name for name in inputs if name.startswith("past_")]
        self._layers = len(self._past_names) // 2
        _, self._heads, _, self._head_width = inputs["past_keys_0"].shape
        self._media_shape = inputs["media_keys"].shape
        self._dtype = np.float16 if self._precision == "fp16" else np.float32
        ran = {name: session.get_providers()[0] for name, session in self._sessions.items()}
        self._device = "cpu" if ran["decoder"] == CPU else "cuda"
        report = report_of(ran, providers, self._precision)
        warnings = (*self._failed, *report.warnings)
        self.report = type(report)(
            report.name, report.precision, report.device, warnings, report.graphs
        )

    def _value(self, array: Array) -> OrtValue:
        return onnxruntime.OrtValue.ortvalue_from_numpy(
            np.ascontiguousarray(array), self._device, 0
        )

    def _run(self, graph: str, feeds: Mapping[str, OrtValue | Array]) -> list[OrtValue]:
        """Run a graph; its results stay where it runs. Raises EngineError when it fails."""
        session = self._sessions[graph]
        try:
            binding: Any = session.io_binding()
            for name, value in feeds.items():
                bound = self._value(value) if isinstance(value, np.ndarray) else value
                binding.bind_ortvalue_input(name, bound)
            for output in session.get_outputs():
                device = "cpu" if output.name == "logits" else self._device
                binding.bind_output(output.name, device)
            session.run_with_iobinding(binding)
            results: list[OrtValue] = binding.get_outputs()
        except REFUSALS as error:
            raise self._step_down(graph, error) from error
        return results

    def _step_down(self, graph: str, error: Exception) -> EngineError:
        """Go on with the next provider after a failure, and say so; the CPU has none after it."""
        failed = self._sessions[graph].get_providers()[0]
        logger.error("%s failed at run time: %s", failed, error)
        rest = self._providers[self._providers.index(failed) + 1 :]
        if not rest:
            return EngineError(
                f"{SHORT[failed]} failed while it ran the graph {graph}: {_line(error)}.",
                "Ask again; if it fails again, export the model again.",
            )
        self._failed = (
            f"{SHORT[failed]} failed while it answered; {SHORT[rest[0]]} answers since.",
        )
        self._open(rest)
        return EngineError(
            f"{SHORT[failed]} failed while it answered ({_line(error)}); the engine goes on with "
            f"{SHORT[rest[0]]}.",
            "Ask again.",
        )


def open_onnx_backend(folder: Path) -> OnnxBackend:
    """Open a model folder's graphs with the best provider of this machine."""
    return OnnxBackend(folder / ONNX_FOLDER, wanted_providers())


def _precision(folder: Path) -> str:
    path = folder / EXPORT_RECORD
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["precision"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"The record {path.name} of {folder.parent.name}'s graphs cannot be read: {error}.",
            "Export the model again.",
        ) from error


def _line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _own(image: EncodedImage) -> OnnxImage:
    assert isinstance(image, OnnxImage)
    return image


def _own_segment(segment: Segment) -> OnnxSegment:
    assert isinstance(segment, OnnxSegment)
    return segment


def _own_state(state: TokenState) -> OnnxState:
    assert isinstance(state, OnnxState)
    return state

"""Runs the exported graphs of one model; what the decoder remembers stays on its device.

Letters as in `model/flamingo.py`: X cross-attention blocks, N layers, B batch, M media, L latents,
V latent width, H heads, D head width, S cached tokens.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # 1.31 has no stubs
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from precedent_inference.backends.base import (
    EncodedImage,
    FloatArray,
    IntArray,
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

READ_CHUNK = 512
"""Tokens read again at once after a failure; bounds the memory that this takes."""

Result = TypeVar("Result")
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


@dataclass(slots=True, eq=False)
class OnnxMedia:
    """Keys and values [X, B, H, M, L, D] of a batch's images, on the host and on the device."""

    keys: Array
    values: Array
    lent: tuple[OrtValue, OrtValue] | None = None
    """On the device, once the decoder has asked for them."""
    era: int = 0
    """The providers that the device's belong to; others send them again."""


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
class Reading:
    """What a state has read since its start, on the host: another provider can read it again."""

    tokens: IntArray
    """[B, T]."""
    media_index: IntArray
    """[B, T]."""
    mask: IntArray | None = None
    """[B, S], 0 where a token is padding, those of the start included; None when none is."""
    media: OnnxMedia | None = None
    """The images that were seen; None before the first step."""
    rows: tuple[int, ...] | None = None
    """The rows of these media that became the state's rows; None when they are the same."""

    def picked(self, rows: list[int]) -> "Reading":
        """Give the reading of a state whose row i was row `rows[i]`."""
        before = range(len(self.tokens)) if self.rows is None else self.rows
        mask = None if self.mask is None else self.mask[rows]
        return Reading(
            self.tokens[rows],
            self.media_index[rows],
            mask,
            self.media,
            tuple(before[row] for row in rows),
        )

    def after(self, step: Step, media: OnnxMedia) -> "Reading":
        """Give the reading with a step more."""
        return Reading(
            np.concatenate((self.tokens, step.tokens), 1),
            np.concatenate((self.media_index, step.media_index), 1),
            step.mask,
            media,
        )


@dataclass(frozen=True, slots=True, eq=False)
class OnnxState:
    """Every layer's keys and values of the tokens so far, on the device."""

    started: int
    """Tokens that it was started with."""
    token_bytes: int
    """Of one token's keys and values."""
    start: Array | None
    """Keys and values [2 N, H, S, D] of those tokens, on the host; None when they were read and no
    provider is left that would have to read them again."""
    reading: Reading
    past: tuple[OrtValue, ...] | None = None
    """Each [B, H, S, D]; None before the first step."""
    era: int = 0
    """The providers that `past` belongs to; others make it anew."""

    @property
    def length(self) -> int:
        """Cached tokens, S."""
        return self.started + int(self.reading.tokens.shape[1])

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return len(self.reading.tokens) * self.length * self.token_bytes


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
        self._era = 0
        self._open(providers)

    def encode(self, pixels: FloatArray) -> list[EncodedImage]:
        """Encode normalised pictures [M, 3, size, size]."""
        images: list[EncodedImage] = []
        for start in range(0, len(pixels), ENCODE_BATCH):
            part = pixels[start : start + ENCODE_BATCH].astype(self._dtype)
            images += self._with_next(partial(self._encode, part))
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
        return OnnxMedia(keys, values)

    def start(self, segments: Sequence[Segment], capacity: int) -> OnnxState:
        """Give a state of one row that holds copies of `segments`; it grows as it is used."""
        parts = [_own_segment(segment).pairs for segment in segments]
        empty = np.zeros((2 * self._layers, self._heads, 0, self._head_width), self._dtype)
        none = np.zeros((1, 0), np.int64)
        pairs = np.concatenate([empty, *parts], axis=2)
        token_bytes = len(pairs) * self._heads * self._head_width * pairs.itemsize
        return OnnxState(int(pairs.shape[2]), token_bytes, pairs, Reading(none, none))

    def forward(self, step: Step, media: Media, state: TokenState) -> tuple[FloatArray, OnnxState]:
        """Give the logits [B, W, vocabulary] of the wanted positions, and the grown state."""
        assert isinstance(media, OnnxMedia)
        own = _own_state(state)
        logits, past = self._with_next(lambda: self._decode(step, media, self._past(own)))
        start = own.start if len(self._providers) > 1 else None
        reading = own.reading.after(step, media)
        return logits, replace(own, start=start, reading=reading, past=past, era=self._era)

    def cut(self, state: TokenState, start: int, end: int) -> OnnxSegment:
        """Give a copy of the keys and values of the tokens from `start` to before `end`."""
        own = _own_state(state)
        return self._with_next(
            lambda: OnnxSegment(
                np.stack([part.numpy()[0, :, start:end] for part in self._past(own)])
            )
        )

    def pick(self, state: TokenState, rows: Sequence[int]) -> OnnxState:
        """Give a new state whose row i is a copy of row `rows[i]`."""
        own, at = _own_state(state), list(rows)
        reading = own.reading.picked(at)
        if own.past is None:
            return replace(own, reading=reading)
        past = self._with_next(
            lambda: tuple(self._value(part.numpy()[at]) for part in self._past(own))
        )
        return replace(own, reading=reading, past=past, era=self._era)

    def _encode(self, pixels: Array) -> list[OnnxImage]:
        patches = self._run("vision", {"pixels": pixels})[0]
        latents = self._run("resampler", {"patches": patches})[0].numpy()
        keys, values = (
            part.numpy() for part in self._run("media", {"latents": latents[None]})
        )  # [X, 1, H, M, L, D]
        # Copies, so that an image kept in a cache does not keep its whole batch alive.
        return [
            OnnxImage(
                latents[at].astype(np.float32), keys[:, 0, :, at].copy(), values[:, 0, :, at].copy()
            )
            for at in range(len(latents))
        ]

    def _decode(
        self, step: Step, media: OnnxMedia, past: tuple[OrtValue, ...]
    ) -> tuple[FloatArray, tuple[OrtValue, ...]]:
        batch, new_tokens = step.tokens.shape
        mask = step.mask
        if mask is None:
            mask = np.ones((batch, past[0].shape()[2] + new_tokens), np.int64)
        keys, values = self._lend(media if step.sees_images else self.join([[]] * batch))
        feeds: dict[str, OrtValue | Array] = {
            "tokens": step.tokens,
            "media_index": step.media_index,
            "attention_mask": mask,
            "wanted": np.array([at % new_tokens for at in step.wanted], np.int64),
            "media_keys": keys,
            "media_values": values,
        }
        feeds |= dict(zip(self._past_names, past, strict=True))
        logits, *present = self._run("decoder", feeds)
        return logits.numpy().astype(np.float32), tuple(present)

    def _past(self, state: OnnxState) -> tuple[OrtValue, ...]:
        """Give what a state remembers, read again where the provider that held it is left."""
        if state.past is not None and state.era == self._era:
            return state.past
        reading = state.reading
        rows, read = reading.tokens.shape
        assert state.start is not None
        past = tuple(self._value(np.stack([layer] * rows)) for layer in state.start)
        if reading.media is None:
            return past
        seen = _rows_of(reading.media, reading.rows)
        for at in range(0, read, READ_CHUNK):
            end = min(at + READ_CHUNK, read)
            mask = None if reading.mask is None else reading.mask[:, : state.started + end]
            step = Step(reading.tokens[:, at:end], reading.media_index[:, at:end], mask)
            _, past = self._decode(step, seen, past)
        return past

    def _lend(self, media: OnnxMedia) -> tuple[OrtValue, OrtValue]:
        """Give keys and values on the device; they are sent there once."""
        if media.lent is None or media.era != self._era:
            media.lent = (self._value(media.keys), self._value(media.values))
            media.era = self._era
        return media.lent

    def _with_next(self, work: Callable[[], Result]) -> Result:
        """Do work; where a provider fails, do it again with the next, and say so.

        Raises EngineError when there is none after it.
        """
        while True:
            try:
                return work()
            except REFUSALS as error:
                self._step_down(error)

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
        """Run a graph; its results stay where it runs, the logits come to the host."""
        session = self._sessions[graph]
        binding: Any = session.io_binding()
        for name, value in feeds.items():
            bound = self._value(value) if isinstance(value, np.ndarray) else value
            binding.bind_ortvalue_input(name, bound)
        for output in session.get_outputs():
            device = "cpu" if output.name == "logits" else self._device
            binding.bind_output(output.name, device)
        session.run_with_iobinding(binding)
        results: list[OrtValue] = binding.get_outputs()
        return results

    def _step_down(self, error: Exception) -> None:
        """Go on with the next provider after a failure. Raises EngineError when there is none."""
        failed = self._sessions["decoder"].get_providers()[0]
        logger.error("%s failed at run time: %s", failed, error)
        rest = self._providers[self._providers.index(failed) + 1 :]
        if not rest:
            raise EngineError(
                f"{SHORT[failed]} failed while it answered: {_line(error)}.",
                "Ask again; if it fails again, export the model again.",
            ) from error
        self._failed = (
            *self._failed,
            f"{SHORT[failed]} failed while it answered; {SHORT[rest[0]]} answers since.",
        )
        self._era += 1
        self._open(rest)


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


def _rows_of(media: OnnxMedia, rows: tuple[int, ...] | None) -> OnnxMedia:
    if rows is None:
        return media
    return OnnxMedia(media.keys[:, list(rows)], media.values[:, list(rows)])


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

"""The ONNX Runtime backend: three exported graphs, TensorRT, CUDA or the CPU, and no torch.

Letters as in `model/flamingo.py`: X cross-attention blocks, N layers, B batch, M media, L latents,
V latent width, H heads, D head width, S cached tokens.
"""

import ctypes
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # 1.31 has no stubs
import safetensors.numpy
from onnxruntime.capi.onnxruntime_pybind11_state import (  # type: ignore[import-untyped]  # as above
    EPFail,
    Fail,
    InvalidGraph,
    InvalidProtobuf,
    NoSuchFile,
    RuntimeException,
)
from onnxruntime.capi.onnxruntime_pybind11_state import (
    NotImplemented as NotSupported,
)
from safetensors import SafetensorError

from precedent_inference.backends.base import (
    BackendReport,
    EncodedImage,
    FloatArray,
    IntArray,
    Media,
    Segment,
    Step,
    TokenState,
)
from precedent_inference.errors import ModelError
from precedent_inference.models import ONNX_FOLDER

logger = logging.getLogger(__name__)

ENCODE_BATCH = 32
"""Images through the vision tower at once; bounds the memory of an evaluation."""

SILENT = 4
"""ONNX Runtime's log level "fatal": a missing CUDA is reported by us, in words."""

_DRIVER, _TENSORRT = (
    ("nvcuda.dll", "nvinfer_10.dll")
    if sys.platform == "win32"
    else ("libcuda.so.1", "libnvinfer.so.10")
)
_SHORT = {
    "TensorrtExecutionProvider": "TensorRT",
    "CUDAExecutionProvider": "CUDA",
    "CPUExecutionProvider": "CPU",
}


_REFUSALS: tuple[type[Exception], ...] = (
    EPFail,
    Fail,
    InvalidGraph,
    InvalidProtobuf,
    NoSuchFile,
    NotSupported,
    RuntimeException,
    RuntimeError,
    ValueError,
)
"""What opening a graph may raise; the library's errors share no root (1.31)."""


@dataclass(frozen=True, slots=True, eq=False)
class OnnxImage:
    """One encoded image."""

    latents: FloatArray
    """(L, V)."""
    keys: FloatArray
    """[X, H, L, D]."""
    values: FloatArray

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.latents.nbytes + self.keys.nbytes + self.values.nbytes


@dataclass(frozen=True, slots=True, eq=False)
class OnnxMedia:
    """Keys and values [X, B, M, H, L, D] of a batch's images."""

    keys: FloatArray
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class OnnxState:
    """Keys and values [N, B, H, S, D] of some neighbouring tokens: a segment and a state alike."""

    keys: FloatArray
    values: FloatArray

    @property
    def length(self) -> int:
        """Tokens, S."""
        return int(self.keys.shape[3])

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.keys.nbytes + self.values.nbytes

    def split(self, at: int) -> "tuple[OnnxState, OnnxState]":
        """Give the first `at` tokens and the rest, as copies."""
        return self.part(0, at), self.part(at, self.length)

    def part(self, start: int, end: int) -> "OnnxState":
        """Give a copy of the tokens from `start` to before `end`."""
        return OnnxState(*(x[:, :, :, start:end].copy() for x in (self.keys, self.values)))


class _Value(Protocol):
    name: str
    shape: list[int]


class _Session(Protocol):
    def run(self, names: None, feeds: Mapping[str, FloatArray | IntArray]) -> list[FloatArray]: ...
    def get_providers(self) -> list[str]: ...
    def get_inputs(self) -> list[_Value]: ...


class OnnxBackend:
    """Runs the exported graphs of one model."""

    def __init__(self, folder: Path, providers: Sequence[str]) -> None:
        """Open the graphs in `folder`. Raises ModelError when one is broken."""
        self._vision, self._media, self._decoder = (
            _open(folder / f"{name}.onnx", providers) for name in ("vision", "media", "decoder")
        )
        shapes = {value.name: value.shape for value in self._decoder.get_inputs()}
        self._layers, _, self._heads, _, self._head_width = shapes["cache_keys"]
        blocks, _, _, *image = shapes["media_keys"]
        self._image_shape = (blocks, *image)
        self.report = report_of(self._decoder.get_providers()[0], providers)

    def encode(self, pixels: FloatArray) -> list[EncodedImage]:
        """Encode normalised pictures [M, 3, size, size]."""
        images: list[EncodedImage] = []
        for start in range(0, len(pixels), ENCODE_BATCH):
            (latents,) = self._vision.run(None, {"pixels": pixels[start : start + ENCODE_BATCH]})
            keys, values = self._media.run(None, {"latents": latents[None]})  # [X, 1, M, H, L, D]
            # Copies, so that an image kept in a cache does not keep its whole batch alive.
            images += [
                OnnxImage(latents[at].copy(), keys[:, 0, at].copy(), values[:, 0, at].copy())
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
        """Give the image of `pack`. Raises ValueError when the bytes are not one."""
        try:
            arrays = safetensors.numpy.load(data)
        except SafetensorError as error:
            raise ValueError(f"not an encoded image: {error}") from error
        if set(arrays) != {"latents", "keys", "values"}:
            raise ValueError(f"not an encoded image: {sorted(arrays)}")
        return OnnxImage(arrays["latents"], arrays["keys"], arrays["values"])

    def join(self, rows: Sequence[Sequence[EncodedImage]]) -> OnnxMedia:
        """Line up each row's images; missing ones are zeros, which no token sees."""
        most = max(1, *(len(row) for row in rows))
        keys = [self._padded([_own(image).keys for image in row], most) for row in rows]
        values = [self._padded([_own(image).values for image in row], most) for row in rows]
        return OnnxMedia(np.stack(keys, 1), np.stack(values, 1))

    def start(self, segments: Sequence[Segment], capacity: int) -> OnnxState:
        """Give a state of one row that holds copies of `segments`."""
        own = [_own_state(segment) for segment in segments]
        if not own:
            return self._empty(1)
        parts = ([one.keys for one in own], [one.values for one in own])
        return OnnxState(*(np.concatenate(part, axis=3) for part in parts))

    def forward(self, step: Step, media: Media, state: TokenState) -> tuple[FloatArray, OnnxState]:
        """Give the logits [B, W, vocabulary] of the wanted positions, and the grown state."""
        assert isinstance(media, OnnxMedia)
        batch, new_tokens = step.tokens.shape
        known = _own_state(state)
        mask = step.mask
        if mask is None:
            mask = np.ones((batch, known.length + new_tokens), np.int64)
        feeds: dict[str, FloatArray | IntArray] = {
            "tokens": step.tokens,
            "media_index": step.media_index,
            "media_keys": media.keys,
            "media_values": media.values,
            "cache_keys": known.keys,
            "cache_values": known.values,
            "attention_mask": mask,
        }
        logits, keys, values = self._decoder.run(None, feeds)
        return logits[:, list(step.wanted)], OnnxState(keys, values)

    def cut(self, state: TokenState, start: int, end: int) -> OnnxState:
        """Give a copy of the keys and values of the tokens from `start` to before `end`."""
        return _own_state(state).part(start, end)

    def pick(self, state: TokenState, rows: Sequence[int]) -> OnnxState:
        """Give a new state whose row i is a copy of row `rows[i]`."""
        own, at = _own_state(state), list(rows)
        return OnnxState(own.keys[:, at], own.values[:, at])

    def _padded(self, arrays: list[FloatArray], length: int) -> FloatArray:
        missing = length - len(arrays)
        empty = np.zeros(self._image_shape, np.float32)
        return np.stack(arrays + [empty] * missing, 1)  # [X, M, H, L, D]

    def _empty(self, batch: int) -> OnnxState:
        shape = (self._layers, batch, self._heads, 0, self._head_width)
        return OnnxState(np.zeros(shape, np.float32), np.zeros(shape, np.float32))


def open_onnx_backend(folder: Path) -> OnnxBackend:
    """Open a model folder's graphs with the best provider of this machine."""
    return OnnxBackend(folder / ONNX_FOLDER, wanted_providers())


def wanted_providers() -> list[str]:
    """Give the providers to try, best first: those whose libraries are here, then the CPU."""
    built = onnxruntime.get_available_providers()
    wanted = ["CPUExecutionProvider"]
    if "CUDAExecutionProvider" in built and _is_loadable(_DRIVER):
        wanted.insert(0, "CUDAExecutionProvider")
        if "TensorrtExecutionProvider" in built and _is_loadable(_TENSORRT):
            wanted.insert(0, "TensorrtExecutionProvider")
    return wanted


def _open(path: Path, providers: Sequence[str]) -> _Session:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = SILENT
    onnxruntime.set_default_logger_severity(SILENT)
    try:
        # Without our own loop the library prints a failed provider to standard output.
        session = onnxruntime.InferenceSession(
            str(path), options, providers=list(providers), enable_fallback=0
        )
    except _REFUSALS as error:
        if len(providers) > 1:
            logger.warning("provider %s failed: %s", providers[0], error)
            return _open(path, providers[1:])
        raise ModelError(
            f"The graph {path.name} of model {path.parents[1].name} cannot be opened: {error}.",
            "Export the model again.",
        ) from error
    return cast("_Session", session)


def report_of(ran: str, wanted: Sequence[str]) -> BackendReport:
    """Say which provider runs the decoder, and which better ones could not."""
    missed = list(wanted[: wanted.index(ran)])
    warnings = [
        f"{_SHORT[name]} is on this machine but could not be used; {_SHORT[ran]} answers."
        for name in missed
    ]
    return BackendReport("onnx", "fp32", _SHORT[ran], tuple(warnings))


def _own(image: EncodedImage) -> OnnxImage:
    assert isinstance(image, OnnxImage)
    return image


def _own_state(state: TokenState | Segment) -> OnnxState:
    assert isinstance(state, OnnxState)
    return state


def _is_loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True

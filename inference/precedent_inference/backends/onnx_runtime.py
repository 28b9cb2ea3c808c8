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

from precedent_inference.backends.base import (
    BackendReport,
    EncodedImage,
    FloatArray,
    IntArray,
    Media,
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
    """Keys and values [N, B, H, S, D] of the tokens so far."""

    keys: FloatArray
    values: FloatArray

    @property
    def length(self) -> int:
        """Cached tokens, S."""
        return int(self.keys.shape[3])

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.keys.nbytes + self.values.nbytes


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

    def join(self, rows: Sequence[Sequence[EncodedImage]]) -> OnnxMedia:
        """Line up each row's images; missing ones are zeros, which no token sees."""
        most = max(len(row) for row in rows)
        keys = [_padded([_own(image).keys for image in row], most) for row in rows]
        values = [_padded([_own(image).values for image in row], most) for row in rows]
        return OnnxMedia(np.stack(keys, 1), np.stack(values, 1))

    def forward(
        self, step: Step, media: Media, state: TokenState | None
    ) -> tuple[FloatArray, OnnxState]:
        """Give the logits [B, vocabulary] after each row's last token, and the grown state."""
        assert isinstance(media, OnnxMedia)
        batch, new_tokens = step.tokens.shape
        known = self._empty(batch) if state is None else state
        assert isinstance(known, OnnxState)
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
        return logits[:, -1], OnnxState(keys, values)

    def truncate(self, state: TokenState, length: int) -> OnnxState:
        """Give the state of the first `length` tokens."""
        assert isinstance(state, OnnxState)
        parts = (state.keys[:, :, :, :length], state.values[:, :, :, :length])
        return OnnxState(*(np.ascontiguousarray(part) for part in parts))

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


def _padded(arrays: list[FloatArray], length: int) -> FloatArray:
    missing = length - len(arrays)
    return np.stack(arrays + [np.zeros_like(arrays[0])] * missing, 1)  # [X, M, H, L, D]


def _is_loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True

"""Which execution provider runs a graph: TensorRT, CUDA, the CPU, in that order, and said aloud."""

import ctypes
import hashlib
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

import onnxruntime  # type: ignore[import-untyped]  # 1.31 has no stubs
import platformdirs
from onnxruntime.capi.onnxruntime_pybind11_state import (  # type: ignore[import-untyped]  # as above
    EPFail,
    Fail,
    InvalidArgument,
    InvalidGraph,
    InvalidProtobuf,
    NoSuchFile,
    RuntimeException,
)
from onnxruntime.capi.onnxruntime_pybind11_state import (
    NotImplemented as NotSupported,
)

from precedent_inference.backends.base import BackendReport
from precedent_inference.errors import ModelError

logger = logging.getLogger(__name__)

SILENT = 4
"""ONNX Runtime's log level "fatal": a missing CUDA is reported by us, in words."""

TENSORRT, CUDA, CPU = "TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"
SHORT = {TENSORRT: "TensorRT", CUDA: "CUDA", CPU: "CPU"}

_DRIVER, _TENSORRT = (
    ("nvcuda.dll", "nvinfer_10.dll")
    if sys.platform == "win32"
    else ("libcuda.so.1", "libnvinfer.so.10")
)

REFUSALS: tuple[type[Exception], ...] = (
    EPFail,
    Fail,
    InvalidArgument,
    InvalidGraph,
    InvalidProtobuf,
    NoSuchFile,
    NotSupported,
    RuntimeException,
    RuntimeError,
    ValueError,
)
"""What opening or running a graph may raise; the library's errors share no root (1.31)."""


class Value(Protocol):
    """An input of a graph, or a tensor that lies on a device."""

    name: str
    shape: list[int]


class Session(Protocol):
    """What is used of `onnxruntime.InferenceSession`."""

    def get_providers(self) -> list[str]: ...  # noqa: D102
    def get_inputs(self) -> list[Value]: ...  # noqa: D102
    def get_outputs(self) -> list[Value]: ...  # noqa: D102
    def run(self, outputs: list[str], inputs: Mapping[str, object]) -> list[object]: ...  # noqa: D102
    def io_binding(self) -> object: ...  # noqa: D102
    def run_with_iobinding(self, binding: object) -> None: ...  # noqa: D102


def wanted_providers() -> list[str]:
    """Give the providers to try, best first: those whose libraries are here, then the CPU."""
    built = onnxruntime.get_available_providers()
    wanted = [CPU]
    if CUDA in built and _is_loadable(_DRIVER):
        wanted.insert(0, CUDA)
        if TENSORRT in built and _is_loadable(_TENSORRT):
            wanted.insert(0, TENSORRT)
    return wanted


def open_session(path: Path, providers: Sequence[str], precision: str) -> Session:
    """Open a graph with the first provider that takes it. Raises ModelError when none does."""
    options = onnxruntime.SessionOptions()
    # A thread that spins while it waits takes a core from the window beside it, and from the
    # engine's own Python between two passes: on two cores short passes took half as long again.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = SILENT
    onnxruntime.set_default_logger_severity(SILENT)
    chosen = [(name, dict(provider_options(name, path, precision))) for name in providers]
    try:
        # Without our own loop the library prints a failed provider to standard output.
        session = onnxruntime.InferenceSession(
            str(path), options, providers=chosen, enable_fallback=0
        )
    except REFUSALS as error:
        if len(providers) > 1:
            logger.warning("provider %s failed: %s", providers[0], error)
            return open_session(path, providers[1:], precision)
        raise ModelError(
            f"The graph {path.name} of model {path.parents[1].name} cannot be opened: {error}.",
            "Export the model again.",
        ) from error
    return cast("Session", session)


def provider_options(name: str, graph: Path, precision: str) -> Mapping[str, str]:
    """Give a provider's options: TensorRT keeps its engines, which take minutes to build.

    Its own file names tell GPU and version apart; the folder tells graphs apart.
    """
    if name != TENSORRT:
        return {}
    cache = platformdirs.user_cache_path("precedent", appauthor=False) / "tensorrt"
    folder = cache / hashlib.sha256(graph.read_bytes()).hexdigest()[:32]
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": str(folder),
        "trt_engine_cache_prefix": f"trt{_tensorrt_version()}",
        "trt_timing_cache_enable": "1",
        "trt_timing_cache_path": str(folder),
        "trt_fp16_enable": "1" if precision == "fp16" else "0",
    }


def report_of(ran: Mapping[str, str], wanted: Sequence[str], precision: str) -> BackendReport:
    """Say which provider runs each graph, and which better ones could not.

    ran: the provider of each graph, the decoder among them.
    """
    decoder = ran["decoder"]
    warnings = [
        f"{SHORT[name]} is on this machine but could not be used; {SHORT[decoder]} answers."
        for name in wanted[: wanted.index(decoder)]
    ]
    warnings += [
        f"The graph {graph} runs on {SHORT[name]}, the decoder on {SHORT[decoder]}."
        for graph, name in ran.items()
        if name != decoder
    ]
    graphs = tuple((graph, SHORT[name]) for graph, name in ran.items())
    return BackendReport("onnx", precision, SHORT[decoder], tuple(warnings), graphs)


def _tensorrt_version() -> str:
    try:
        number: int = ctypes.CDLL(_TENSORRT).getInferLibVersion()
    except (OSError, AttributeError):
        return "0"
    return str(number)


def _is_loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True

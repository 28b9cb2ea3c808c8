"""A model folder to an Answerer: checked files, a backend, a tokenizer.

torch and onnxruntime are imported by the backend that needs them, and only then.
"""

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from precedent_inference.answering import Answerer, token_rules
from precedent_inference.backends.base import Backend
from precedent_inference.backends.device_plan import NO_WISH, Planner, Wish
from precedent_inference.backends.model_size import Room
from precedent_inference.caches.budgets import cache_budgets
from precedent_inference.caches.image_store import ImageStore
from precedent_inference.config import FlamingoConfig, read_config
from precedent_inference.engine import Engine
from precedent_inference.errors import ModelError
from precedent_inference.models import (
    CONFIG_FILE,
    ONNX_FILES,
    ONNX_FOLDER,
    TOKENIZER_FILE,
    ModelFolder,
    require_file,
    require_weights,
)
from precedent_inference.progress import Report, unheard
from precedent_inference.tokenizer import TextTokenizer, open_tokenizer

logger = logging.getLogger(__name__)

BackendChoice = Literal["auto", "pytorch", "onnx"]
CHECKING = 0.3
"""The part of loading that is spent on hashing the weights."""
BACKEND_CHOICES: tuple[BackendChoice, ...] = ("auto", "pytorch", "onnx")


def load_answerer(
    model: ModelFolder,
    backend: BackendChoice = "auto",
    *,
    report: Report = unheard,
    store_folder: Path | None = None,
    wish: Wish = NO_WISH,
) -> Answerer:
    """Load a model; "auto" takes the exported graphs where there are some, which start sooner.

    When "auto" cannot use the graphs it takes torch, and every answer carries a warning that says
    why. store_folder: where encoded images are kept across restarts; None keeps none. wish: the
    device and precision asked for, which torch alone can follow. Raises ModelError when a file is
    missing, altered, or contradicts another, and when the model does not fit.
    """
    started = time.perf_counter()
    tokenizer = open_tokenizer(require_file(model, TOKENIZER_FILE))
    config = read_config(require_file(model, CONFIG_FILE))
    _require_agreement(model, config, tokenizer)
    profile = model.profile
    planner = Planner(config, Room(profile.context_tokens, profile.max_images))
    runner = _open(model, backend, report, _Torch(planner, wish))
    precision, on_device = runner.report.precision, runner.report.free_bytes
    free = psutil.virtual_memory().available if on_device is None else on_device
    engine = Engine(
        runner,
        token_rules(profile, tokenizer),
        budgets=cache_budgets(config, precision, profile.context_tokens, free),
        store=None if store_folder is None else ImageStore(store_folder, _seen_by(model, runner)),
    )
    load_s = time.perf_counter() - started
    logger.info("loaded %s with %s in %.1f s", profile.name, runner.report.name, load_s)
    return Answerer(profile, tokenizer, engine, load_s=load_s)


def _seen_by(model: ModelFolder, backend: Backend) -> str:
    """Name everything that an encoded image depends on besides the picture."""
    report = backend.report
    parts = (model.profile.fingerprint, report.name, report.precision, report.device)
    return "|".join(parts)


@dataclass(frozen=True, slots=True)
class _Torch:
    """How torch is to be used."""

    planner: Planner
    wish: Wish


def _open(model: ModelFolder, backend: BackendChoice, report: Report, torch: _Torch) -> Backend:
    is_asked = torch.wish != NO_WISH or not model.has_onnx
    if backend == "pytorch" or (backend == "auto" and is_asked):
        return _open_torch(model, report, torch)
    try:
        return _open_onnx(model)
    except ModelError as error:
        if backend == "onnx":
            raise
        logger.warning("the graphs of %s cannot be used: %s", model.profile.name, error)
        warning = f"The exported graphs were not used: {error.message}"
        return _open_torch(model, report, torch, (warning,))


def _open_torch(
    model: ModelFolder, report: Report, torch: _Torch, warnings: tuple[str, ...] = ()
) -> Backend:
    require_weights(model, lambda done: report(CHECKING * done, "Checking the weights"))
    try:
        from precedent_inference.backends.memory import find_devices
        from precedent_inference.backends.pytorch import open_torch_backend
    except (ImportError, OSError) as error:
        raise _not_installed("torch", error) from error
    return open_torch_backend(
        model.path,
        torch.planner.plan(find_devices(), torch.wish),
        warnings,
        lambda done: report(CHECKING + (1 - CHECKING) * done, "Reading the weights"),
        context_tokens=torch.planner.room.context_tokens,
    )


def _open_onnx(model: ModelFolder) -> Backend:
    beside = (name for name, _ in model.profile.hashes if name.startswith(f"{ONNX_FOLDER}/"))
    for name in sorted({*ONNX_FILES, *beside}):
        require_file(model, name)
    try:
        from precedent_inference.backends.onnx.backend import open_onnx_backend
    except (ImportError, OSError) as error:
        raise _not_installed("onnxruntime", error) from error
    return open_onnx_backend(model.path)


def _not_installed(library: str, error: Exception) -> ModelError:
    return ModelError(
        f"The library {library} cannot be loaded: {error}.", "Install Precedent again."
    )


def _require_agreement(
    model: ModelFolder, config: FlamingoConfig, tokenizer: TextTokenizer
) -> None:
    """Refuse a folder whose files contradict each other."""
    profile = model.profile
    pairs = {
        "placement": (profile.placement, config.placement),
        "image size": (profile.image.size, config.vision.image_size),
    }
    for what, (stated, configured) in pairs.items():
        if stated != configured:
            raise ModelError(
                f"Model {profile.name}: the profile states the {what} {stated}, "
                f"the configuration {configured}.",
                "Import the model again.",
            )
    if tokenizer.vocabulary > config.language.vocabulary:
        raise ModelError(
            f"Model {profile.name}: the tokenizer has {tokenizer.vocabulary} tokens, "
            f"the configuration {config.language.vocabulary}.",
            "Import the model again.",
        )

"""`model export`: graphs written beside a model or into a folder of their own, checked, published.

Nothing is seen at the target before the graphs have been compared with torch.
"""

import json
import math
import os
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

import onnx_ir as ir
import psutil

from precedent_inference.answering import token_rules
from precedent_inference.backends.onnx.backend import OnnxBackend
from precedent_inference.backends.onnx.providers import CPU
from precedent_inference.errors import Cancelled, ModelError
from precedent_inference.export.check import (
    CheckResult,
    GraphCheck,
    sample_prompts,
)
from precedent_inference.export.graphs import export_graph, plans
from precedent_inference.export.weights import COMPUTE, Precision, WeightPlan, WeightWriter
from precedent_inference.model.streamed import streamed_flamingo
from precedent_inference.model.weights import StoredWeights, load_flamingo
from precedent_inference.models import (
    DRAFT_SUFFIX,
    EXPORT_RECORD,
    ONNX_FOLDER,
    TOKENIZER_FILE,
    ModelFolder,
    require_file,
    require_weights,
    seal,
)
from precedent_inference.tokenizer import open_tokenizer

TOLERANCE = 1e-3
"""Largest difference of a logit between the graphs and torch, float32."""

QUESTIONS = 8
"""Sample questions asked of the graphs; two where the model does not fit into memory."""

OVERFLOW = "give logits that are no numbers: the precision does not hold the model's values"

Report = Callable[[str, int, int], object]
"""Gets a stage, and how many of its weights or questions are done."""


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What is to be written."""

    source: ModelFolder
    target: Path
    """A folder that does not exist, or the source's own."""
    precision: Precision = "fp32"


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """What is kept beside the graphs: how they were made and what the check found."""

    precision: Precision
    difference: float
    """Largest difference of a logit from torch in float32."""
    same_tokens: int
    tokens: int
    """Answer tokens over the sample cases, and how many of them torch would have chosen."""
    torch: str
    onnxruntime: str


def export_model(order: ExportOrder, report: Report, cancel: threading.Event) -> ExportRecord:
    """Export a model. Raises ModelError when the graphs do not agree with torch, and Cancelled."""
    source, target = order.source, order.target
    require_weights(source)
    is_own = target.exists() and target.samefile(source.path)
    final = source.path / ONNX_FOLDER if is_own else target
    draft = final.with_name(f"{final.name}{DRAFT_SUFFIX}")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        graphs = draft if is_own else draft / ONNX_FOLDER
        graphs.mkdir(parents=True)
        _write_graphs(order, graphs, report, cancel)
        record = _checked(order, graphs, report, cancel)
        (graphs / EXPORT_RECORD).write_text(json.dumps(asdict(record), indent=1), encoding="utf-8")
        if is_own:
            _swap(draft, source)
        else:
            _take_along(source.path, draft)
            seal(draft, source.profile)
            draft.rename(target)
    except OSError as error:
        raise ModelError(
            f"The export of {source.profile.name} cannot be written to {target}: "
            f"{error.strerror or error}.",
            "Nothing was changed; free space or choose another folder.",
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return record


def _write_graphs(
    order: ExportOrder, folder: Path, report: Report, cancel: threading.Event
) -> None:
    stored = StoredWeights(order.source.path)
    for name, plan in plans(stored.config, COMPUTE[order.precision]).items():
        _require_going(cancel)
        report(f"Drawing the graph {name}", 0, 1)
        model = export_graph(plan())
        done = 0

        def step(elements: int, name: str = name) -> None:
            nonlocal done
            _require_going(cancel)
            done += elements
            report(f"Writing the weights of {name}", done, stored.elements)

        WeightWriter(WeightPlan(stored, order.precision, step), name, folder).fill(model)
        ir.save(model, folder / f"{name}.onnx")


def _checked(
    order: ExportOrder, graphs: Path, report: Report, cancel: threading.Event
) -> ExportRecord:
    """Compare with torch. Raises ModelError when the graphs differ too much, and Cancelled."""
    source, name = order.source, order.source.profile.name
    stored = StoredWeights(source.path)
    empty = ExportRecord(order.precision, 0.0, 0, 0, version("torch"), version_of_runtime())
    (graphs / EXPORT_RECORD).write_text(json.dumps(asdict(empty)), encoding="utf-8")
    backend = OnnxBackend(graphs, [CPU])
    tokenizer = open_tokenizer(require_file(source, TOKENIZER_FILE))
    fits = stored.elements * 4 < psutil.virtual_memory().available // 2
    reference = load_flamingo(source.path) if fits else streamed_flamingo(stored)
    prompts = sample_prompts(source.profile, tokenizer, QUESTIONS if fits else 2)
    check = GraphCheck(reference, backend, token_rules(source.profile, tokenizer))
    found: list[CheckResult] = []
    for at, prompt in enumerate(prompts):
        report("Comparing with torch", at, len(prompts))
        found.append(check.ask(prompt, cancel))
        _require_going(cancel)
    worst = max(one.difference for one in found)
    if order.precision == "fp32":
        worst = max(worst, check.random_difference(prompts[0].images))
    limit = TOLERANCE if order.precision == "fp32" else sys.float_info.max
    if not worst <= limit:
        differ = f"differ from torch by {worst:.1e} on a logit; at most {TOLERANCE:g} is allowed"
        raise ModelError(
            f"The graphs of {name} {differ if math.isfinite(worst) else OVERFLOW}.",
            "Nothing was written; export in fp32, or report it with the version of torch.",
        )
    report("Comparing with torch", len(prompts), len(prompts))
    same, tokens = sum(one.same for one in found), sum(one.tokens for one in found)
    return replace(empty, difference=worst, same_tokens=same, tokens=tokens)


def version_of_runtime() -> str:
    """Give ONNX Runtime's version, whichever of its packages is installed."""
    import onnxruntime  # type: ignore[import-untyped]  # 1.31 has no stubs

    return str(onnxruntime.__version__)


def _require_going(cancel: threading.Event) -> None:
    if cancel.is_set():
        raise Cancelled("The export was stopped; nothing was kept.")


def _take_along(source: Path, draft: Path) -> None:
    """Give the new folder the model's other files, linked where the disk can, copied elsewhere."""
    for path in source.iterdir():
        if not path.is_file():
            continue
        try:
            os.link(path, draft / path.name)
        except OSError:
            shutil.copy2(path, draft / path.name)


def _swap(draft: Path, source: ModelFolder) -> None:
    """Put new graphs into a model's folder and seal it; the old ones come back if that fails."""
    target = source.path / ONNX_FOLDER
    old = target.with_name(f"{ONNX_FOLDER}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    try:
        draft.rename(target)
        seal(source.path, source.profile)
    except OSError:
        shutil.rmtree(target, ignore_errors=True)
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)

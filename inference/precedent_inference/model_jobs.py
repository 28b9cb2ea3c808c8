"""What a window does with the models of this machine: list, import, check, set aside. No torch.

An import runs in a process of its own, so that a cancelled or failed one leaves nothing behind and
a window never waits for it.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from precedent_inference.child import creation_flags, python_path
from precedent_inference.errors import Cancelled, ModelError
from precedent_inference.json_border import Table
from precedent_inference.models import (
    EXPORT_RECORD,
    ONNX_FOLDER,
    REMOVED_SUFFIX,
    FileState,
    ModelFolder,
    file_states,
    find_models,
    user_models_folder,
)

PlacementChoice = Literal["auto", "next", "previous"]

COMMAND = (sys.executable, "-m", "precedent_inference", "model", "import")


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model folder, whether it can be used or not."""

    name: str
    path: Path
    size_bytes: int = 0
    kind: str = ""
    runs_as: tuple[str, ...] = ()
    """Ways in which it can be run: "torch", "ONNX int4"."""
    takes_shots: Literal["yes", "no", "harmful"] = "yes"
    max_images: int = 0
    context_tokens: int = 0
    licence: str = ""
    intended_use: str = ""
    known_limits: tuple[str, ...] = ()
    card: str = ""
    is_shipped: bool = False
    problem: str = ""
    """Why it cannot be used; empty when it can."""


@dataclass(frozen=True, slots=True)
class ImportWish:
    """What the user wants to import."""

    paths: tuple[Path, ...]
    name: str
    placement: PlacementChoice = "auto"


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is."""

    stage: str
    done: int
    total: int
    """Bytes."""
    left_s: float | None = None
    """Seconds to the end of the stage at its pace so far; None while that is unknown."""


def list_models(extra: Sequence[Path] = ()) -> tuple[ModelEntry, ...]:
    """Give every model of this machine, then what cannot be used."""
    found = find_models(extra)
    broken = tuple(ModelEntry(one.path.name, one.path, problem=one.reason) for one in found.broken)
    return (*(_entry(model) for model in found.models), *broken)


def removed_models() -> tuple[ModelEntry, ...]:
    """Give the models that were set aside and still take space."""
    folder = user_models_folder()
    return tuple(
        ModelEntry(path.name.removesuffix(REMOVED_SUFFIX), path, _size(path))
        for path in sorted(folder.glob(f"*{REMOVED_SUFFIX}"))
    )


def set_aside(entry: ModelEntry) -> Path:
    """Take a model out of the list, its files kept. Raises ModelError."""
    if entry.is_shipped:
        raise ModelError(
            f"{entry.name} is part of Precedent and cannot be removed.",
            "It takes little space and answers the sample question.",
        )
    target = entry.path.with_name(f"{entry.path.name}{REMOVED_SUFFIX}")
    try:
        if target.exists():
            shutil.rmtree(target)
        entry.path.rename(target)
    except OSError as error:
        raise _refused(entry, error) from error
    return target


def bring_back(entry: ModelEntry) -> Path:
    """Put a model that was set aside into the list again. Raises ModelError."""
    target = entry.path.with_name(entry.name)
    if target.exists():
        raise ModelError(
            f"There is another model called {entry.name} by now.", "Remove that one first."
        )
    try:
        entry.path.rename(target)
    except OSError as error:
        raise _refused(entry, error) from error
    return target


def delete_for_good(entry: ModelEntry) -> None:
    """Delete the files of a model that was set aside. Raises ModelError."""
    assert entry.path.name.endswith(REMOVED_SUFFIX)
    try:
        shutil.rmtree(entry.path)
    except OSError as error:
        raise _refused(entry, error) from error


def check_model(
    name: str, extra: Sequence[Path] = (), *, progress: Callable[[str], object] = str
) -> dict[str, FileState]:
    """Compare every file of a model with its hash; `progress` gets the file under way.

    Raises ModelError when there is no such model.
    """
    model = find_models(extra).named(name)
    states: dict[str, FileState] = {}
    for file, state in file_states(model, progress):
        states[file] = state
    return states


class ImportJob:
    """One import; runs once, and can be cancelled from any thread."""

    def __init__(self, wish: ImportWish, command: Sequence[str] = COMMAND) -> None:
        self._command = [
            *command,
            *(str(path) for path in wish.paths),
            *("--kind", "flamingo", "--name", wish.name, "--progress-json"),
            *(() if wish.placement == "auto" else ("--placement", wish.placement)),
        ]
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._is_cancelled = False

    def run(self, *, progress: Callable[[ImportProgress], object] = repr) -> str:
        """Import and give the new model's name. Raises ModelError, and Cancelled."""
        with self._lock:
            if self._is_cancelled:
                raise _cancelled()
            process = self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                env=os.environ | {"PYTHONPATH": python_path(), "PYTHONIOENCODING": "utf-8"},
                creationflags=creation_flags(),
                start_new_session=True,
            )
        try:
            return self._follow(process, progress)
        finally:
            self._let_go(process)

    def cancel(self) -> None:
        """Ask the process to stop and to remove what it has written."""
        with self._lock:
            self._is_cancelled = True
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.close()

    def _follow(
        self, process: "subprocess.Popen[str]", progress: Callable[[ImportProgress], object]
    ) -> str:
        assert process.stdout is not None
        pace = _Pace()
        for line in process.stdout:
            table = Table.of(json.loads(line), "The import's progress", ModelError)
            if "stage" in table.values:
                progress(
                    pace.of(table.text("stage"), table.integer("done"), table.integer("total"))
                )
            elif "imported" in table.values:
                return table.table("imported").text("name")
            elif "error" in table.values:
                error = table.table("error")
                raise ModelError(error.text("message"), error.optional_text("hint"))
        if self._is_cancelled:
            raise _cancelled()
        raise ModelError(
            f"The import ended with status {process.wait()} and no reason.",
            "Run `precedent model import` in a terminal to see what it says.",
        )

    def _let_go(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with self._lock:
            if process.stdin is not None:
                process.stdin.close()
        process.wait()
        process.stdout.close()


class _Pace:
    """Tells how long a stage will go on from how long it took so far."""

    def __init__(self) -> None:
        self._stage = ""
        self._began = 0.0

    def of(self, stage: str, done: int, total: int) -> ImportProgress:
        """Give the progress with the time left."""
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._began = stage, now
        spent = now - self._began
        left = spent * (total - done) / done if done > 0 and spent > 1 else None
        return ImportProgress(stage, done, total, left)


def _entry(model: ModelFolder) -> ModelEntry:
    profile = model.profile
    return ModelEntry(
        name=profile.name,
        path=model.path,
        size_bytes=model.size_bytes,
        kind=profile.kind,
        runs_as=_ways(model),
        takes_shots=profile.takes_shots,
        max_images=profile.max_images,
        context_tokens=profile.context_tokens,
        licence=profile.licence,
        intended_use=profile.intended_use,
        known_limits=profile.known_limits,
        card=model.card,
        is_shipped=model.is_shipped,
    )


def _ways(model: ModelFolder) -> tuple[str, ...]:
    ways = ["torch"] if any(name.startswith("weights") for name, _ in model.profile.hashes) else []
    if model.has_onnx:
        record = model.path / ONNX_FOLDER / EXPORT_RECORD
        try:
            precision = str(json.loads(record.read_text(encoding="utf-8"))["precision"])
        except (OSError, ValueError, KeyError, TypeError):
            precision = "unknown precision"  # verifying the model names the file
        ways.insert(0, f"ONNX {precision}")
    return tuple(ways)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _refused(entry: ModelEntry, error: OSError) -> ModelError:
    return ModelError(
        f"The folder of {entry.name} cannot be changed: {error.strerror or error}.",
        "Close other programs that use it and try again.",
    )


def _cancelled() -> Cancelled:
    return Cancelled("The import was stopped; nothing was kept.")

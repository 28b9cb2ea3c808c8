"""`precedent model import`: a released checkpoint to a model of ours."""

import argparse
import json
import os
import re
import sys
import threading
from pathlib import Path
from typing import Protocol

from precedent_inference.errors import Cancelled, ModelError
from precedent_inference.models import (
    DRAFT_SUFFIX,
    REMOVED_SUFFIX,
    ModelFolder,
    find_models,
    user_models_folder,
)
from precedent_inference.placement import PLACEMENTS
from precedent_inference.verbs.progress_bar import ProgressBar, interrupts
from precedent_resources import PrecedentError

EXIT_BAD_INPUT, EXIT_CANCELLED = 2, 130
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
PRECISIONS = ("stored", "fp32", "bf16", "fp16")
STEP_BYTES = 16 * 1024**2
"""Progress is told in steps of this size at least."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the sub-verb."""
    parser = verbs.add_parser("import", help="make a released checkpoint a model of ours")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="folders, files, or hf:owner/name")
    parser.add_argument("--kind", choices=("flamingo",), required=True)
    parser.add_argument("--name", required=True, help="how the model is to be called")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where models are kept")
    parser.add_argument("--precision", choices=PRECISIONS, default="stored")
    parser.add_argument("--placement", choices=PLACEMENTS, help="default: the checkpoint's own")
    parser.add_argument("--start-id", type=int, metavar="ID", help="the first token of a prompt")
    parser.add_argument("--progress-json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Import; give the exit status."""
    return _run_told(args) if args.progress_json else _run_shown(args)


def _run_shown(args: argparse.Namespace) -> int:
    cancel = threading.Event()
    try:
        with interrupts(cancel), ProgressBar("B") as bar:
            model = _import(args, bar.show, cancel)
    except Cancelled as error:
        sys.stderr.write(f"precedent: {error.message}\n")
        return EXIT_CANCELLED
    sys.stdout.write(
        f"{model.profile.name} is ready, {model.size_bytes / 1e9:.1f} GB in {model.path}\n"
    )
    return 0


def _run_told(args: argparse.Namespace) -> int:
    cancel = threading.Event()
    threading.Thread(target=_cancel_with_input, args=(cancel,), daemon=True).start()
    try:
        with interrupts(cancel):
            model = _import(args, _Lines(cancel).show, cancel)
    except Cancelled:
        _line({"cancelled": True})
        return EXIT_CANCELLED
    except PrecedentError as error:
        _line({"error": {"message": error.message, "hint": error.hint}})
        return EXIT_BAD_INPUT
    _line(
        {
            "imported": {
                "name": model.profile.name,
                "path": str(model.path),
                "size_bytes": model.size_bytes,
            }
        }
    )
    return 0


def _import(args: argparse.Namespace, show: "Show", cancel: threading.Event) -> ModelFolder:
    folder = args.to or user_models_folder()
    _require_free_name(args.name, folder)
    from precedent_inference.importing.convert import Progress
    from precedent_inference.importing.hub import PREFIX, Hub
    from precedent_inference.importing.importer import ImportOrder, import_model

    def report(progress: Progress) -> None:
        show(progress.stage, progress.done, progress.total)

    paths = tuple(
        Hub().fetch(word, report, cancel) if word.startswith(PREFIX) else Path(word)
        for word in args.paths
    )
    order = ImportOrder(paths, args.name, args.precision, args.placement, args.start_id)
    return import_model(order, folder / args.name, report, cancel)


def _require_free_name(name: str, folder: Path) -> None:
    """Refuse a name that no folder can have, or that would hide another model."""
    if not NAME.fullmatch(name) or name.endswith((".", DRAFT_SUFFIX, REMOVED_SUFFIX)):
        raise ModelError(
            f"{name!r} cannot be a model's name.",
            "Use small letters, digits, dot, dash and underscore, at most 64; "
            f"not {DRAFT_SUFFIX} or {REMOVED_SUFFIX} at the end.",
        )
    for model in find_models([folder]).models:
        if model.profile.name == name:
            raise ModelError(
                f"There is a model called {name} already, in {model.path}.",
                f"Choose another name, or remove it first: precedent model remove {name}.",
            )


class Show(Protocol):
    """What is told of an import's progress."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take in how far a stage is, in bytes."""
        ...


class _Lines:
    """Progress as lines of JSON; cancels when nobody reads them any more."""

    def __init__(self, cancel: threading.Event) -> None:
        self._cancel = cancel
        self._said = ("", 0)

    def show(self, stage: str, done: int, total: int) -> None:
        """Write a line when a stage begins, ends, or has gone on far enough."""
        before, said = self._said
        if stage == before and done < total and done - said < STEP_BYTES:
            return
        self._said = (stage, done)
        try:
            _line({"stage": stage, "done": done, "total": total, "unit": "bytes"})
        except BrokenPipeError:
            self._cancel.set()


def _cancel_with_input(cancel: threading.Event) -> None:
    """Cancel when whoever started this lets go of its standard input.

    The file itself is read: a thread that waits inside Python's own stream would keep the
    interpreter from ending.
    """
    try:
        number = sys.stdin.fileno()
        while os.read(number, 4096):
            pass
    except (AttributeError, OSError, ValueError):
        return  # there is no input that anybody could close
    cancel.set()


def _line(body: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(body) + "\n")
    sys.stdout.flush()

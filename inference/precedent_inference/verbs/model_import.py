"""`precedent model import`: a released checkpoint to a model of ours."""

import argparse
import json
import re
import sys
import threading
from pathlib import Path
from typing import Protocol

from precedent_inference.errors import Cancelled, ModelError
from precedent_inference.models import ModelFolder, user_models_folder
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
    cancel = threading.Event()
    if not args.progress_json:
        with interrupts(cancel), ProgressBar("B") as bar:
            model = _import(args, bar.show, cancel)
        sys.stdout.write(
            f"{model.profile.name} is ready, {model.size_bytes / 1e9:.1f} GB in {model.path}\n"
        )
        return 0
    threading.Thread(target=_cancel_with_input, args=(cancel,), daemon=True).start()
    try:
        with interrupts(cancel):
            model = _import(args, _Lines().show, cancel)
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
    if not NAME.fullmatch(args.name):
        raise ModelError(
            f"{args.name!r} cannot be a model's name.",
            "Use small letters, digits, dot, dash and underscore, at most 64.",
        )
    from precedent_inference.importing.hub import PREFIX, fetch
    from precedent_inference.importing.importer import ImportOrder, import_model

    paths = tuple(fetch(word) if word.startswith(PREFIX) else Path(word) for word in args.paths)
    order = ImportOrder(paths, args.name, args.precision, args.placement, args.start_id)
    target = (args.to or user_models_folder()) / args.name
    return import_model(
        order, target, lambda progress: show(progress.stage, progress.done, progress.total), cancel
    )


class Show(Protocol):
    """What is told of an import's progress."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take in how far a stage is, in bytes."""
        ...


class _Lines:
    """Progress as lines of JSON."""

    def __init__(self) -> None:
        self._said = ("", 0)

    def show(self, stage: str, done: int, total: int) -> None:
        """Write a line when a stage begins, ends, or has gone on far enough."""
        before, said = self._said
        if stage == before and done < total and done - said < STEP_BYTES:
            return
        self._said = (stage, done)
        _line({"stage": stage, "done": done, "total": total, "unit": "bytes"})


def _cancel_with_input(cancel: threading.Event) -> None:
    """Cancel when whoever started this lets go of its standard input."""
    sys.stdin.read()
    cancel.set()


def _line(body: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(body) + "\n")
    sys.stdout.flush()

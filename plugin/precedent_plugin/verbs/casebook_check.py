"""`precedent casebook check`: does this casebook help this model, and when should it not answer."""

import argparse
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from tqdm import tqdm

from precedent_inference.client import LocalEngine
from precedent_plugin.casebook_check.kept import keep
from precedent_plugin.casebook_check.report import as_json, lines_of, make_report
from precedent_plugin.casebook_check.run import kept_of, runner_of
from precedent_plugin.casebook_check.trials import SHOT_COUNTS, Trial, TrialPlan, TrialRunner
from precedent_plugin.casebook_file import SUFFIX, read_casebook
from precedent_plugin.errors import UsageError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.output import note
from precedent_plugin.references import CasePicture, from_file, from_library
from precedent_plugin.shelf import find_casebook
from precedent_plugin.tray import MAX_SHOTS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is checked, and with what."""
    parser.add_argument("casebook", metavar="C", help="name in the library, or a .casebook file")
    parser.add_argument("--model", default="starter", metavar="M")
    parser.add_argument("--backend", choices=("auto", "pytorch", "onnx"), default="auto")
    parser.add_argument(
        "--models", type=Path, action="append", default=[], metavar="FOLDER", help="look here too"
    )
    parser.add_argument(
        "--shots",
        type=int,
        nargs="+",
        default=list(SHOT_COUNTS),
        metavar="N",
        help="numbers of references to compare; 0 is always among them",
    )


def check(library: CaseLibrary, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Ask every case of the others; keep the result for the window where the library has it."""
    counts = tuple(sorted({0, *arguments.shots}))
    if not 0 <= counts[0] <= counts[-1] <= MAX_SHOTS or counts == (0,):
        raise UsageError(f"--shots takes numbers from 1 to {MAX_SHOTS}.")
    name, casebook_id, items = _items(library, arguments.casebook)
    runner = runner_of(name, items, TrialPlan(arguments.model, counts))
    trials = _run(runner, arguments)
    report = make_report(name, arguments.model, items, trials)
    if casebook_id is not None:
        keep(library.folder, casebook_id, arguments.model, kept_of(report, items))
    return as_json(report), "\n".join(lines_of(report))


def _items(library: CaseLibrary, words: str) -> tuple[str, str | None, list[CasePicture]]:
    """Give name, id in the library and cases of a casebook or a casebook file."""
    path = Path(words)
    if path.suffix == SUFFIX or path.is_file():
        with read_casebook(path) as file:
            name = file.casebook.name
        return name, None, from_file(path)
    book = find_casebook(library, words)
    return book.name, book.id, from_library(library, book.id)


def _run(runner: TrialRunner, arguments: argparse.Namespace) -> list[Trial]:
    engine = LocalEngine(
        backend=arguments.backend, model_folders=arguments.models, first_model=arguments.model
    )
    with closing(engine):
        client = engine.client(on_progress=note)
        with tqdm(total=runner.total, desc="Asking", unit=" questions", file=sys.stderr) as bar:
            return runner.run(client, threading.Event(), lambda done, _: bar.update(done - bar.n))

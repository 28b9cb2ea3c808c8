"""`precedent bench viewer`: what a reader waits for, measured off screen.

Each case runs in a process of its own, so that its memory and its caches are its own.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import platformdirs
import psutil

from precedent_viewer.bench.figures import Figure, Target, line_of, record_of
from precedent_viewer.bench.generated import Sizes
from precedent_viewer.errors import ViewerError

EXIT_MISSED = 1
NAMES = ("opening", "scroll-ct", "scroll-htj2k", "scroll-jpeg-2000", "cine", "mammogram", "mpr",
         "memory")  # fmt: skip
CASE_TIMEOUT_S = 1800


class CaseError(ViewerError):
    """A case ended without its figures."""


def main(argv: list[str]) -> int:
    """Measure and print; 1 when a target is missed or a case failed."""
    asked = _parser().parse_args(argv)
    if asked.slices < 2 or asked.frames < 2:
        raise CaseError("There must be at least 2 slices and 2 frames.")
    if asked.inside is not None:
        return _run_here(asked)
    cases = [[name] for name in asked.case or NAMES]
    cases += [["real", "--real", str(folder)] for folder in asked.real or ()]
    figures: list[Figure] = []
    failed: list[str] = []
    for case in cases:
        try:
            figures += _run_apart(case, asked)
        except CaseError as error:
            sys.stderr.write(f"precedent: {error}\n")
            failed.append(case[0])
    missed = [figure.name for figure in figures if figure.is_missed]
    if asked.json:
        records = [record_of(figure) for figure in figures]
        found = {"machine": _machine(), "figures": records, "missed": missed, "failed": failed}
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        sys.stdout.write("".join(line_of(figure) + "\n" for figure in figures))
    return EXIT_MISSED if missed or failed else 0


def cache_folder() -> Path:
    """Give the folder that keeps the generated studies."""
    return Path(platformdirs.user_cache_dir("precedent", appauthor=False)) / "bench"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="precedent bench viewer", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--case", action="append", choices=NAMES, help="only this case; repeatable")
    parser.add_argument(
        "--real",
        action="append",
        type=Path,
        metavar="FOLDER",
        help="real files as well; repeatable",
    )
    parser.add_argument("--slices", type=int, default=1000, metavar="N", help="of each CT")
    parser.add_argument("--frames", type=int, default=500, metavar="N", help="of the cine")
    parser.add_argument(
        "--folder", type=Path, default=cache_folder(),
        help="where the generated studies are kept (about 3 GB)",
    )  # fmt: skip
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    return parser


def _run_apart(arguments: list[str], asked: argparse.Namespace) -> list[Figure]:
    """Run one case in a process of its own. Raises CaseError."""
    name, *rest = arguments
    command = [
        sys.executable, "-m", "precedent_viewer.bench", "--inside", name, *rest,
        "--slices", str(asked.slices), "--frames", str(asked.frames),
        "--folder", str(asked.folder),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    sys.stderr.write(f"{name} …\n")
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, env=environment, timeout=CASE_TIMEOUT_S, check=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise CaseError(
            f"The case {name} ended without its figures.", "Its last words are above."
        ) from error
    return [_figure(record) for record in json.loads(done.stdout)]


def _run_here(asked: argparse.Namespace) -> int:
    # Qt is imported by the cases alone; the process that starts them needs none.
    from precedent_viewer.bench import cases

    order = cases.Order(
        asked.folder, Sizes(asked.slices, asked.frames), lambda line: sys.stderr.write(f"{line}\n"),
        asked.real[0] if asked.real else None,
    )  # fmt: skip
    case = cases.real if asked.inside == "real" else cases.CASES[asked.inside]
    records = [_record(figure) for figure in case(order)]
    sys.stdout.write(json.dumps(records))
    return 0


def _record(figure: Figure) -> dict[str, object]:
    target = figure.target
    return {
        "name": figure.name, "value": figure.value, "unit": figure.unit,
        "target": None if target is None else [target.bound, target.sense],
    }  # fmt: skip


def _figure(record: dict[str, Any]) -> Figure:
    target = record["target"]
    return Figure(
        record["name"], record["value"], record["unit"],
        None if target is None else Target(*target),
    )  # fmt: skip


def _machine() -> dict[str, object]:
    return {
        "system": sys.platform,
        "cores": os.cpu_count(),
        "memory_mib": psutil.virtual_memory().total >> 20,
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }

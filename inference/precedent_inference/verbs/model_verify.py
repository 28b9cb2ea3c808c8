"""`precedent model verify`: installed models against their hashes, or our arithmetic against the
public reference's numbers."""

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from precedent_inference.errors import ModelError
from precedent_inference.loading import load_answerer
from precedent_inference.models import FileCheck, FoundModels, ModelFolder, check_files, find_models
from precedent_resources import PrecedentError

if TYPE_CHECKING:
    from precedent_inference.importing.golden import GoldenReport

EXIT_BAD_INPUT = 2
EXIT_DIFFERS = 1


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the sub-verb."""
    parser = verbs.add_parser("verify", help="whether a model's files are whole and load")
    parser.add_argument("name", nargs="?", help="one model (default: all)")
    parser.add_argument(
        "--golden",
        type=Path,
        metavar="DIR",
        help="compare our arithmetic with the public reference's numbers in this folder",
    )
    parser.add_argument("--models", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Verify; give the exit status: 1 where numbers differ, 2 where files do."""
    if args.golden is not None:
        if args.name is not None:
            raise ModelError(
                "A golden folder brings its own model.", "Leave the name or --golden out."
            )
        return _golden(args.golden, as_json=args.json)
    return _installed(find_models(args.models), args.name, as_json=args.json)


def _golden(path: Path, *, as_json: bool) -> int:
    from precedent_inference.importing.golden import golden_folders, verify_golden

    reports = [verify_golden(folder) for folder in golden_folders(path)]
    is_ok = all(report.ok for report in reports)
    if as_json:
        sys.stdout.write(json.dumps(_golden_json(reports), allow_nan=False) + "\n")
    else:
        sys.stdout.writelines(line + "\n" for report in reports for line in _golden_lines(report))
    return 0 if is_ok else EXIT_DIFFERS


def _golden_json(reports: "Sequence[GoldenReport]") -> dict[str, object]:
    """Give one folder's object, or that of several under `folders` with what holds for all."""
    from precedent_inference.importing.golden_case import TOLERANCE

    entries: list[dict[str, object]] = [
        {
            "folder": report.folder,
            "greedy_equal": report.all_equal("generated"),
            "beam_equal": report.all_equal("beam"),
            "stages": {
                stage: value if isinstance(value, bool) else _number(value)
                for stage, value in report.by_stage().items()
            },
            "absent": list(report.absent),
            "not_compared": list(report.not_compared),
            "cases": [
                {
                    "case": c.case,
                    "stage": c.stage,
                    "max_abs_diff": _number(c.max_abs_diff),
                    "ok": c.is_equal,
                }
                for c in report.comparisons
            ],
        }
        | _outcome([report])
        for report in reports
    ]
    body = entries[0] if len(entries) == 1 else {"folders": entries}
    return body | _outcome(reports) | {"tolerance": TOLERANCE}


def _outcome(reports: "Sequence[GoldenReport]") -> dict[str, object]:
    found = [r.max_abs_diff for r in reports if r.max_abs_diff is not None]
    numbers = [_number(value) for value in found]
    is_number = bool(numbers) and None not in numbers
    return {
        "ok": all(report.ok for report in reports),
        "max_abs_diff": max(found) if is_number else None,
    }


def _golden_lines(report: "GoldenReport") -> Iterator[str]:
    """Say each stage's difference, then what differs and what is not there, then the outcome."""
    for stage, value in report.by_stage().items():
        said = ("equal" if value else "differs") if isinstance(value, bool) else f"{value:.1e}"
        yield f"{report.folder}: {stage}: {said}"
    for c in report.comparisons:
        if not c.is_equal:
            by = "" if c.max_abs_diff is None else f" by {c.max_abs_diff:.1e}"
            yield f"{report.folder}: {c.case}.{c.stage} differs{by}"
    for name in report.absent:
        yield f"{report.folder}: {name} is absent"
    for name in report.not_compared:
        yield f"{report.folder}: {name} is not compared"
    if report.lacks:
        yield f"{report.folder}: nothing could be compared of {', '.join(report.lacks)}"
    largest = "no numbers" if report.max_abs_diff is None else f"{report.max_abs_diff:.1e} at most"
    yield f"{report.folder}: {'ok' if report.ok else 'not ok'}, {largest}"


def _number(value: float | None) -> float | None:
    """Give a number that JSON has; what is none is null, and never ok."""
    return value if value is not None and math.isfinite(value) else None


def _installed(found: FoundModels, name: str | None, *, as_json: bool) -> int:
    chosen = [found.named(name)] if name is not None else list(found.models)
    checks = [(model, check_files(model), _load_error(model)) for model in chosen]
    broken = [] if name is not None else list(found.broken)
    is_ok = not broken and all(_is_whole(files, error) for _, files, error in checks)
    if as_json:
        models = [
            {
                "name": model.profile.name,
                "ok": _is_whole(files, error),
                "files": [{"name": file.name, "state": file.state} for file in files],
                "error": error,
            }
            for model, files, error in checks
        ]
        unusable = [{"path": str(item.path), "reason": item.reason} for item in broken]
        body = {"ok": is_ok, "models": models, "broken": unusable}
        sys.stdout.write(json.dumps(body) + "\n")
        return 0 if is_ok else EXIT_BAD_INPUT
    for model, files, error in checks:
        for file in files:
            sys.stdout.write(f"{model.profile.name}: {file.name}: {file.state}\n")
        state = "whole, and it loads" if _is_whole(files, error) else f"broken. {error or ''}"
        sys.stdout.write(f"{model.profile.name}: {state}\n")
    for item in broken:
        sys.stdout.write(f"{item.path.name}: cannot be used. {item.reason}\n")
    return 0 if is_ok else EXIT_BAD_INPUT


def _is_whole(files: tuple[FileCheck, ...], error: str | None) -> bool:
    return error is None and all(file.state == "ok" for file in files)


def _load_error(model: ModelFolder) -> str | None:
    """Load it with every backend that it has files for; give what went wrong."""
    try:
        load_answerer(model, "pytorch")
        if model.has_onnx:
            load_answerer(model, "onnx")
    except PrecedentError as error:
        return str(error)
    return None

"""`precedent model list|verify|export`: the models on this machine."""

import argparse
import json
import sys
from pathlib import Path

from precedent_inference.errors import ModelError
from precedent_inference.loading import load_answerer
from precedent_inference.models import (
    FileCheck,
    FoundModels,
    ModelFolder,
    check_files,
    find_models,
)
from precedent_resources import PrecedentError

EXIT_BAD_INPUT = 2


def main(argv: list[str]) -> int:
    """Run one of the sub-verbs."""
    args = _parser().parse_args(argv)
    found = find_models(args.models)
    if args.verb == "list":
        return _list(found, as_json=args.json)
    if args.verb == "verify":
        return _verify(found, args.name, as_json=args.json)
    return _export(found.named(args.name), args.to)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="precedent model")
    verbs = parser.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help="which models there are")
    verify = verbs.add_parser("verify", help="whether a model's files are whole and load")
    verify.add_argument("name", nargs="?", help="one model (default: all)")
    export = verbs.add_parser("export", help="write ONNX graphs, checked against torch")
    export.add_argument("name")
    export.add_argument(
        "--to", type=Path, metavar="DIR", help="a new folder (default: the model's own)"
    )
    for verb in (listing, verify, export):
        verb.add_argument("--models", type=Path, action="append", default=[], metavar="FOLDER")
    for verb in (listing, verify):
        verb.add_argument("--json", action="store_true")
    return parser


def _list(found: FoundModels, *, as_json: bool) -> int:
    if as_json:
        models = [_entry(model) for model in found.models]
        broken = [{"path": str(item.path), "reason": item.reason} for item in found.broken]
        sys.stdout.write(json.dumps({"models": models, "broken": broken}) + "\n")
        return 0
    for model in found.models:
        profile, graphs = model.profile, "onnx, torch" if model.has_onnx else "torch"
        sys.stdout.write(
            f"{profile.name}: {profile.kind}, {model.size_bytes / 1e6:.1f} MB, {graphs}, "
            f"up to {profile.max_images} pictures, shots: {profile.takes_shots}, {model.path}\n"
        )
    for item in found.broken:
        sys.stdout.write(f"{item.path.name}: cannot be used. {item.reason}\n")
    return 0


def _verify(found: FoundModels, name: str | None, *, as_json: bool) -> int:
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


def _export(model: ModelFolder, to: Path | None) -> int:
    target = to or model.path
    if to is not None and to.exists():
        raise ModelError(f"{to} exists already.", "Name a folder that does not exist yet.")
    try:
        from precedent_inference.export import export_model
    except ImportError as error:
        raise ModelError(
            f"Exporting needs the packages of the extra `export` ({error.name} is missing).",
            "Install them with: pip install 'precedent[export]'.",
        ) from error
    export_model(model, target, report=lambda line: sys.stderr.write(line + "\n"))
    return 0


def _entry(model: ModelFolder) -> dict[str, object]:
    profile = model.profile
    return {
        "name": profile.name,
        "kind": profile.kind,
        "path": str(model.path),
        "size_bytes": model.size_bytes,
        "has_onnx": model.has_onnx,
        "takes_shots": profile.takes_shots,
        "max_images": profile.max_images,
        "context_tokens": profile.context_tokens,
        "placement": profile.placement,
        "licence": profile.licence,
        "intended_use": profile.intended_use,
        "known_limits": list(profile.known_limits),
    }

"""`precedent model list|import|verify|export|remove`: the models on this machine."""

import argparse
import json
import sys
from pathlib import Path

from precedent_inference.models import FoundModels, ModelFolder, find_models
from precedent_inference.verbs import (
    model_export,
    model_import,
    model_remove,
    model_verify,
)


def main(argv: list[str]) -> int:
    """Run one of the sub-verbs."""
    args = _parser().parse_args(argv)
    status: int = args.run(args)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="precedent model")
    verbs = parser.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help="which models there are")
    listing.add_argument("--models", type=Path, action="append", default=[], metavar="FOLDER")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=lambda args: _list(find_models(args.models), as_json=args.json))
    for sub_verb in (model_import, model_verify, model_export, model_remove):
        sub_verb.add_parser(verbs)
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

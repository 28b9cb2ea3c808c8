"""`precedent model export`: a model's graphs, checked against torch before they are published."""

import argparse
import sys
from pathlib import Path

from precedent_inference.errors import ModelError
from precedent_inference.models import find_models


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the sub-verb."""
    parser = verbs.add_parser("export", help="write ONNX graphs, checked against torch")
    parser.add_argument("name")
    parser.add_argument(
        "--to", type=Path, metavar="DIR", help="a new folder (default: the model's own)"
    )
    parser.add_argument("--models", type=Path, action="append", default=[], metavar="FOLDER")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Export; give the exit status."""
    model = find_models(args.models).named(args.name)
    if args.to is not None and args.to.exists():
        raise ModelError(f"{args.to} exists already.", "Name a folder that does not exist yet.")
    try:
        from precedent_inference.export import export_model
    except ImportError as error:
        raise ModelError(
            f"Exporting needs the packages of the extra `export` ({error.name} is missing).",
            "Install them with: pip install 'precedent[export]'.",
        ) from error
    export_model(model, args.to or model.path, report=lambda line: sys.stderr.write(line + "\n"))
    return 0

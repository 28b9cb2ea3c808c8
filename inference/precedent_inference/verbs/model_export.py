"""`precedent model export`: a model's graphs, checked against torch before they are published."""

import argparse
import sys
import threading
from pathlib import Path

from precedent_inference.errors import ModelError
from precedent_inference.models import find_models
from precedent_inference.verbs.progress_bar import ProgressBar, interrupts

PRECISIONS = ("fp32", "fp16", "int8", "int4")


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the sub-verb."""
    parser = verbs.add_parser("export", help="write ONNX graphs, checked against torch")
    parser.add_argument("name")
    parser.add_argument(
        "--to", type=Path, metavar="DIR", help="a new folder (default: the model's own)"
    )
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="fp32",
        help="int8 and int4 are of the weights alone (default: fp32)",
    )
    parser.add_argument("--models", type=Path, action="append", default=[], metavar="FOLDER")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Export; give the exit status."""
    model = find_models(args.models).named(args.name)
    target = (args.to or model.path).absolute()
    if args.to is not None and args.to.exists() and not args.to.samefile(model.path):
        raise ModelError(f"{args.to} exists already.", "Name a folder that does not exist yet.")
    try:
        from precedent_inference.export.exporter import ExportOrder, export_model
    except ImportError as error:
        raise ModelError(
            f"Exporting needs the packages of the extra `export` ({error.name} is missing).",
            "Install them with: pip install 'precedent[export]'.",
        ) from error
    cancel = threading.Event()
    order = ExportOrder(model, target, args.precision)
    with interrupts(cancel), ProgressBar("") as bar:
        record = export_model(order, bar.show, cancel)
    sys.stdout.write(
        f"{model.profile.name} is exported to {target} in {record.precision}: largest difference "
        f"of a logit {record.difference:.1e}, {record.same_tokens} of {record.tokens} answer "
        "tokens over the sample cases as torch in full precision chooses them.\n"
    )
    return 0

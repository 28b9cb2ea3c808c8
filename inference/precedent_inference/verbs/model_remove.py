"""`precedent model remove`: an imported model, off this machine."""

import argparse
import json
import sys
from pathlib import Path

from precedent_inference.model_removal import remove_model
from precedent_inference.models import find_models


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the sub-verb."""
    parser = verbs.add_parser("remove", help="take an imported model off this machine")
    parser.add_argument("name")
    parser.add_argument("--models", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Remove; give the exit status."""
    removed = remove_model(find_models(args.models), args.name)
    if args.json:
        body = {"name": args.name, "path": str(removed.path), "freed_bytes": removed.freed_bytes}
        sys.stdout.write(json.dumps({"removed": body}) + "\n")
    else:
        sys.stdout.write(
            f"{args.name} is removed; {removed.freed_bytes / 1e9:.1f} GB are free again.\n"
        )
    return 0

"""`precedent train starter|measure`: make the starter model anew and measure it."""

import argparse
import json
import sys
from pathlib import Path

from precedent_inference.models import find_models
from precedent_inference.training.measure import measure_folder
from precedent_inference.training.recipe import Recipe
from precedent_inference.training.starter import open_workplace, train_starter


def main(argv: list[str]) -> int:
    """Run one of the sub-verbs; give the exit status."""
    arguments = _parser().parse_args(argv)
    if arguments.verb == "measure":
        return _measure(arguments)
    work = open_workplace(
        arguments.work, arguments.seed, arguments.device, threads=arguments.threads
    )
    train_starter(Recipe(), work, arguments.out)
    sys.stdout.write(f"The model is in {arguments.out}.\n")
    return 0


def _measure(arguments: argparse.Namespace) -> int:
    folder = find_models(arguments.models).named(arguments.model).path
    table = measure_folder(folder, arguments.episodes)
    if arguments.json:
        sys.stdout.write(json.dumps(table) + "\n")
        return 0
    sys.stdout.write(f"{'':<50}{'exact':>8}{'first':>8}{'nearest':>9}\n")
    for name, score in table.items():
        nearest = "" if score["neighbour"] is None else f"{score['neighbour']:9.3f}"
        row = f"{name:<50}{score['exact']:8.3f}{score['first_token']:8.3f}{nearest}\n"
        sys.stdout.write(row)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="precedent train", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    starter = verbs.add_parser("starter", help="train the starter model from a seed")
    starter.add_argument(
        "--out", type=Path, default=Path("starter"), help="folder of the finished model"
    )
    starter.add_argument(
        "--work",
        type=Path,
        default=Path("starter-training"),
        help="folder for checkpoints and learning curves; a run that stopped goes on from here",
    )
    starter.add_argument("--seed", type=int, default=0, help="everything random follows from it")
    starter.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    starter.add_argument("--threads", type=int, default=0, help="processor threads; 0 for all")
    measure = verbs.add_parser(
        "measure", help="few-shot accuracy on computed classes that were never trained on"
    )
    measure.add_argument("--model", default="starter")
    measure.add_argument("--models", type=Path, action="append", default=[], metavar="FOLDER")
    measure.add_argument("--episodes", type=int, default=400)
    measure.add_argument("--json", action="store_true")
    return parser

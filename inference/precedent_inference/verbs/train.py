"""`precedent train starter`: make the starter model anew; a CPU takes hours, a GPU minutes."""

import argparse
from pathlib import Path

from precedent_inference.training.recipe import Recipe
from precedent_inference.training.starter import open_workplace, train_starter


def main(argv: list[str]) -> int:
    """Run the verb; give the exit status."""
    arguments = _parser().parse_args(argv)
    work = open_workplace(
        arguments.work, arguments.seed, arguments.device, threads=arguments.threads
    )
    train_starter(Recipe(), work, arguments.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="precedent train", description=__doc__)
    parser.add_argument("model", choices=["starter"], help="the model to train")
    parser.add_argument("--out", type=Path, required=True, help="folder of the finished model")
    parser.add_argument(
        "--work",
        type=Path,
        required=True,
        help="folder for checkpoints and learning curves; a run that stopped goes on from here",
    )
    parser.add_argument("--seed", type=int, default=0, help="everything random follows from it")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--threads", type=int, default=0, help="processor threads; 0 for all")
    return parser

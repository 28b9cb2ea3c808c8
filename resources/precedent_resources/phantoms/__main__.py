"""`python -m precedent_resources.phantoms OUT`: write the shipped samples again."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from precedent_resources.phantoms.samples import write_samples


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the samples into the folder that is named and give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m precedent_resources.phantoms")
    parser.add_argument("folder", type=Path, metavar="OUT", help="where the files go")
    write_samples(parser.parse_args(arguments).folder, progress=_show)
    return 0


def _show(step: str) -> None:
    sys.stderr.write(f"{step}\n")


if __name__ == "__main__":
    sys.exit(main())

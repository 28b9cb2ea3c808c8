"""Learning curves as a table beside the checkpoints."""

import csv
from collections.abc import Mapping
from pathlib import Path


def append_curve(path: Path, row: Mapping[str, float | str]) -> None:
    """Add one row; the first row of a new file gives the column names."""
    is_new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row))
        if is_new:
            writer.writeheader()
        writer.writerow(row)

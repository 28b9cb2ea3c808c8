"""PathVQA and VQA-RAD as parquet copies: picture, question and answer in each row.

PathVQA's own question files are pickles, which are never read.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from precedent_plugin.datasets.files import read_rows
from precedent_plugin.datasets.row import Read, Refused, Row, Wish, words
from precedent_plugin.errors import DatasetError

NAME: Final = "pathvqa"
SPLITS: Final = ("train", "validation", "test")


def find(folder: Path) -> Path | None:
    """Give the folder itself when it holds parquet files or the pickles of this layout."""
    has_pickles = (folder / "qas").is_dir() and any(folder.glob("qas/**/*.pkl"))
    return folder if has_pickles or any(folder.rglob("*.parquet")) else None


def rows(folder: Path, wish: Wish) -> Read:
    """Give the questions of one split or of all. Raises DatasetError."""
    files = sorted(folder.rglob("*.parquet"))
    if not files:
        raise DatasetError(
            f"The questions in {folder} are pickles, and reading one runs whatever code is in it.",
            "Use the parquet copy of the data set.",
        )
    wanted = [path for path in files if not wish.split or wish.split in path.name]
    for path in wanted:
        split = next((one for one in SPLITS if one in path.name), "")
        for number, row in read_rows(path):
            place = f"{path.name}, row {number}"
            picture = _bytes(row.get("image"))
            if picture is None:
                yield Refused(place, "it has no picture")
                continue
            yield Row(
                place,
                picture,
                words(row.get("question")),
                words(row.get("answer")),
                tags=tuple(part for part in (folder.name, split) if part),
            )


def _bytes(value: object) -> bytes | None:
    found: Any = value.get("bytes") if isinstance(value, Mapping) else value
    return found if isinstance(found, bytes) else None

"""SMMILE: problems of several rows, of which the last is the question and the others its shots.

Each row becomes a case, tagged with its problem, so that the shots of a problem are found together.
A problem of which one picture is missing is dropped whole, as its authors do.
"""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from precedent_plugin.datasets.files import read_rows
from precedent_plugin.datasets.pictures import PictureShelf
from precedent_plugin.datasets.row import Read, Refused, Row, Wish, words
from precedent_plugin.errors import DatasetError

NAME: Final = "smmile"
COLUMNS: Final = frozenset({"problem_id", "order", "question", "answer"})
LICENCE: Final = "CC BY-NC-SA 4.0"

Numbered = tuple[int, Mapping[str, Any]]


def find(folder: Path) -> Path | None:
    """Give the table of this layout, None where there is none."""
    tables = (path for end in ("parquet", "csv", "jsonl") for path in folder.rglob(f"*.{end}"))
    for path in sorted(tables):
        for _, row in read_rows(path):
            if row.keys() >= COLUMNS:
                return path
            break
    return None


def rows(folder: Path, _: Wish) -> Read:
    """Give the shots and the question of each problem, in their order. Raises DatasetError."""
    path = find(folder)
    if path is None:
        raise DatasetError(
            f"{folder} holds no SMMILE table.",
            "Give the folder with its parquet file; pictures lie in it or beside it.",
        )
    shelf = PictureShelf(folder)
    problems: defaultdict[str, list[Numbered]] = defaultdict(list)
    for number, row in read_rows(path):
        problems[words(row.get("problem_id"))].append((number, row))
    for problem, members in problems.items():
        ordered = sorted(members, key=lambda one: int(words(one[1].get("order")) or 0))
        pictures = [_picture(row, shelf) for _, row in ordered]
        if None in pictures:
            yield Refused(f"{path.name}, problem {problem}", "one of its pictures is missing")
            continue
        for place, ((number, row), picture) in enumerate(zip(ordered, pictures, strict=True), 1):
            assert picture is not None
            part = "query" if place == len(ordered) else "shot"
            yield Row(
                f"{path.name}, row {number}",
                picture,
                words(row.get("question")),
                words(row.get("answer")),
                tags=(NAME, part, f"problem {problem}"),
                licence=LICENCE,
            )


def _picture(row: Mapping[str, Any], shelf: PictureShelf) -> Path | bytes | None:
    found = row.get("image")
    if isinstance(found, Mapping):
        data = found.get("bytes")
        return data if isinstance(data, bytes) else shelf.find(words(found.get("path")))
    if isinstance(found, bytes):
        return found
    return shelf.find(words(found)) if found else None

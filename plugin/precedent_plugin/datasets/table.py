"""A table beside a folder of pictures: CSV, TSV or JSON Lines with the columns named below.

`image`, `question` and `answer` are needed; what `casebook export --to jsonl` writes is read back.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from precedent_plugin.datasets.files import read_rows
from precedent_plugin.datasets.pictures import PictureShelf
from precedent_plugin.datasets.row import Read, Refused, Row, Wish, words
from precedent_plugin.errors import DatasetError

NAME: Final = "table"
NEEDED: Final = ("image", "question", "answer")
IMAGE: Final = ("image", "file", "image_path", "img_name")
"""Names under which the picture's file is found in tables; the first that is there counts."""
SUFFIXES: Final = (".jsonl", ".csv", ".tsv")


def find(path: Path) -> Path | None:
    """Give the one table of a folder, or the file itself; None where it has not the columns."""
    if path.is_file():
        return path if path.suffix.lower() in SUFFIXES and _is_ours(path) else None
    tables = [one for one in sorted(path.iterdir()) if one.suffix.lower() in SUFFIXES]
    ours = [one for one in tables if _is_ours(one)]
    return ours[0] if len(ours) == 1 else None


def rows(path: Path, wish: Wish) -> Read:
    """Give the rows of a table. Raises DatasetError where a needed column is missing."""
    table = find(path)
    if table is None:
        raise DatasetError(
            f"{path} is no table with the columns {', '.join(NEEDED)}, or holds several.",
            "Name the columns so in the first line, and give the table itself.",
        )
    shelf = PictureShelf(table.parent)
    for number, row in read_rows(table):
        place = f"{table.name}, row {number}"
        if wish.split and words(row.get("split")) != wish.split:
            continue
        name = next((words(row[column]) for column in IMAGE if column in row), "")
        picture = shelf.find(name)
        if picture is None:
            yield Refused(place, f"the picture {name!r} is missing")
            continue
        try:
            yield _row(place, picture, row)
        except ValueError as error:
            yield Refused(place, str(error))


def _row(place: str, picture: Path, row: Mapping[str, Any]) -> Row:
    return Row(
        place,
        picture,
        str(row.get("question") or "").strip(),
        str(words(row["answer"])),
        rationale=str(row.get("rationale") or "").strip(),
        tags=_tags(row.get("tags")),
        task=words(row.get("task")),
        teaching_point=str(row.get("teaching_point") or "").strip(),
        author=words(row.get("author")),
        modality=words(row.get("modality")),
        body_part=words(row.get("body_part")),
        laterality=words(row.get("laterality")),
        licence=words(row.get("licence")),
        patient=words(row.get("patient")),
        study=words(row.get("study")),
        spacing_mm=_pair(row.get("spacing_mm"), "spacing_mm"),
        mpp=_number(row.get("mpp"), "mpp"),
        window=_pair(row.get("window"), "window"),
    )


def _tags(value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else str(value or "").replace(";", ",").split(",")
    return tuple(dict.fromkeys(words(part) for part in parts if words(part)))


def _number(value: object, name: str) -> float | None:
    if value is None or not words(value):
        return None
    try:
        return float(words(value))
    except ValueError as error:
        raise ValueError(f"its {name} is no number") from error


def _pair(value: object, name: str) -> tuple[float, float] | None:
    if value is None or value == "":
        return None
    parts = value if isinstance(value, list) else words(value).replace("\\", " ").split()
    numbers = [_number(part, name) for part in parts]
    if len(numbers) != 2 or None in numbers:
        raise ValueError(f"its {name} is not two numbers")
    first, second = numbers
    assert first is not None
    assert second is not None
    return first, second


def _is_ours(path: Path) -> bool:
    for _, row in read_rows(path):
        return {"question", "answer"} <= row.keys() and not row.keys().isdisjoint(IMAGE)
    return False

"""VQA-RAD: a JSON list beside a folder of pictures, or the parquet copy.

Test questions are known by their phrase type alone; answers may be numbers and end with blanks.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from precedent_plugin.datasets.files import read_json, read_rows
from precedent_plugin.datasets.pictures import PictureShelf
from precedent_plugin.datasets.row import Read, Refused, Row, Wish, words
from precedent_plugin.errors import DatasetError

NAME: Final = "vqa-rad"
MODALITIES: Final = {"head": "", "chest": "CR", "abd": ""}
ORGANS: Final = {"head": "HEAD", "chest": "CHEST", "abd": "ABDOMEN"}
LICENCE: Final = "CC0 1.0"


def find(folder: Path) -> Path | None:
    """Give the question file of a folder of this layout, None where there is none."""
    for path in sorted(folder.glob("*.json")):
        first = _first(path)
        if first is not None and {"qid", "image_name", "phrase_type"} <= first.keys():
            return path
    return None


def rows(folder: Path, wish: Wish) -> Read:
    """Give the questions of one split or of both. Raises DatasetError."""
    path = find(folder)
    if path is None:
        raise DatasetError(
            f"{folder} holds no VQA-RAD questions.",
            "Give the folder with “VQA_RAD Dataset Public.json” and its image folder.",
        )
    shelf = PictureShelf(folder)
    for number, row in read_rows(path):
        place = f"{path.name}, row {number}"
        split = "test" if words(row.get("phrase_type")).startswith("test") else "train"
        if wish.split and split != wish.split:
            continue
        picture = shelf.find(words(row.get("image_name")))
        if picture is None:
            yield Refused(place, f"the picture {words(row.get('image_name'))!r} is missing")
            continue
        organ = words(row.get("image_organ")).lower()
        tags = (NAME, split, words(row.get("answer_type")).lower())
        yield Row(
            place,
            picture,
            words(row.get("question")),
            words(row.get("answer")),
            tags=tuple(tag for tag in tags if tag),
            task=words(row.get("question_type")).lower(),
            body_part=ORGANS.get(organ, ""),
            modality=MODALITIES.get(organ, ""),
            licence=LICENCE,
        )


def _first(path: Path) -> Mapping[str, Any] | None:
    try:
        found = read_json(path)
    except DatasetError:
        return None  # another layout may know it
    is_list = isinstance(found, list) and found and isinstance(found[0], dict)
    return found[0] if is_list else None

"""SLAKE: one JSON list for each split, pictures under imgs/xmlabN/, two languages.

The languages were divided among the splits differently, so that a picture of one language's test
set stands in the other's training set: one language is taken at a time.
"""

from pathlib import Path
from typing import Final

from precedent_plugin.datasets.files import read_rows
from precedent_plugin.datasets.pictures import PictureShelf
from precedent_plugin.datasets.row import Read, Refused, Row, Wish, words
from precedent_plugin.errors import DatasetError

NAME: Final = "slake"
SPLITS: Final = {
    "train": ("train.json",),
    "validate": ("validate.json", "validation.json"),
    "test": ("test.json",),
}
MODALITIES: Final = {"ct": "CT", "mri": "MR", "x-ray": "CR"}
LICENCE: Final = "CC BY 4.0"


def find(folder: Path) -> Path | None:
    """Give the folder itself when it is of this layout."""
    names = [name for names in SPLITS.values() for name in names]
    has_pictures = (folder / "imgs").is_dir()
    return folder if has_pictures and any((folder / name).exists() for name in names) else None


def rows(folder: Path, wish: Wish) -> Read:
    """Give the questions of one split or of all, in one language. Raises DatasetError."""
    files = [
        (split, folder / name)
        for split, names in SPLITS.items()
        for name in names
        if (folder / name).exists() and wish.split in ("", split)
    ]
    if find(folder) is None or not files:
        raise DatasetError(
            f"{folder} holds no SLAKE questions of the split “{wish.split or 'any'}”.",
            "Give the folder with train.json, validate.json or test.json and imgs.",
        )
    shelf = PictureShelf(folder / "imgs")
    for split, path in files:
        for number, row in read_rows(path):
            place = f"{path.name}, row {number}"
            if words(row.get("q_lang")) != wish.language:
                continue
            picture = shelf.find(words(row.get("img_name")))
            if picture is None:
                yield Refused(place, f"the picture {words(row.get('img_name'))!r} is missing")
                continue
            kind = words(row.get("content_type")).lower()
            yield Row(
                place,
                picture,
                words(row.get("question")),
                words(row.get("answer")),
                tags=(NAME, split, words(row.get("answer_type")).lower()),
                task=kind,
                modality=MODALITIES.get(words(row.get("modality")).lower(), ""),
                body_part=words(row.get("location")).upper(),
                licence=LICENCE,
            )

"""PMC-VQA, both versions: in the first the answer is the text, in the second the letter.

Choices look like " A:Focal uptake pattern"; fields hold line breaks; an early text of the card
spells the column "Anwser".
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from precedent_plugin.datasets.files import read_rows
from precedent_plugin.datasets.pictures import PictureShelf
from precedent_plugin.datasets.row import Read, Refused, Row, Wish, words
from precedent_plugin.errors import DatasetError

NAME: Final = "pmc-vqa"
LETTERS: Final = "ABCD"
FILES: Final = {
    "train": ("train.csv", "train_2.csv"),
    "test": ("test_clean.csv", "test.csv", "test_2.csv"),
}
PREFIX: Final = re.compile(r"^\s*[A-Da-d]\s*[:.)]\s*")


def find(folder: Path) -> Path | None:
    """Give the first table of this layout, None where there is none."""
    for names in FILES.values():
        for name in names:
            path = folder / name
            if path.exists() and _is_ours(path):
                return path
    return None


def rows(folder: Path, wish: Wish) -> Read:
    """Give the questions of the first table of a split, or of each. Raises DatasetError."""
    tables = [
        (split, next((folder / name for name in names if (folder / name).exists()), None))
        for split, names in FILES.items()
        if wish.split in ("", split)
    ]
    found = [(split, path) for split, path in tables if path is not None and _is_ours(path)]
    if not found:
        raise DatasetError(
            f"{folder} holds no PMC-VQA table.", "Give the folder with train.csv or test.csv."
        )
    shelf = PictureShelf(folder)
    for split, path in found:
        for number, row in read_rows(path):
            place = f"{path.name}, row {number}"
            picture = shelf.find(words(row.get("Figure_path")))
            if picture is None:
                yield Refused(place, f"the picture {words(row.get('Figure_path'))!r} is missing")
                continue
            answer = answer_of(row)
            if not answer:
                yield Refused(place, "its answer is none of its choices")
                continue
            yield Row(
                place,
                picture,
                words(row.get("Question")),
                answer,
                rationale=words(row.get("Caption")),
                tags=(NAME, split),
                licence="CC BY-SA",
            )


def choices_of(row: Mapping[str, Any]) -> dict[str, str]:
    """Give the choices by their letters, without them."""
    found = {letter: words(row.get(f"Choice {letter}")) for letter in LETTERS}
    return {letter: PREFIX.sub("", text) for letter, text in found.items() if text}


def answer_of(row: Mapping[str, Any]) -> str:
    """Give the answer's text, empty when the row does not say it."""
    choices = choices_of(row)
    said = words(row.get("Answer", row.get("Anwser")))
    letter = words(row.get("Answer_label")).upper()
    if letter in choices:
        return choices[letter]
    plain = PREFIX.sub("", said)
    for text in choices.values():
        if text.casefold() == plain.casefold():
            return text
    return choices.get(said.strip(" :.)").upper(), "") if len(said.strip(" :.)")) == 1 else plain


def _is_ours(path: Path) -> bool:
    for _, row in read_rows(path):
        return {"Figure_path", "Question"} <= row.keys()
    return False

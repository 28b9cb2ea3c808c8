"""`precedent casebook suggest` with the starter model and pictures that differ plainly."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precedent_plugin.__main__ import main
from precedent_plugin.cases import CaseDraft, Provenance
from precedent_plugin.exchange import export_casebook
from precedent_plugin.library import CaseLibrary
from precedent_plugin.preprocess import encode_png

Pixels = Callable[[int], "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]"]


def disc(seed: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """A bright disc on dark ground."""
    rows, columns = np.mgrid[:96, :96] - 48.0
    value = np.where(np.hypot(rows, columns) < 22 + seed, 200, 20)
    return value.astype(np.uint8)


def stripes(seed: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """Bright stripes from edge to edge."""
    rows, _ = np.mgrid[:96, :96]
    return np.where((rows + seed) // 6 % 2, 230, 90).astype(np.uint8)


@pytest.fixture
def filled(folder: Path) -> Path:
    """A library with a casebook of discs and stripes."""
    library = CaseLibrary.open(folder)
    book = library.create_casebook("Shapes")
    kinds: tuple[tuple[str, Pixels], ...] = (("disc", disc), ("stripes", stripes))
    cases = [
        library.add(
            CaseDraft("Which shape?", name, tags=(name,), provenance=Provenance(modality="CT")),
            encode_png(draw(seed)),
        )
        for seed in range(5)
        for name, draw in kinds
    ]
    library.add_to_casebook(book.id, [case.id for case in cases])
    export_casebook(library, book.id, folder.parent / "shapes.casebook")
    library.close()
    return folder


def asked(tmp_path: Path, draw: Pixels) -> str:
    path = tmp_path / "asked.png"
    Image.fromarray(draw(5)).save(path)
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert main(["casebook", "suggest", *words, "--json"]) == 0
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


def answers(document: dict[str, object], part: str = "suggestions") -> set[str]:
    rows = document[part]
    assert isinstance(rows, list)
    return {row["case"]["answer"] for row in rows}


def test_the_library_and_a_file_suggest_the_same_shape(
    filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = asked(tmp_path, disc)
    here = run(capsys, image, "-q", "Which shape?", "--library", str(filled))
    file = str(filled.parent / "shapes.casebook")
    there = run(capsys, image, "-q", "Which shape?", "--casebook", file, "--library", str(filled))
    assert answers(here) == answers(there) == {"disc"}
    assert (filled / "index").is_dir()


def test_filters_and_numbers_are_followed(
    filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = asked(tmp_path, stripes)
    words = ("--casebook", "shapes", "-k", "2", "--image-weight", "1", "--library", str(filled))
    found = run(capsys, image, *words)
    assert answers(found) == {"stripes"}
    rows = found["suggestions"]
    assert isinstance(rows, list)
    assert len(rows) == 2
    assert rows[0]["reasons"][0].startswith("looks alike ")
    none = run(capsys, image, *words, "--tag", "nothing")
    assert none["sentence"] == "No case passes the filters."


@pytest.mark.parametrize(
    "words",
    [
        ["nowhere.png"],
        ["{image}", "-k", "0"],
        ["{image}", "--image-weight", "2"],
        ["{image}", "--index", "-1"],
        ["{image}", "--casebook", "Nobody's"],
        ["{image}", "--encoder", "nowhere.onnx"],
    ],
)
def test_what_cannot_be_meant_is_one_sentence(
    filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    image = asked(tmp_path, disc)
    filled_in = [word.format(image=image) for word in words]
    assert main(["casebook", "suggest", *filled_in, "--library", str(filled)]) in (2, 3)
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err

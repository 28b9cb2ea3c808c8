"""A data set taken in from the window."""

from pathlib import Path

from tests.plugin.datasets import made
from tests.plugin.panels.bench import Bench

from precedent_plugin.panels.dataset_import import DatasetDialog


def test_a_data_set_becomes_the_casebook_shown(bench: Bench, tmp_path: Path) -> None:
    dialog = DatasetDialog(None, bench.work.desk, made.vqa_rad(tmp_path / "rad"))
    assert dialog.words.text() == "Took in “rad” with 3 cases of 2 pictures (vqa-rad)."
    assert "row 4: the picture 'gone.jpg' is missing" in dialog.details.text()
    assert "In several splits: 1 picture." in dialog.details.text()
    (book,) = bench.library.casebooks()
    assert bench.work.desk.casebook == book.id


def test_what_is_no_data_set_is_said(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    dialog = DatasetDialog(None, bench.work.desk, tmp_path / "empty")
    assert "of no layout that is known" in dialog.words.text()
    assert bench.library.casebooks() == []

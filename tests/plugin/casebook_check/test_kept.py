"""The last check of a casebook is remembered until the casebook changes."""

from dataclasses import replace
from pathlib import Path

import pytest

from precedent_plugin.casebook_check.kept import KeptCheck, content_of, keep, kept
from precedent_plugin.cases import Case
from precedent_plugin.errors import LibraryError

CASES = [Case("a", ("x",), "Which?", "one"), Case("b", ("y",), "Which?", "two")]
CHECK = KeptCheck(content_of(CASES), 4, "shots help here", 0.7, 0.8, 0.9)


def test_a_check_comes_back(tmp_path: Path) -> None:
    keep(tmp_path, "book", "org/model:1", CHECK)
    assert kept(tmp_path, "book", "org/model:1", CASES[::-1]) == CHECK


def test_another_model_has_none(tmp_path: Path) -> None:
    keep(tmp_path, "book", "one", CHECK)
    assert kept(tmp_path, "book", "two", CASES) is None


def test_an_edited_casebook_has_none(tmp_path: Path) -> None:
    keep(tmp_path, "book", "one", CHECK)
    assert kept(tmp_path, "book", "one", [CASES[0], replace(CASES[1], revision=2)]) is None


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    keep(tmp_path, "book", "one", CHECK)
    next((tmp_path / "checks").iterdir()).write_text("{", encoding="utf-8")
    with pytest.raises(LibraryError, match="is damaged"):
        kept(tmp_path, "book", "one", CASES)

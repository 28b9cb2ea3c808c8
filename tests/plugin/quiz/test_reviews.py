"""Reviews are kept line by line, and go with their cases."""

from pathlib import Path

import pytest

from precedent_plugin.errors import LibraryError
from precedent_plugin.quiz.reviews import Review, Reviews, as_csv, save_csv

ONE = Review("a", "2026-11-23T10:00:00+00:00", "left", "right", 4.5)
TWO = Review("b", "2026-11-23T10:01:00+00:00", "=cmd()", "wrong", 9.0)


def test_reviews_come_back_in_order(tmp_path: Path) -> None:
    reviews = Reviews(tmp_path)
    assert reviews.all() == []
    reviews.add(ONE)
    reviews.add(TWO)
    assert reviews.all() == [ONE, TWO]


def test_half_a_line_of_a_killed_process_is_passed_over(tmp_path: Path) -> None:
    reviews = Reviews(tmp_path)
    reviews.add(ONE)
    with reviews.path.open("a", encoding="utf-8") as file:
        file.write('{"case_id": "b", "a')
    assert reviews.all() == [ONE]


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    reviews = Reviews(tmp_path)
    reviews.path.write_text('{"case_id": 3}\n', encoding="utf-8")
    with pytest.raises(LibraryError, match="are damaged"):
        reviews.all()


def test_reviews_of_deleted_cases_are_gone_from_the_disk(tmp_path: Path) -> None:
    reviews = Reviews(tmp_path)
    reviews.add(ONE)
    reviews.add(TWO)
    assert reviews.forget(["b"]) == 1
    assert reviews.all() == [ONE]
    assert b"cmd" not in reviews.path.read_bytes()


def test_a_table_cannot_run_in_a_spreadsheet(tmp_path: Path) -> None:
    save_csv(tmp_path / "quiz.csv", [ONE, TWO])
    assert (tmp_path / "quiz.csv").read_text(encoding="utf-8") == (
        "case,at,verdict,right,seconds,distance_mm,given\n"
        "a,2026-11-23T10:00:00+00:00,right,1,4.5,,left\n"
        "b,2026-11-23T10:01:00+00:00,wrong,0,9.0,,'=cmd()\n"
    )
    assert as_csv([]) == "case,at,verdict,right,seconds,distance_mm,given\n"


@pytest.mark.parametrize(
    ("verdict", "right"),
    [
        ("right", True),
        ("misspelled", True),
        ("claimed", True),
        ("wrong", False),
        ("skipped", False),
    ],
)
def test_what_counts_as_known(verdict: str, right: bool) -> None:
    assert Review("a", "", "", verdict, 1.0).is_right is right  # type: ignore[arg-type]  # parametrised

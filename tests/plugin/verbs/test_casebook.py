"""`precedent casebook` does with the library what the window does."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from precedent_plugin.__main__ import main
from precedent_plugin.library import CaseLibrary
from precedent_resources import resource

Pictures = Callable[[str, int], str]
Command = Callable[..., Any]


@pytest.fixture
def casebook(capsys: pytest.CaptureFixture[str], folder: Path, engines: list[Any]) -> Command:
    """Runs the verb on the test's library and gives its JSON."""

    def run(*words: str, status: int = 0) -> Any:
        assert main(["casebook", *words, "--json", "--library", str(folder)]) == status
        out, err = capsys.readouterr()
        return json.loads(out) if status == 0 else err

    return run


def test_new_library_has_no_casebook(casebook: Command) -> None:
    assert casebook("list") == {"casebooks": []}


def test_case_is_kept_as_painted_and_without_a_name(
    casebook: Command, pictures: Pictures, folder: Path
) -> None:
    casebook("new", "Sides", "--description", "What lies where", "--licence", "CC0-1.0")
    words = ("-q", "Which side?", "-a", "Left", "--tag", "chest", "--rationale", "It lies left.")
    case = casebook("add", "sides", pictures("doe", 10), *words, "--index", "3")
    assert (case["answer"], case["tags"], case["rationale"]) == ("Left", ["chest"], "It lies left.")
    assert case["provenance"]["source"] == "CT, frame 4 of 4"
    assert "DOE" not in json.dumps(case)
    shown = casebook("show", "Sides")
    assert shown["cases"] == [case]
    assert shown["description"] == "What lies where"
    library = CaseLibrary.open(folder)
    assert case["provenance"]["patient_key"] == library.pseudonyms.patient("DOE^JANE")
    library.close()


def test_casebook_travels_through_a_file(
    casebook: Command, pictures: Pictures, tmp_path: Path
) -> None:
    casebook("new", "Sides")
    casebook("add", "Sides", pictures("one", 10), "-q", "Which side?", "-a", "Left")
    out = str(tmp_path / "sides.casebook")
    assert casebook("export", "Sides", out)["cases"] == 1
    assert casebook("show", out)["name"] == "Sides"
    assert casebook("import", out)["name"] == "Sides (2)"
    assert [book["case_count"] for book in casebook("list")["casebooks"]] == [1, 1]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["show", "absent"], "no casebook “absent”"),
        (["new", " "], "1 to 200 characters"),
        (["new", "SIDES"], "already"),
        (["export", "Sides", "sides.zip"], "What sides.zip should be is not clear"),
        (["export", "Sides", "absent/folder/sides.casebook"], "cannot be written"),
        (["import", "absent.casebook"], "no such file"),
        (["add", "Sides", "absent.png", "-q", "Q", "-a", "A"], "There is no file absent.png"),
        (["add", "absent", "absent.png", "-q", "Q", "-a", "A"], "no casebook “absent”"),
    ],
)
def test_bad_input_is_one_sentence_and_2(casebook: Command, words: list[str], reason: str) -> None:
    casebook("new", "Sides")
    err = casebook(*words, status=2)
    assert reason in err
    assert err.count("\n") == 1


def test_case_without_an_answer_is_refused(casebook: Command, pictures: Pictures) -> None:
    casebook("new", "Sides")
    err = casebook("add", "Sides", pictures("one", 10), "-q", "Q", "-a", " ", status=2)
    assert "answer is empty" in err
    assert casebook("show", "Sides")["cases"] == []


def test_text_is_for_people(
    capsys: pytest.CaptureFixture[str], pictures: Pictures, folder: Path, engines: list[Any]
) -> None:
    where = ["--library", str(folder)]
    main(["casebook", "new", "Sides", *where])
    main(["casebook", "add", "Sides", pictures("one", 9), "-q", "Where?", "-a", "Left", *where])
    main(["casebook", "show", "Sides", *where])
    main(["casebook", "list", *where])
    out = capsys.readouterr().out
    assert "Made the casebook “Sides”." in out
    assert "Where?  →  Left" in out
    assert "    1  Sides" in out


def test_damaged_library_is_one_sentence_and_is_put_aside_by_wish(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    folder.mkdir()
    (folder / "library.sqlite").write_bytes(b"damaged" * 1000)
    assert main(["casebook", "list", "--library", str(folder)]) == 2
    assert "precedent doctor --set-aside" in capsys.readouterr().err
    assert main(["doctor", "--set-aside", "--library", str(folder)]) == 0
    assert main(["casebook", "list", "--library", str(folder)]) == 0
    assert len(list(folder.glob("damaged-*-library.sqlite"))) == 1


def test_a_check_asks_each_case_and_keeps_what_it_found(casebook: Command, folder: Path) -> None:
    casebook("import", str(resource("samples", "sample.casebook")))
    found = casebook("check", "Sample cases", "--shots", "2")
    assert (found["cases"], found["patients"]) == (14, 14)
    assert [one["shot_count"] for one in found["accuracies"]] == [0, 2]
    assert all(one["cases"] == 14 for one in found["accuracies"])
    assert found["gain"]["verdict"] == "too few"
    assert found["calibration"]["working_point"] is None
    assert len(list((folder / "checks").iterdir())) == 1


def test_a_check_of_a_file_keeps_nothing(casebook: Command, folder: Path) -> None:
    found = casebook("check", str(resource("samples", "sample.casebook")), "--shots", "2")
    assert found["casebook"] == "Sample cases"
    assert not (folder / "checks").exists()


def test_a_casebook_of_one_case_cannot_be_checked(casebook: Command, pictures: Pictures) -> None:
    casebook("new", "Sides")
    casebook("add", "Sides", pictures("one", 10), "-q", "Which side?", "-a", "Left")
    assert "has 1 cases" in casebook("check", "Sides", status=2)
    assert "numbers from 1 to 8" in casebook("check", "Sides", "--shots", "9", status=2)

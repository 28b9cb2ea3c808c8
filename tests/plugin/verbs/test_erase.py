"""`precedent erase` counts first, deletes when told, and says what the search found."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.plugin.erasure.test_erase import ANNA, BERT, keep

from precedent_plugin.__main__ import main
from precedent_plugin.library import CaseLibrary

Command = Callable[..., Any]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], library: CaseLibrary, engines: list[Any]) -> Command:
    """Runs the verb on the test's library and gives its JSON."""

    def command(*words: str, status: int) -> Any:
        assert main(["erase", *words, "--json", "--library", str(library.folder)]) == status
        out, _ = capsys.readouterr()
        return json.loads(out) if out else None

    return command


def test_counting_comes_first(library: CaseLibrary, run: Command) -> None:
    case = keep(library, 1, ANNA)
    found = run("--case", case.id, status=1)
    assert found["cases"] == [case.id]
    assert any(path.endswith(f"{case.images[0]}.png") for path in found["left_in"])
    assert library.find(case.id) is not None


def test_told_to_it_deletes_and_proves(library: CaseLibrary, run: Command) -> None:
    case, other = keep(library, 1, ANNA), keep(library, 2, BERT)
    done = run("--case", case.id, "--yes", status=0)
    assert (done["cases"], done["left_in"]) == ([case.id], [])
    assert done["files_searched"] > 0
    assert [left.id for left in library.cases()] == [other.id]
    assert run("--key", ANNA, status=0)["left_in"] == []


def test_a_patient_is_named_by_a_file(
    library: CaseLibrary, run: Command, pictures: Callable[[str, int], str]
) -> None:
    case = keep(library, 1, library.pseudonyms.patient("DOE^JANE"))
    assert run("--file", pictures("doe", 10), "--yes", status=0)["cases"] == [case.id]


def test_a_case_that_is_not_there_is_said(run: Command) -> None:
    assert run("--case", "0" * 32, "--yes", status=2) is None

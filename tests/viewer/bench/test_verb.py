"""`precedent bench viewer` on small studies: every figure is there, and none is made up."""

import json
from pathlib import Path

import pytest

from precedent_viewer.bench.verb import NAMES, CaseError, main

SMALL = ["--slices", "12", "--frames", "12"]


def test_the_cases_of_the_verb_are_those_that_can_run() -> None:
    from precedent_viewer.bench.cases import CASES

    assert tuple(CASES) == NAMES


def test_a_case_gives_its_figures_as_json(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    main(["--json", "--case", "scroll-htj2k", "--folder", str(tmp_path), *SMALL])
    found = json.loads(capfd.readouterr().out)
    figures = {figure["name"]: figure for figure in found["figures"]}
    assert figures["scroll.ct-htj2k.reduced"]["value"] == 0
    assert 20 < figures["scroll.ct-htj2k.steps"]["value"] < 61
    assert figures["scroll.ct-htj2k.peak_memory"]["value"] > 50
    assert set(found["missed"]) == {name for name, one in figures.items() if one.get("missed")}


def test_too_small_a_study_is_refused() -> None:
    with pytest.raises(CaseError, match="at least 2 slices"):
        main(["--slices", "1"])

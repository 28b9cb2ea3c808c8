"""`precedent ask` sends what was given, in order, and prints its contract."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from precedent_inference.protocol import Sampling
from precedent_inference.templates import TemplateChanges
from precedent_plugin.__main__ import main
from precedent_plugin.cases import CaseDraft
from precedent_plugin.exchange import export_casebook
from precedent_plugin.library import CaseLibrary
from precedent_plugin.pictures import png_size
from precedent_plugin.prompting.template_files import TemplateFiles, templates_folder
from precedent_plugin.report import DISCLAIMER

Pictures = Callable[[str, int], str]


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    status = main(["ask", *words, "--json"])
    out, err = capsys.readouterr()
    assert status == 0, err
    loaded: dict[str, Any] = json.loads(out)
    return loaded


@pytest.fixture
def casebook(library: CaseLibrary, pictures: Pictures) -> str:
    """A casebook “Discs” of ten cases at ten places, and one about something else."""
    book = library.create_casebook("Discs")
    for place in range(10, 60, 5):
        png = Path(pictures(f"disc{place}", place)).read_bytes()
        case = library.add(CaseDraft("Where is the disc?", f"at {place}"), png)
        library.add_to_casebook(book.id, [case.id])
    other = library.add(CaseDraft("Which colour?", "grey"), png)
    library.add_to_casebook(book.id, [other.id])
    return book.id


def test_json_is_the_contract(
    engines: list[Any], pictures: Pictures, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ask(
        capsys,
        pictures("query", 30),
        *("-q", "Where?"),
        *("--shot", pictures("one", 10), "Where?", "left"),
        *("--shot", pictures("two", 50), "Where?", "right"),
    )
    assert found == {
        "answer": "right",
        "model": {
            "name": "starter",
            "kind": "flamingo",
            "backend": "onnx",
            "precision": "float32",
            "device": "CPU",
        },
        "shots": ["shot-1", "shot-2"],
        "timing": {
            "load_s": 1.5,
            "first_token_s": 0.25,
            "tokens_per_s": 30.0,
            "new_tokens": 2,
        },
        "cache": {
            "images_encoded": 1,
            "images_reused": 2,
            "prompt_tokens": 90,
            "prompt_tokens_reused": 40,
        },
        "confidence": 0.875,
        "next_best": None,
        "options": [],
        "warnings": ["It ran on the CPU."],
    }
    assert engines[0].is_closed


def test_casebook_gives_the_eight_nearest_that_ask_the_same(
    engines: list[Any],
    pictures: Pictures,
    capsys: pytest.CaptureFixture[str],
    casebook: str,
    folder: Path,
) -> None:
    found = ask(
        capsys,
        pictures("query", 31),
        *("-q", "where is the disc", "--casebook", "discs", "--library", str(folder)),
    )
    answers = [shot.answer for shot in engines[0].asked[0].prompt.shots]
    assert found["answer"] == answers[-1] == "at 30"
    assert len(answers) == 8
    assert "grey" not in answers
    assert all(len(case_id) == 32 for case_id in found["shots"])


def test_casebook_file_does_as_well(
    engines: list[Any],
    pictures: Pictures,
    capsys: pytest.CaptureFixture[str],
    casebook: str,
    library: CaseLibrary,
    tmp_path: Path,
) -> None:
    export_casebook(library, casebook, tmp_path / "discs.casebook")
    found = ask(
        capsys,
        pictures("query", 31),
        *("-q", "Where is the disc?", "--shots", "2"),
        *("--casebook", str(tmp_path / "discs.casebook")),
    )
    assert found["answer"] == "at 30"
    assert len(found["shots"]) == 2


def test_settings_reach_the_engine(
    engines: list[Any], pictures: Pictures, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "--model other --backend onnx --seed 7 --temperature 0.5 --max-new-tokens 5".split()
    words += "--top-p 0.75 --beams 3 --option left --option right".split()
    ask(capsys, pictures("query", 30), "-q", "Where?", *words)
    request = engines[0].asked[0]
    assert request.model == "other"
    assert request.sampling == Sampling(5, 0.5, 7, 0.75, beams=3)
    assert request.options == ("left", "right")
    assert engines[0].arguments == {
        "backend": "onnx",
        "model_folders": [],
        "first_model": "other",
    }


def test_same_patient_is_warned_of_and_not_named(
    engines: list[Any], pictures: Pictures, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ask(
        capsys,
        pictures("doe-query", 30),
        *("-q", "Where?", "--shot", pictures("doe-one", 10), "Where?", "left"),
    )
    assert any("same patient" in warning for warning in found["warnings"])
    assert "DOE" not in json.dumps(found)


def test_text_shows_answer_evidence_and_disclaimer(
    engines: list[Any], pictures: Pictures, capsys: pytest.CaptureFixture[str]
) -> None:
    shot = ("--shot", pictures("one", 10), "Where?", "left")
    assert main(["ask", pictures("query", 30), "-q", "Where?", *shot]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "left"
    assert "starter (onnx, float32, CPU)" in out
    assert "0.88, the model's own" in out
    assert lines[-1] == DISCLAIMER
    assert err == "Starting the engine.\n"


def test_streamed_answer_is_printed_once(
    engines: list[Any], pictures: Pictures, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", pictures("query", 30), "-q", "Where?", "--stream"]) == 0
    assert capsys.readouterr().out.count("unknown") == 1


def test_rationale_without_one_in_the_shots_is_refused(
    engines: list[Any], pictures: Pictures, capsys: pytest.CaptureFixture[str]
) -> None:
    shot = ("--shot", pictures("one", 10), "Where?", "left")
    assert main(["ask", pictures("query", 30), "-q", "Where?", "--rationale", *shot]) == 2
    assert "1 of 1 references have none" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["-q", ""], "question is empty"),
        (["-q", "x" * 100_000], "100,000 characters"),
        (["-q", "Where?", "--casebook", "absent.casebook"], "no such file"),
        (["-q", "Where?", "--shot", "absent.png", "Where?", "left"], "There is no file absent.png"),
        (["-q", "Where?", "--shots", "9"], "0 to 8"),
        (["-q", "Where?", "--index", "-1"], "starts at 0"),
        (["-q", "Where?", "--temperature", "nan"], "--temperature"),
        (["-q", "Where?", "--max-new-tokens", "0"], "--max-new-tokens"),
    ],
)
def test_bad_input_is_one_sentence_and_2(
    engines: list[Any],
    pictures: Pictures,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    reason: str,
) -> None:
    assert main(["ask", pictures("query", 30), *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("precedent: ")
    assert reason in err
    assert err.count("\n") == 1
    assert len(err) < 400
    assert not [request for engine in engines for request in engine.asked]


def test_failed_engine_is_3_and_is_ended(
    engines: list[Any],
    pictures: Pictures,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("precedent_plugin.verbs.ask.LocalEngine.is_broken", True)
    assert main(["ask", pictures("query", 30), "-q", "Where?"]) == 3
    err = capsys.readouterr().err.splitlines()
    assert err[-1].startswith("precedent: The engine ended before it was ready.")
    assert engines[0].is_closed


def test_library_without_that_casebook_names_what_it_has(
    engines: list[Any],
    pictures: Pictures,
    capsys: pytest.CaptureFixture[str],
    casebook: str,
    folder: Path,
) -> None:
    words = ["-q", "Where?", "--casebook", "Disks", "--library", str(folder)]
    assert main(["ask", pictures("query", 30), *words]) == 2
    assert "It has “Discs”." in capsys.readouterr().err


def two_shots(pictures: Pictures) -> list[str]:
    shots = (("one", 10, "left"), ("two", 50, "right"))
    words = [
        word
        for name, place, answer in shots
        for word in ("--shot", pictures(name, place), "Where?", answer)
    ]
    return [pictures("query", 30), "-q", "Where?", *words, "--evidence"]


def test_evidence_in_json_is_the_contract(
    engines: list[Any], pictures: Pictures, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ask(capsys, *two_shots(pictures))["evidence"]
    assert engines[0].examined.answer == "right"
    assert found == {
        "verdict": {"rests": "last", "sentence": "Copies the last precedent: because."},
        "certainty": {"log_probability": -0.5, "per_token": -0.25, "rival": "left", "margin": 1.5},
        "influence": [
            {"shot": 0, "case_id": "shot-1", "change": -0.125},
            {"shot": 1, "case_id": "shot-2", "change": 0.75},
        ],
        "agreement": {
            "orders": {
                "agreeing": 1,
                "of": 1,
                "entropy": 0.0,
                "runs": [{"answer": "right", "agrees": True, "shots": [1, 0]}],
            }
        },
        "reliance": {
            "query-picture": {
                "answer": "right",
                "has_moved": False,
                "change": 0.0,
                "expected": None,
            },
            "shot-answers": {
                "answer": "left",
                "has_moved": True,
                "change": 2.0,
                "expected": "left",
            },
        },
        "baselines": {
            "majority": {"answer": None, "agrees": False, "shot": None, "share": None},
            "last": {"answer": "right", "agrees": True, "shot": 1, "share": None},
        },
        "occlusion": [
            {
                "picture": 0,
                "drops": [[0.5, 0.0], [0.25, -0.125]],
                "area": {"left": 0, "top": 0, "width": 64, "height": 64},
                "peak": [0, 0],
                "is_telling": True,
                "peak_on_image": {"left": 0.0, "top": 0.0, "width": 32.0, "height": 32.0},
                "peak_mm": None,
            }
        ],
        "seconds": 1.25,
    }


def test_evidence_in_words_begins_with_the_verdict(
    engines: list[Any], pictures: Pictures, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", *two_shots(pictures)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["right", "", "Verdict    Copies the last precedent: because."]
    assert "Rival      left, 4.5 times less likely" in lines
    assert "Repeated   1 of 1 say the same in other orders" in lines
    assert "Influence  reference 2: +0.75, reference 1: -0.12" in lines
    assert "Without    the picture: the same; the references' own answers: left" in lines
    assert "By rule    last: right" in lines
    assert "Place      row 1, column 1 of 2 x 2 carries the answer most" in lines


def test_nobody_is_examined_unasked(
    engines: list[Any], pictures: Pictures, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "evidence" not in ask(capsys, *two_shots(pictures)[:-1])
    assert engines[0].examined is None


def test_whole_pictures_are_sent_as_squares(
    engines: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wide.png"
    Image.fromarray(np.tile(np.arange(90, dtype=np.uint8), (40, 1))).save(path)
    ask(capsys, str(path), "-q", "Where?", "--whole")
    (sent,) = engines[0].asked[0].prompt.images
    assert png_size(sent) == (90, 90)


def test_templates_beside_the_library_are_used(
    engines: list[Any], pictures: Pictures, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = TemplateChanges(preamble="Be brief.")
    TemplateFiles(templates_folder(folder)).write("starter", changes)
    ask(capsys, pictures("query", 30), "-q", "Where?", "--library", str(folder))
    assert engines[0].asked[0].templates == changes

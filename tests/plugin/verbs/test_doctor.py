"""`precedent doctor` finds what is wrong and shows no patient data."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from precedent_plugin.__main__ import main
from precedent_plugin.cases import CaseDraft
from precedent_plugin.checkup import check_library, hide_home
from precedent_plugin.library import CaseLibrary
from precedent_plugin.preprocess import encode_png

PROBES: dict[str, dict[str, Any]] = {
    "onnxruntime": {"version": "1.2.3", "providers": ["CPUExecutionProvider"]},
    "torch": {
        "version": "2.3.4",
        "cuda": "12",
        "devices": [
            {"name": "GPU", "memory_free_bytes": 2**30, "memory_total_bytes": 2**31},
        ],
    },
    "verify": {
        "ok": True,
        "models": [
            {
                "name": "starter",
                "ok": True,
                "files": [{"name": "weights.safetensors", "state": "ok"}],
                "error": None,
            }
        ],
        "broken": [],
    },
}


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """Answers of the engine's side, without starting it."""
    answers = dict(PROBES)

    def probe(arguments: list[str]) -> dict[str, Any]:
        return next(answers[name] for name in answers if name in " ".join(arguments))

    monkeypatch.setattr("precedent_plugin.checkup._probe", probe)
    return answers


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str], folder: Path) -> Callable[..., Any]:
    """Runs the verb on the test's library and gives status and output."""

    def run(*words: str) -> tuple[int, str]:
        status = main(["doctor", "--library", str(folder), *words])
        return status, capsys.readouterr().out

    return run


def add_case(folder: Path) -> str:
    library = CaseLibrary.open(folder)
    pixels = np.arange(32 * 32, dtype=np.uint16).reshape(32, 32).astype(np.uint8)
    case = library.add(CaseDraft("Secret question?", "Secret answer"), encode_png(pixels))
    library.close()
    return case.images[0]


def test_sound_machine_is_0(probes: Any, doctor: Callable[..., Any], folder: Path) -> None:
    add_case(folder)
    status, out = doctor("--json")
    found = json.loads(out)
    assert status == 0
    assert found["library"]["state"] == "sound"
    assert found["library"]["cases"] == 1
    assert found["packages"]["numpy"] == np.__version__
    assert found["onnxruntime"]["providers"] == ["CPUExecutionProvider"]


def test_machine_without_a_library_is_0_and_gets_none(
    probes: Any, doctor: Callable[..., Any], folder: Path
) -> None:
    status, out = doctor("--json")
    assert status == 0
    assert json.loads(out)["library"]["state"] == "none yet"
    assert not folder.exists()


def test_missing_picture_is_2(probes: Any, doctor: Callable[..., Any], folder: Path) -> None:
    sha256 = add_case(folder)
    (folder / "images" / sha256[:2] / f"{sha256}.png").unlink()
    status, out = doctor()
    assert status == 2
    assert "damaged: 1 cases" in out
    assert "1 missing" in out


def test_engine_that_cannot_be_asked_is_2(
    probes: dict[str, Any], doctor: Callable[..., Any]
) -> None:
    probes["onnxruntime"] = {"problem": "No module named 'onnxruntime'"}
    status, out = doctor()
    assert status == 2
    assert "No module named 'onnxruntime'" in out


def test_text_names_devices_and_models(probes: Any, doctor: Callable[..., Any]) -> None:
    _, out = doctor()
    assert "GPU, 1.0 of 2.0 GiB free" in out
    assert "starter: whole, hashes of 1 files agree, and it loads" in out


def test_broken_weights_are_2_and_named(probes: dict[str, Any], doctor: Callable[..., Any]) -> None:
    files = [{"name": "weights.safetensors", "state": "damaged"}]
    model = {"name": "starter", "ok": False, "files": files, "error": None}
    probes["verify"] = {"ok": False, "models": [model], "broken": []}
    status, out = doctor()
    assert status == 2
    assert "starter: broken. weights.safetensors is damaged" in out


def test_no_model_at_all_is_2(probes: dict[str, Any], doctor: Callable[..., Any]) -> None:
    probes["verify"] = {"ok": True, "models": [], "broken": []}
    status, out = doctor()
    assert status == 2
    assert "none found" in out


def test_report_holds_no_content_and_no_home(
    probes: Any, doctor: Callable[..., Any], folder: Path, tmp_path: Path
) -> None:
    add_case(folder)
    doctor("--report", str(tmp_path / "report.json"))
    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    assert "Secret" not in text
    assert str(Path.home()) not in text


def test_home_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/jane"))
    hidden = hide_home({"models": [f"{Path('/home/jane')}/weights are damaged", 3]})
    assert hidden == {"models": ["~/weights are damaged", 3]}


def test_report_that_cannot_be_written_is_named(
    probes: Any, capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    out = str(tmp_path / "absent" / "report.json")
    assert main(["doctor", "--library", str(folder), "--report", out]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_damaged_database_is_a_finding(folder: Path) -> None:
    folder.mkdir()
    (folder / "library.sqlite").write_bytes(b"damaged" * 1000)
    found = check_library(folder)
    assert found["state"] == "failed"
    assert "is damaged" in found["problem"]


def test_nothing_to_set_aside_is_said(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert main(["doctor", "--set-aside", "--library", str(folder)]) == 2
    assert "There is no library" in capsys.readouterr().err

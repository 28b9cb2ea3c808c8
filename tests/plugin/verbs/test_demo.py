"""`precedent demo` asks the sample question over the sample casebook."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from precedent_plugin.__main__ import main
from precedent_plugin.report import DISCLAIMER
from precedent_resources import resource

SAMPLE = json.loads(resource("samples", "sample.json").read_text(encoding="utf-8"))


def test_demo_shows_answer_and_evidence(
    engines: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["expected"] == SAMPLE["expected"]
    assert found["question"] == SAMPLE["query"]["question"]
    assert sorted(found["shots"]) == sorted(SAMPLE["shots"])
    likenesses = [item["likeness"] for item in found["evidence"]]
    assert likenesses == sorted(likenesses)
    assert [item["id"] for item in found["evidence"]] == found["shots"]


def test_most_similar_reference_of_the_sample_holds_its_answer(
    engines: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["demo", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["evidence"][-1]["answer"] == SAMPLE["expected"]


def test_text_ends_with_the_disclaimer(
    engines: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Question")
    assert lines[-1] == DISCLAIMER


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Stands in for the window; gives how it was called."""
    called: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        called.append(command)
        out = Path(command[-1])
        if "fails" in out.name:
            return subprocess.CompletedProcess(command, 2, "", "precedent: no display\n")
        out.write_bytes(b"png")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr("precedent_plugin.verbs.demo.subprocess.run", run)
    return called


def test_screenshot_is_of_the_sample_study(
    engines: list[Any],
    window: list[list[str]],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    out = tmp_path / "window.png"
    assert main(["demo", "--screenshot", str(out)]) == 0
    assert window[0][3:] == ["window", str(resource("samples", "study")), "--screenshot", str(out)]
    assert f"Screenshot {out}" in capsys.readouterr().out


def test_failed_screenshot_is_said_in_a_sentence(
    engines: list[Any],
    window: list[list[str]],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    assert main(["demo", "--screenshot", str(tmp_path / "fails.png")]) == 2
    assert "no display" in capsys.readouterr().err

"""`precedent audit` verifies, asks again and writes out what `ask` recorded."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.plugin.verbs.conftest import FakeEngine

from precedent_plugin.__main__ import main

Pictures = Callable[[str, int], str]
Command = Callable[..., Any]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], folder: Path, engines: list[Any]) -> Command:
    """Runs a verb on the test's library and gives its JSON."""

    def command(*words: str, status: int = 0) -> Any:
        assert main([*words, "--json", "--library", str(folder)]) == status
        out, _ = capsys.readouterr()
        return json.loads(out) if out else None

    return command


@pytest.fixture
def asked(run: Command, pictures: Pictures) -> None:
    """One question with a shot."""
    shot = ("--shot", pictures("one", 10), "Where?", "left")
    run("ask", pictures("query", 30), "-q", "Where?", *shot)


@pytest.mark.usefixtures("asked")
def test_a_question_is_recorded_and_holds(run: Command) -> None:
    found = run("audit", "verify")
    assert (found["ok"], found["lines"], found["questions"]) == (True, 1, 1)


@pytest.mark.usefixtures("asked")
def test_the_record_is_written_out_without_a_name(run: Command, tmp_path: Path) -> None:
    out = tmp_path / "audit.jsonl"
    assert run("audit", "export", "--to", str(out))["questions"] == 1
    (line,) = out.read_text(encoding="utf-8").splitlines()
    entry = json.loads(line)
    assert (entry["answer"], entry["outcome"], entry["acts"]) == ("left", "answered", [])
    assert "DOE" not in line


@pytest.mark.usefixtures("asked")
def test_a_recorded_question_is_asked_again(
    run: Command, tmp_path: Path, engines: list[FakeEngine]
) -> None:
    out = tmp_path / "audit.jsonl"
    run("audit", "export", "--to", str(out))
    entry = json.loads(out.read_text(encoding="utf-8"))
    found = run("audit", "replay", entry["id"][:8])
    assert (found["identical"], found["answered"]) == (True, "left")
    first, again = engines[0].asked[0], engines[1].asked[0]
    assert again.prompt == first.prompt


@pytest.mark.usefixtures("asked")
def test_an_altered_record_fails(run: Command, folder: Path) -> None:
    (path,) = (folder / "audit" / "records").iterdir()
    path.write_bytes(path.read_bytes().replace(b"left", b"right"))
    found = run("audit", "verify", status=1)
    assert not found["ok"]
    assert found["problems"] == [f"The record {path.stem} was altered."]


def test_a_question_that_failed_is_recorded_too(
    run: Command, pictures: Pictures, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(FakeEngine, "is_broken", True)
    run("ask", pictures("query", 30), "-q", "Where?", status=3)
    out = tmp_path / "audit.jsonl"
    run("audit", "export", "--to", str(out))
    entry = json.loads(out.read_text(encoding="utf-8"))
    assert (entry["outcome"], entry["error"]) == ("failed", "The engine ended before it was ready.")


def test_an_empty_record_holds(run: Command) -> None:
    assert run("audit", "verify")["ok"]
    run("audit", "replay", "abc", status=2)

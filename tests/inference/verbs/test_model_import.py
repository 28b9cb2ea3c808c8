"""`precedent model import` as a process: lines of progress, its end, and how it is stopped."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.inference.importing.layouts import write_release

from precedent_inference.errors import ModelError
from precedent_inference.verbs.model import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "release"
    write_release(folder)
    return folder


def start(release: Path, to: Path, *words: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "precedent_inference", "model", "import", str(release)]
    command += ["--kind", "flamingo", "--name", "med", "--to", str(to), *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, text=True
    )


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_progress_is_one_object_a_line_and_ends_with_the_model(
    release: Path, tmp_path: Path
) -> None:
    process = start(release, tmp_path, "--progress-json")
    assert process.stdout is not None
    assert process.stderr is not None
    # The input stays open, as a window keeps it.
    said = lines(process.stdout.read())
    assert process.wait(60) == 0
    assert process.stderr.read() == ""
    *stages, end = said
    assert {"stage", "done", "total", "unit"} == set(stages[0])
    assert stages[-1]["done"] == stages[-1]["total"]
    size = sum(path.stat().st_size for path in (tmp_path / "med").iterdir())
    assert end == {"imported": {"name": "med", "path": str(tmp_path / "med"), "size_bytes": size}}
    for stream in (process.stdin, process.stdout, process.stderr):
        assert stream is not None
        stream.close()


def test_closing_the_input_cancels(release: Path, tmp_path: Path) -> None:
    process = start(release, tmp_path, "--progress-json")
    out, _ = process.communicate(timeout=60)  # closes the input at once
    assert process.returncode == 130
    assert lines(out)[-1] == {"cancelled": True}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM is POSIX's")
@pytest.mark.parametrize(
    ("number", "words"), [(signal.SIGTERM, ("--progress-json",)), (signal.SIGINT, ())]
)
def test_a_signal_cancels(
    release: Path, tmp_path: Path, number: signal.Signals, words: tuple[str, ...]
) -> None:
    process = start(release, tmp_path, *words)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1) if words else process.stderr.read(1)  # it is under way
    process.send_signal(number)
    out, error = process.stdout.read(), process.stderr.read()
    assert process.wait(60) == 130
    assert "Traceback" not in error
    assert not words or lines("{" + out)[-1] == {"cancelled": True}
    assert list(tmp_path.iterdir()) == []
    for stream in (process.stdin, process.stdout, process.stderr):
        assert stream is not None
        stream.close()


def test_a_window_that_is_gone_cancels(release: Path, tmp_path: Path) -> None:
    process = start(release, tmp_path, "--progress-json")
    assert process.stdout is not None
    process.stdout.close()
    process.wait(60)
    assert list(tmp_path.iterdir()) == []
    for stream in (process.stdin, process.stderr):
        assert stream is not None
        stream.close()


def test_an_error_is_told_as_an_object(tmp_path: Path, capsys: Capture) -> None:
    words = ["import", str(tmp_path / "none"), "--kind", "flamingo", "--name", "med"]
    assert main([*words, "--to", str(tmp_path), "--progress-json"]) == 2
    error = lines(capsys.readouterr().out)[-1]["error"]
    assert isinstance(error, dict)
    assert error["message"] == f"{tmp_path / 'none'} does not exist."
    assert error["hint"]


@pytest.mark.parametrize("name", ["Med", "a/b", "..", "med.part", "med.removed", "med.", "", "-x"])
def test_a_name_that_no_model_can_have_is_refused(release: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="cannot be a model's name"):
        main(
            ["import", str(release), "--kind", "flamingo", f"--name={name}", "--to", str(tmp_path)]
        )


def test_a_name_that_would_hide_another_model_is_refused(
    release: Path, models_folder: Path, tmp_path: Path
) -> None:
    words = ["import", str(release), "--kind", "flamingo", "--name", "starter"]
    with pytest.raises(ModelError, match="There is a model called starter already"):
        main([*words, "--to", str(tmp_path)])


def test_an_imported_model_is_verified_and_removed(
    release: Path, tmp_path: Path, capsys: Capture
) -> None:
    words = ["import", str(release), "--kind", "flamingo", "--name", "med", "--to", str(tmp_path)]
    assert main(words) == 0
    assert "med is ready" in capsys.readouterr().out
    assert main(["verify", "med", "--models", str(tmp_path), "--json"]) == 0
    (model,) = json.loads(capsys.readouterr().out)["models"]
    assert {"weights-00001-of-00001.safetensors", "tokenizer.json"} <= {
        file["name"] for file in model["files"]
    }
    assert main(["remove", "med", "--models", str(tmp_path), "--json"]) == 0
    removed = json.loads(capsys.readouterr().out)["removed"]
    assert removed["name"] == "med"
    assert removed["freed_bytes"] > 100_000
    assert list(tmp_path.iterdir()) == []


def test_verify_names_an_altered_shard(release: Path, tmp_path: Path, capsys: Capture) -> None:
    main(["import", str(release), "--kind", "flamingo", "--name", "med", "--to", str(tmp_path)])
    shard = tmp_path / "med" / "weights-00001-of-00001.safetensors"
    data = bytearray(shard.read_bytes())
    data[-1] ^= 1
    shard.write_bytes(data)
    assert main(["verify", "med", "--models", str(tmp_path)]) == 2
    assert f"{shard.name}: differs" in capsys.readouterr().out

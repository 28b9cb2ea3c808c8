"""`precedent model` and the module's own entry."""

import json
import shutil
from pathlib import Path

import pytest

from precedent_inference.__main__ import main as entry
from precedent_inference.errors import ModelError
from precedent_inference.verbs.model import main

Capture = pytest.CaptureFixture[str]


def test_list_names_every_model(models_folder: Path, capsys: Capture) -> None:
    assert main(["list", "--json", "--models", str(models_folder)]) == 0
    names = {model["name"] for model in json.loads(capsys.readouterr().out)["models"]}
    assert names >= {"tiny-next", "tiny-previous"}


def test_list_is_readable(models_folder: Path, capsys: Capture) -> None:
    assert main(["list", "--models", str(models_folder)]) == 0
    assert "tiny-next: flamingo, 0.2 MB, torch, up to 9 pictures" in capsys.readouterr().out


def test_verify_passes_a_whole_model(models_folder: Path, capsys: Capture) -> None:
    assert main(["verify", "tiny-next", "--json", "--models", str(models_folder)]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True


def test_verify_names_an_altered_file(models_folder: Path, tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "tiny-next"
    shutil.copytree(models_folder / "tiny-next", folder)
    (folder / "weights.safetensors").write_bytes(b"")
    assert main(["verify", "tiny-next", "--models", str(tmp_path)]) == 2
    out = capsys.readouterr().out
    assert "weights.safetensors: differs" in out
    assert "tiny-next: broken." in out


def test_export_never_writes_over_a_folder(models_folder: Path, tmp_path: Path) -> None:
    words = ["export", "tiny-next", "--to", str(tmp_path), "--models", str(models_folder)]
    with pytest.raises(ModelError, match="exists already"):
        main(words)


def test_the_module_gives_a_status_and_one_sentence(capsys: Capture) -> None:
    assert entry(["model", "verify", "nobody"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("precedent: There is no model called 'nobody'")
    assert error.count("\n") == 1


def test_an_unknown_verb_is_bad_input(capsys: Capture) -> None:
    assert entry(["dance"]) == 2
    assert "usage" in capsys.readouterr().err

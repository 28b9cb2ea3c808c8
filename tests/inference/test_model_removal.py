"""An imported model can be taken away, whole or broken; what ships stays."""

import shutil
from pathlib import Path

import pytest

from precedent_inference.errors import ModelError
from precedent_inference.model_removal import remove_model
from precedent_inference.models import find_models


@pytest.fixture
def place(models_folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(models_folder / "tiny-next", tmp_path / "tiny-next")
    return tmp_path


def test_a_removed_model_is_gone(place: Path) -> None:
    removed = remove_model(find_models([place]), "tiny-next")
    assert removed.freed_bytes > 100_000
    assert list(place.iterdir()) == []


def test_a_broken_model_can_be_removed(place: Path) -> None:
    (place / "tiny-next" / "profile.json").write_text("{")
    remove_model(find_models([place]), "tiny-next")
    assert list(place.iterdir()) == []


def test_an_unknown_model_is_said(place: Path) -> None:
    with pytest.raises(ModelError, match="no model called 'nobody'"):
        remove_model(find_models([place]), "nobody")


def test_what_ships_stays(place: Path) -> None:
    with pytest.raises(ModelError, match="ships with Precedent and stays"):
        remove_model(find_models([place]), "starter")


def test_a_removal_that_is_refused_leaves_the_model(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ModelError, match="cannot be removed: Permission denied"):
        remove_model(find_models([place]), "tiny-next")
    assert find_models([place]).named("tiny-next").path == place / "tiny-next"

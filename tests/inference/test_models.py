"""Model folders: found, listed, and refused when a file is missing or altered."""

import shutil
from pathlib import Path

import pytest

from precedent_inference.errors import ModelError
from precedent_inference.loading import load_answerer
from precedent_inference.models import ModelFolder, check_files, find_models, seal
from precedent_inference.profile import read_profile


@pytest.fixture
def copied(models_folder: Path, tmp_path: Path) -> ModelFolder:
    """A copy of the tiny model that a test may break."""
    folder = tmp_path / "tiny-previous"
    shutil.copytree(models_folder / "tiny-previous", folder)
    return ModelFolder(folder, read_profile(folder))


def test_models_are_found_by_name(models_folder: Path) -> None:
    found = find_models([models_folder])
    assert found.named("tiny-next").path == models_folder / "tiny-next"


def test_a_model_folder_itself_can_be_named(models_folder: Path) -> None:
    assert find_models([models_folder / "tiny-next"]).named("tiny-next").profile.placement == "next"


def test_an_unknown_name_is_answered_with_the_known_ones(models_folder: Path) -> None:
    with pytest.raises(ModelError, match=r"'nobody'.*tiny-next, tiny-previous"):
        find_models([models_folder]).named("nobody")


def test_a_broken_profile_is_listed_with_its_reason(copied: ModelFolder) -> None:
    (copied.path / "profile.json").write_text("{", encoding="utf-8")
    found = find_models([copied.path.parent])
    assert [broken.path for broken in found.broken] == [copied.path]
    with pytest.raises(ModelError, match="cannot be read"):
        found.named("tiny-previous")


def test_an_altered_file_is_named(copied: ModelFolder) -> None:
    (copied.path / "tokenizer.json").write_text("{}", encoding="utf-8")
    states = {check.name: check.state for check in check_files(copied)}
    assert states["tokenizer.json"] == "differs"
    with pytest.raises(ModelError, match=r"tokenizer\.json .* differs from the hash"):
        load_answerer(copied)


def test_truncated_weights_are_refused(copied: ModelFolder) -> None:
    weights = copied.path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelError, match="differs from the hash"):
        load_answerer(copied, "pytorch")


def test_truncated_weights_with_a_matching_hash_are_refused(copied: ModelFolder) -> None:
    weights = copied.path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    sealed = ModelFolder(copied.path, seal(copied.path, copied.profile))
    with pytest.raises(ModelError, match="missing or broken"):
        load_answerer(sealed, "pytorch")


def test_a_missing_file_is_named(copied: ModelFolder) -> None:
    (copied.path / "weights.safetensors").unlink()
    with pytest.raises(ModelError, match=r"weights\.safetensors of model .* is missing"):
        load_answerer(copied, "pytorch")


def test_a_folder_that_contradicts_itself_is_refused(copied: ModelFolder) -> None:
    config = copied.path / "config.json"
    text = config.read_text(encoding="utf-8").replace('"previous"', '"next"')
    config.write_text(text, encoding="utf-8")
    sealed = ModelFolder(copied.path, seal(copied.path, copied.profile))
    with pytest.raises(ModelError, match="states the placement previous"):
        load_answerer(sealed, "pytorch")


def test_a_tokenizer_that_is_none_is_refused(copied: ModelFolder) -> None:
    (copied.path / "tokenizer.json").write_text('{"added_tokens": 3}', encoding="utf-8")
    sealed = ModelFolder(copied.path, seal(copied.path, copied.profile))
    with pytest.raises(ModelError, match=r"tokenizer .* cannot be read"):
        load_answerer(sealed, "pytorch")


def test_a_folder_without_permission_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_file = Path.is_file

    def refuse(path: Path) -> bool:
        if tmp_path in path.parents:
            raise PermissionError(13, "Permission denied")
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", refuse)
    reasons = [broken.reason for broken in find_models([tmp_path]).broken]
    assert reasons == ["The folder cannot be read: Permission denied."]


def test_an_index_that_was_put_beside_the_weights_is_not_followed(copied: ModelFolder) -> None:
    index = copied.path / "weights.safetensors.index.json"
    index.write_text('{"weight_map": {"norm.weight": "weights-00001-of-00001.safetensors"}}')
    with pytest.raises(ModelError, match=r"does not state the hash of weights\.safetensors\.index"):
        load_answerer(copied, "pytorch")

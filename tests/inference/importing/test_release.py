"""Which files make a release: junk is passed over, what is ambiguous or contradicts is refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.inference.importing.layouts import (
    CONFIG,
    hugging_face_clip,
    plain_state,
    random_flamingo,
    write_release,
)

from precedent_inference.errors import ModelError
from precedent_inference.importing.release import Release, find_release
from precedent_inference.importing.sizes import infer_config


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_release(tmp_path / "release")
    return tmp_path / "release"


def check(release: Release) -> None:
    config = infer_config(release.weights.shapes, release.stated)
    release.require_agreement(config)
    release.weights.check(config)
    assert config == CONFIG


def test_parts_may_be_named_one_by_one(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    shutil.move(folder / "model.pt", tmp_path / "elsewhere" / "checkpoint.pt")
    parts = (tmp_path / "elsewhere" / "checkpoint.pt", folder / "clip", folder / "llama-7b")
    check(find_release(parts))


def test_a_folder_named_twice_counts_once(folder: Path) -> None:
    release = find_release((folder, folder / "llama-7b", folder / "model.pt"))
    check(release)
    assert len(release.sources) == len(set(release.sources))


def test_what_copying_leaves_behind_is_passed_over(folder: Path) -> None:
    (folder / "._model.pt").write_bytes(b"resource fork")
    (folder / "README.md").write_text("# A model")
    (folder / "llama-7b" / "generation_config.json").write_text("{}")
    save_file({"unrelated.weight": torch.ones(2)}, folder / "clip" / "other.safetensors")
    check(find_release((folder,)))


def test_llama_stored_in_both_forms_is_read_once(folder: Path) -> None:
    language = folder / "llama-7b"
    for path in sorted(language.glob("*.safetensors")):
        torch.save(load_file(path), language / f"pytorch_{path.stem}.bin")
    check(find_release((folder,)))


def test_every_source_is_listed(folder: Path) -> None:
    names = {path.name for path in find_release((folder,)).sources}
    assert {"model.pt", "config.json", "tokenizer.model", "tokenizer_config.json"} <= names


def second_checkpoint(folder: Path) -> None:
    shutil.copy(folder / "model.pt", folder / "model_older.pt")


def second_clip(folder: Path) -> None:
    save_file(hugging_face_clip(plain_state(random_flamingo())), folder / "clip/model.safetensors")


def other_folder(folder: Path) -> None:
    shutil.copytree(folder / "llama-7b", folder / "llama-7b-copy")


@pytest.mark.parametrize("add", [second_checkpoint, second_clip, other_folder])
def test_two_files_for_one_part_are_refused(folder: Path, add: Callable[[Path], None]) -> None:
    add(folder)
    with pytest.raises(ModelError, match=r"^Both .* hold "):
        find_release((folder,))


LLAMA, CLIP = "llama-7b/config.json", "clip/config.json"
OPEN_CLIP = "clip/open_clip_config.json"


@pytest.mark.parametrize(
    ("file", "settings", "said"),
    [
        (LLAMA, {"num_hidden_layers": 5}, "num_hidden_layers 5; its tensors have 4"),
        (LLAMA, {"intermediate_size": 95}, "intermediate_size 95; its tensors have 96"),
        (LLAMA, {"num_attention_heads": 3}, "width 128, which heads must divide; 3 are stated"),
        (LLAMA, {"num_attention_heads": 0}, "heads must divide; 0 are stated"),
        (LLAMA, {"rope_scaling": {"factor": 2}}, "scaled positions"),
        (LLAMA, {"model_type": "mpt"}, "the type mpt"),
        (LLAMA, {"hidden_act": "gelu"}, "the activation gelu"),
        (CLIP, {"vision_config": {"patch_size": 16}}, "patch_size 16; its tensors have 14"),
        (CLIP, {"vision_config": {"hidden_size": 32}}, "hidden_size 32; its tensors have 64"),
        (CLIP, {"vision_config": {"hidden_act": "relu"}}, "activation is 'relu'"),
        (OPEN_CLIP, {"model_cfg": {"vision_cfg": {"layers": 7}}}, "7; its tensors have 2"),
    ],
)
def test_settings_that_contradict_the_tensors_are_refused(
    folder: Path, file: str, settings: dict[str, object], said: str
) -> None:
    path = folder / file
    before = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(before | settings))
    with pytest.raises(ModelError, match=said):
        check(find_release((folder,)))


@pytest.mark.parametrize("text", ["{", "[]", "\xff"])
def test_settings_that_cannot_be_read_are_named(folder: Path, text: str) -> None:
    (folder / LLAMA).write_bytes(text.encode("latin-1"))
    with pytest.raises(ModelError, match=r"config\.json (cannot be read|is not a table)"):
        find_release((folder,))


@pytest.mark.parametrize(
    ("model", "activation"),
    [
        ({"quick_gelu": True}, "quick_gelu"),
        ({"quick_gelu": False}, "gelu"),
        ({"embed_dim": 768}, "gelu"),
    ],
)
def test_open_clips_default_activation_is_the_plain_one(
    folder: Path, model: dict[str, object], activation: str
) -> None:
    (folder / OPEN_CLIP).write_text(json.dumps({"model_cfg": model}))
    assert find_release((folder,)).stated.activation == activation


def test_a_number_in_a_name_that_no_model_has_is_refused(folder: Path) -> None:
    state = torch.load(folder / "model.pt", weights_only=True)
    torch.save(state | {"perceiver.layers.99999999.x": torch.ones(1)}, folder / "model.pt")
    with pytest.raises(ModelError, match="no model has as many"):
        check(find_release((folder,)))


def test_a_path_that_is_not_there_is_said(folder: Path) -> None:
    with pytest.raises(ModelError, match="does not exist"):
        find_release((folder / "nothing",))


def test_an_empty_folder_says_what_to_bring(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"lacks CLIP .* and the LLaMA-7B folder .*model\.pt"):
        find_release((tmp_path,))

"""`model verify --golden`: the public reference's numbers hold, and altered ones are seen."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from precedent_inference.errors import ModelError
from precedent_inference.importing.golden import golden_folders, verify_golden
from precedent_inference.importing.golden_case import TOLERANCE
from precedent_inference.verbs.model import main

GOLDEN = Path(__file__).parents[4] / "shared" / "golden" / "flamingo"
pytestmark = pytest.mark.skipif(
    not GOLDEN.exists(), reason="the golden numbers lie in ../shared, which is not here"
)
FOLDERS = ("every1-h64-l4", "every2-h96-l4", "every4-h64-l8", "preprocess")
SMALL = "every2-h96-l4"

State = dict[str, Tensor]


@pytest.mark.parametrize("name", FOLDERS)
def test_our_numbers_are_the_references(name: str) -> None:
    report = verify_golden(GOLDEN / name)
    assert report.ok
    assert report.max_abs_diff is not None
    assert report.max_abs_diff <= TOLERANCE


def test_every_stage_and_case_is_compared() -> None:
    """The README of the folders lists eight cases, two of them with the other placement."""
    found = verify_golden(GOLDEN / SMALL).comparisons
    counts = {stage: sum(c.stage == stage for c in found) for stage in {c.stage for c in found}}
    assert counts == {
        "vision_tokens": 8,
        "perceiver": 8,
        "first_xattn_block": 8,
        "attended_image": 8,
        "logits": 8,
        "generated": 8,
        "step_logits": 3,
        "logits_attend_previous": 2,
        "beam3_lp-2_new8": 2,
    }


def changed(folder: Path, file: str, change: Callable[[State], State]) -> Path:
    """Copy a golden folder with one of its files changed."""
    shutil.copytree(GOLDEN / SMALL, folder, copy_function=shutil.copyfile)
    path = folder / file
    state = change(load_file(path))
    save_file({name: tensor.contiguous() for name, tensor in state.items()}, path)
    return folder


def other_names(state: State) -> State:
    """A distributed training's prefix, and both names of every gated block."""
    gated = "lang_encoder.gated_cross_attn_layers."
    aliases: State = {}
    for name, tensor in state.items():
        if name.startswith(gated):
            layer, rest = name.removeprefix(gated).split(".", 1)
            alias = f"lang_encoder.model.layers.{layer}.gated_cross_attn_layer.{rest}"
            aliases[alias] = tensor.clone()
    assert aliases
    return {f"module.{name}": tensor for name, tensor in (state | aliases).items()}


def test_other_names_of_the_same_tensors_give_the_same_numbers(tmp_path: Path) -> None:
    assert verify_golden(changed(tmp_path / "g", "weights.safetensors", other_names)).ok


def nudged(key: str, by: float) -> Callable[[State], State]:
    def change(state: State) -> State:
        tensor = state[key].clone()
        tensor.view(-1)[0] += by
        return state | {key: tensor}

    return change


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("weights.safetensors", nudged("perceiver.latents", 0.5)),
        ("weights.safetensors", nudged("lang_encoder.lm_head.weight", 0.5)),
        ("outputs.safetensors", nudged("two_shot.logits", 2e-4)),
        ("outputs.safetensors", nudged("zero_shot.vision_tokens", float("nan"))),
        ("outputs.safetensors", nudged("two_shot.generated", 1)),
        ("outputs.safetensors", nudged("two_shot.attended_image", 1)),
    ],
)
def test_a_changed_number_is_seen(
    tmp_path: Path, file: str, change: Callable[[State], State]
) -> None:
    assert not verify_golden(changed(tmp_path / "g", file, change)).ok


def test_a_folder_without_ids_or_logits_shows_nothing(tmp_path: Path) -> None:
    def only_vision(state: State) -> State:
        return {name: tensor for name, tensor in state.items() if name.endswith("vision_tokens")}

    report = verify_golden(changed(tmp_path / "g", "outputs.safetensors", only_vision))
    assert not report.ok
    assert all(c.is_equal for c in report.comparisons)


def test_a_missing_tensor_is_named(tmp_path: Path) -> None:
    def without(state: State) -> State:
        return {name: tensor for name, tensor in state.items() if name != "perceiver.norm.bias"}

    with pytest.raises(ModelError, match=r"perceiver\.norm\.bias missing"):
        verify_golden(changed(tmp_path / "g", "weights.safetensors", without))


def test_a_weight_that_is_no_number_is_named(tmp_path: Path) -> None:
    change = nudged("perceiver.latents", float("inf"))
    with pytest.raises(ModelError, match=r"perceiver\.latents holds values that are no numbers"):
        verify_golden(changed(tmp_path / "g", "weights.safetensors", change))


def test_settings_that_contradict_the_tensors_are_refused(tmp_path: Path) -> None:
    folder = changed(tmp_path / "g", "inputs.safetensors", lambda state: state)
    path = folder / "config.json"
    settings = json.loads(path.read_text())
    settings["llama"]["hidden_size"] = 128
    path.write_text(json.dumps(settings))
    with pytest.raises(ModelError, match=r"states llama\.hidden_size 128; the tensors have 96"):
        verify_golden(folder)


def test_a_folder_without_golden_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no golden numbers"):
        golden_folders(tmp_path)


def test_the_command_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--golden", str(GOLDEN / SMALL), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["ok"] is body["greedy_equal"] is body["beam_equal"] is True
    assert body["max_abs_diff"] <= body["tolerance"] == 1e-4
    assert set(body["stages"]) >= {"vision_tokens", "perceiver", "first_xattn_block", "logits"}


def test_the_command_fails_where_numbers_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change = nudged("two_shot.logits", float("nan"))
    folder = changed(tmp_path / "g", "outputs.safetensors", change)
    assert main(["verify", "--golden", str(folder), "--json"]) == 1
    body = json.loads(capsys.readouterr().out)
    assert body["ok"] is False
    assert body["max_abs_diff"] is None
    assert main(["verify", "--golden", str(folder)]) == 1
    assert "two_shot.logits differs" in capsys.readouterr().out


def test_left_padding_and_surplus_pictures_change_nothing_that_counts() -> None:
    cases = {c.case: c for c in verify_golden(GOLDEN / SMALL).comparisons if c.stage == "logits"}
    assert cases["padded_batch"].is_equal
    assert torch.equal(
        load_file(GOLDEN / SMALL / "inputs.safetensors")["padded_batch.attention_mask"].sum(1) > 0,
        torch.tensor([True, True]),
    )

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
PREVIOUS = Path(__file__).parents[2] / "fixtures" / "flamingo" / "previous"
FOLDERS = ("every1-h64-l4", "every2-h96-l4", "every4-h64-l8", "preprocess")
needs_shared = pytest.mark.skipif(
    not GOLDEN.exists(), reason="the golden numbers lie in ../shared, which is not here"
)
SMALL = "every2-h96-l4"

State = dict[str, Tensor]


@needs_shared
@pytest.mark.parametrize("name", FOLDERS)
def test_our_numbers_are_the_references(name: str) -> None:
    report = verify_golden(GOLDEN / name)
    assert report.ok
    assert report.max_abs_diff is not None
    assert report.max_abs_diff <= TOLERANCE


@needs_shared
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


def test_text_that_sees_the_preceding_image_agrees_too() -> None:
    """Generated tokens of V1 see no image even then; a row may end before the others."""
    report = verify_golden(PREVIOUS)
    assert report.ok
    assert report.all_equal("generated") is report.all_equal("beam") is True
    assert report.absent == ("rows.attended_image", "three.shots.attended_image")
    assert report.not_compared == ()


def changed(folder: Path, file: str, change: Callable[[State], State]) -> Path:
    """Copy a golden folder with one of its files changed."""
    shutil.copytree(PREVIOUS, folder)
    path = folder / file
    state = change(load_file(path))
    save_file({name: tensor.contiguous() for name, tensor in state.items()}, path)
    return folder


def prefixed(state: State) -> State:
    """A distributed training's prefix."""
    return {f"module.{name}": tensor for name, tensor in state.items()}


def inner_names(state: State) -> State:
    """Each gated block under the name that its layer gives it, alone."""
    return {n: t for n, t in state.items() if ".gated_cross_attn_layers." not in n}


def outer_names(state: State) -> State:
    """Each gated block under the name of the list of blocks, alone."""
    return {n: t for n, t in state.items() if ".gated_cross_attn_layer." not in n}


def bare_tower(state: State) -> State:
    """V2 keeps the vision tower without CLIP around it, and a second name of each layer."""
    second = {
        name.replace("model.layers.", "old_decoder_blocks.").replace(".decoder_layer.", "."): tensor
        for name, tensor in state.items()
        if ".decoder_layer." in name
    }
    return {
        name.replace("vision_encoder.visual.", "vision_encoder."): tensor
        for name, tensor in (state | {name: t.clone() for name, t in second.items()}).items()
    }


def unwrapped(state: State) -> State:
    """As the parts are called on their own: LLaMA's and CLIP's names without Flamingo's."""
    return {
        name.removeprefix("lang_encoder.")
        .replace(".decoder_layer.", ".")
        .replace("vision_encoder.visual.", "visual."): tensor
        for name, tensor in state.items()
    }


@pytest.mark.parametrize("change", [prefixed, inner_names, outer_names, bare_tower, unwrapped])
def test_other_names_of_the_same_tensors_give_the_same_numbers(
    tmp_path: Path, change: Callable[[State], State]
) -> None:
    assert verify_golden(changed(tmp_path / "g", "weights.safetensors", change)).ok


def test_two_names_that_differ_are_refused(tmp_path: Path) -> None:
    change = nudged("lang_encoder.gated_cross_attn_layers.1.attn.to_q.weight", 0.5)
    with pytest.raises(ModelError, match="two different tensors for one"):
        verify_golden(changed(tmp_path / "g", "weights.safetensors", change))


def nudged(key: str, by: float) -> Callable[[State], State]:
    def change(state: State) -> State:
        tensor = state[key].clone()
        tensor.view(-1)[0] += by
        return state | {key: tensor}

    return change


def shortened(key: str, tokens: int) -> Callable[[State], State]:
    return lambda state: state | {key: state[key][:, :-tokens]}


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("weights.safetensors", nudged("perceiver.latents", 0.5)),
        ("weights.safetensors", nudged("lang_encoder.lm_head.weight", 0.5)),
        ("outputs.safetensors", nudged("three.shots.logits", 2e-4)),
        ("outputs.safetensors", nudged("rows.vision_tokens", float("nan"))),
        ("outputs.safetensors", nudged("three.shots.generated", 1)),
        ("outputs.safetensors", nudged("rows.beam3_lp-2_new8", 1)),
        ("outputs.safetensors", nudged("rows.beam4_lp0.5_new6", 1)),
        ("outputs.safetensors", nudged("rows.step_logits", 2e-4)),
        ("outputs.safetensors", shortened("three.shots.generated", 1)),
        ("outputs.safetensors", shortened("three.shots.generated", 16)),
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


@pytest.mark.parametrize(
    ("part", "name", "value", "said"),
    [
        ("llama", "hidden_size", 128, r"llama\.hidden_size 128; the tensors have 16"),
        ("llama", "num_attention_heads", 3, "width 16, which heads must divide; 3 are stated"),
        ("llama", "num_attention_heads", "2", r"llama\.num_attention_heads '2', no whole number"),
        ("llama", "tie_word_embeddings", True, r"tie_word_embeddings True; this family has False"),
        ("cross_attention", "heads", 4, r"cross_attention\.heads 4; the tensors have 2"),
        ("vision", "patch_size", 2, r"vision\.patch_size 2; the tensors have 4"),
        ("tokens", "image_id", None, r"lacks the number tokens\.image_id"),
    ],
)
def test_settings_that_contradict_the_tensors_are_refused(
    tmp_path: Path, part: str, name: str, value: object, said: str
) -> None:
    folder = shutil.copytree(PREVIOUS, tmp_path / "g")
    path = folder / "config.json"
    settings = json.loads(path.read_text())
    settings[part][name] = value
    path.write_text(json.dumps(settings))
    with pytest.raises(ModelError, match=said):
        verify_golden(folder)


@pytest.mark.parametrize("name", ["weights", "inputs", "outputs"])
def test_a_missing_or_cut_file_is_named(tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(PREVIOUS, tmp_path / "g")
    path = folder / f"{name}.safetensors"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ModelError, match=f"{name}.safetensors is missing or broken"):
        verify_golden(folder)
    path.unlink()
    with pytest.raises(ModelError, match=f"{name}.safetensors is missing or broken"):
        verify_golden(folder)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("rows.pixels", torch.zeros(3, 2, 3, 8, 8), "the pixels have the shape"),
        ("rows.input_ids", torch.full((3, 14), 60), "an id lies outside the vocabulary"),
        ("rows.attention_mask", torch.zeros(3, 14).long(), "the mask hides a whole row"),
    ],
)
def test_inputs_of_another_model_are_refused(
    tmp_path: Path, key: str, value: Tensor, said: str
) -> None:
    change: Callable[[State], State] = lambda state: state | {key: value}  # noqa: E731
    with pytest.raises(ModelError, match=said):
        verify_golden(changed(tmp_path / "g", "inputs.safetensors", change))


def test_what_is_absent_is_said_and_not_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def change(state: State) -> State:
        rest = {name: tensor for name, tensor in state.items() if name != "rows.logits"}
        return rest | {"lost.logits": torch.zeros(1), "rows.gradients": torch.zeros(1)}

    folder = changed(tmp_path / "g", "outputs.safetensors", change)
    assert main(["verify", "--golden", str(folder), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert {"lost", "rows.logits"} <= set(body["absent"])
    assert "rows.gradients" in body["not_compared"]
    compared = {(found["case"], found["stage"]) for found in body["cases"]}
    assert ("rows", "logits") not in compared
    assert ("three.shots", "logits") in compared


def test_a_folder_without_golden_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no golden numbers"):
        golden_folders(tmp_path)


def test_the_command_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--golden", str(PREVIOUS), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["ok"] is body["greedy_equal"] is body["beam_equal"] is True
    assert body["max_abs_diff"] <= body["tolerance"] == 1e-4
    assert set(body["stages"]) >= {"vision_tokens", "perceiver", "first_xattn_block", "logits"}


def test_the_command_fails_where_numbers_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change = nudged("three.shots.logits", float("nan"))
    folder = changed(tmp_path / "g", "outputs.safetensors", change)
    assert main(["verify", "--golden", str(folder), "--json"]) == 1
    body = json.loads(capsys.readouterr().out)
    assert body["ok"] is False
    assert body["max_abs_diff"] is None
    assert main(["verify", "--golden", str(folder)]) == 1
    assert "three.shots.logits differs" in capsys.readouterr().out


@needs_shared
def test_left_padding_and_surplus_pictures_change_nothing_that_counts() -> None:
    cases = {c.case: c for c in verify_golden(GOLDEN / SMALL).comparisons if c.stage == "logits"}
    assert cases["padded_batch"].is_equal
    assert torch.equal(
        load_file(GOLDEN / SMALL / "inputs.safetensors")["padded_batch.attention_mask"].sum(1) > 0,
        torch.tensor([True, True]),
    )

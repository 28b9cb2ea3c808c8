"""Released layouts to a model folder: what goes in comes out, and whatever is wrong is named."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.inference.importing.layouts import (
    CONFIG,
    PIECES,
    hugging_face_clip,
    plain_state,
    random_flamingo,
    trained,
    write_llama,
    write_release,
    write_tokenizer,
)
from tests.inference.tiny import tiny_request
from torch import Tensor

from precedent_inference.answering import Answerer
from precedent_inference.errors import ModelError
from precedent_inference.importing import convert
from precedent_inference.importing.convert import Conversion, Progress, write_weights
from precedent_inference.importing.importer import ImportOrder, import_model
from precedent_inference.importing.source import WeightSource
from precedent_inference.importing.tensor_files import open_tensor_file
from precedent_inference.loading import load_answerer
from precedent_inference.model.flamingo import Flamingo
from precedent_inference.model.weights import load_flamingo
from precedent_inference.models import (
    ModelFolder,
    check_files,
    find_models,
    require_weights,
    seal,
)

State = dict[str, Tensor]
NEVER = threading.Event()


def run(paths: list[Path], target: Path, order: ImportOrder | None = None) -> ModelFolder:
    given = order or ImportOrder(tuple(paths), target.name)
    return import_model(given, target, lambda _: None, NEVER)


def assert_same(folder: Path, model: Flamingo) -> None:
    found, wanted = load_flamingo(folder).state_dict(), model.state_dict()
    assert set(found) == set(wanted)
    for name, tensor in wanted.items():
        if name == "head.weight":
            # LLaMA's head has no rows for the added tokens; they are zero.
            assert torch.equal(found[name][:PIECES], tensor[:PIECES])
            assert not found[name][PIECES:].any()
        else:
            assert torch.equal(found[name], tensor), name


def test_the_released_layout_becomes_a_model_that_answers(tmp_path: Path) -> None:
    model = write_release(tmp_path / "release")
    imported = run([tmp_path / "release"], tmp_path / "models" / "med")
    assert_same(imported.path, model)
    assert all(check.state == "ok" for check in check_files(imported))
    assert find_models([tmp_path / "models"]).named("med").profile.placement == "next"
    answerer: Answerer = load_answerer(imported, "pytorch")
    answer = answerer.answer(tiny_request(2, model="med"))
    assert answer.cache.images_encoded == 3
    assert "<image>" not in answer.text


def test_old_tokenizer_settings_start_with_the_unknown_token(tmp_path: Path) -> None:
    write_release(tmp_path / "release", is_old=True)
    imported = run([tmp_path / "release"], tmp_path / "med")
    assert imported.profile.templates.start == 0
    assert "First token: 0" in imported.card


def test_proper_tokenizer_settings_start_with_the_start_token(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    assert run([tmp_path / "release"], tmp_path / "med").profile.templates.start == 1


def test_the_card_names_every_source_by_its_hash(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    card = run([tmp_path / "release"], tmp_path / "med").card
    names = ("release/model.pt", "clip/open_clip_model.safetensors")
    assert all(f"| {name} | `" in card for name in names)


def hugging_face(folder: Path) -> Flamingo:
    model = write_release(folder)
    clip = folder / "clip" / "open_clip_model.safetensors"
    clip.unlink()
    save_file(hugging_face_clip(plain_state(model)), clip.with_name("model.safetensors"))
    vision = {"hidden_act": "quick_gelu", "num_attention_heads": 1}
    settings = {"model_type": "clip", "vision_config": vision}
    (folder / "clip" / "config.json").write_text(json.dumps(settings))
    return model


def nested_with_prefix(folder: Path) -> Flamingo:
    model = write_release(folder)
    state = {f"module.{name}": value for name, value in trained(plain_state(model)).items()}
    torch.save({"epoch": 3, "model_state_dict": state}, folder / "model.pt")
    return model


def one_file(folder: Path) -> Flamingo:
    folder.mkdir()
    model = random_flamingo()
    state = plain_state(model)
    names = {
        name: name.replace("visual.", "vision_encoder.visual.")
        if name.startswith("visual.")
        else f"lang_encoder.gated_cross_attn_layers.{name.removeprefix('gated.')}"
        if name.startswith("gated.")
        else name
        if name.startswith("perceiver.")
        else f"lang_encoder.{name}"
        for name in state
    }
    whole = {names[name]: tensor for name, tensor in state.items()}
    whole["lang_encoder.lm_head.weight"] = whole["lang_encoder.lm_head.weight"][:PIECES].clone()
    save_file(whole, folder / "everything.safetensors")
    settings = {"model_type": "llama", "num_attention_heads": 2}
    (folder / "config.json").write_text(json.dumps(settings))
    write_tokenizer(folder)
    return model


def torch_shards(folder: Path) -> Flamingo:
    model = write_release(folder)
    language = folder / "llama-7b"
    for path in language.glob("*.safetensors"):
        torch.save(load_file(path), path.with_suffix(".bin"))
        path.unlink()
    (language / "model.safetensors.index.json").unlink()
    return model


@pytest.mark.parametrize("write", [hugging_face, nested_with_prefix, one_file, torch_shards])
def test_every_layout_gives_the_same_model(
    tmp_path: Path, write: Callable[[Path], Flamingo]
) -> None:
    model = write(tmp_path / "release")
    assert_same(run([tmp_path / "release"], tmp_path / "med").path, model)


def test_v2_names_are_read_and_see_the_preceding_image(tmp_path: Path) -> None:
    model = write_release(tmp_path / "release")
    state = plain_state(model)
    found = trained(state)
    found |= {
        f"lang_encoder.old_decoder_blocks.{name.removeprefix('model.layers.')}": tensor
        for name, tensor in state.items()
        if name.startswith("model.layers.")
    }
    torch.save(found, tmp_path / "release" / "model.pt")
    imported = run([tmp_path / "release"], tmp_path / "med")
    assert_same(imported.path, model)
    assert imported.profile.placement == "previous"


def test_the_user_may_choose_placement_start_and_precision(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    release = tmp_path / "release"
    imported = run([], tmp_path / "med", ImportOrder((release,), "med", "bf16", "previous", 0))
    assert imported.profile.placement == "previous"
    assert imported.profile.templates.start == 0
    (weights,) = imported.path.glob("weights-*.safetensors")
    assert {tensor.dtype for tensor in load_file(weights).values()} == {torch.bfloat16}


def test_weights_are_written_in_shards_of_bounded_size(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    files = [open_tensor_file(p) for p in (tmp_path / "release").rglob("*.safetensors")]
    source = WeightSource([*files, open_tensor_file(tmp_path / "release" / "model.pt")])
    seen: list[Progress] = []
    plan = Conversion(CONFIG, shard_bytes=300_000)
    (tmp_path / "out").mkdir()
    write_weights(source, plan, tmp_path / "out", seen.append, NEVER)
    sizes = [path.stat().st_size for path in (tmp_path / "out").glob("*.safetensors")]
    assert len(sizes) > 3
    assert max(sizes) < 310_000
    assert seen[-1].done == seen[-1].total == convert.stored_bytes(source, plan)


# What is wrong is named, in one sentence, and nothing is left behind.


def without(name: str) -> Callable[[Path], None]:
    def alter(folder: Path) -> None:
        state = torch.load(folder / "model.pt", weights_only=True)
        torch.save(
            {key: value for key, value in state.items() if name not in key}, folder / "model.pt"
        )

    return alter


def extra_tensor(folder: Path) -> None:
    state = torch.load(folder / "model.pt", weights_only=True)
    torch.save(state | {"perceiver.surprise": torch.ones(2)}, folder / "model.pt")


def wrong_shape(folder: Path) -> None:
    state = torch.load(folder / "model.pt", weights_only=True)
    torch.save(state | {"perceiver.norm.weight": torch.ones(3)}, folder / "model.pt")


def not_a_number(folder: Path) -> None:
    state = torch.load(folder / "model.pt", weights_only=True)
    state["perceiver.latents"][0, 0] = float("nan")
    torch.save(state, folder / "model.pt")


def two_blocks_that_differ(folder: Path) -> None:
    state = torch.load(folder / "model.pt", weights_only=True)
    key = "lang_encoder.gated_cross_attn_layers.1.attn_gate"
    torch.save(state | {key: torch.tensor([0.1])}, folder / "model.pt")


class Bomb:
    """What a pickle with code in it holds."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("opened",)


def pickle_with_code(folder: Path) -> None:
    torch.save({"perceiver.latents": Bomb()}, folder / "model.pt")


def cut(name: str) -> Callable[[Path], None]:
    def alter(folder: Path) -> None:
        path = folder / name
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    return alter


def missing_shard(folder: Path) -> None:
    (folder / "llama-7b" / "model-00002-of-00002.safetensors").unlink()


def contradiction(folder: Path) -> None:
    path = folder / "llama-7b" / "config.json"
    settings = json.loads(path.read_text())
    path.write_text(json.dumps(settings | {"hidden_size": 256}))


def grouped_keys(folder: Path) -> None:
    path = folder / "llama-7b" / "config.json"
    settings = json.loads(path.read_text())
    path.write_text(json.dumps(settings | {"num_key_value_heads": 1}))


def no_clip(folder: Path) -> None:
    (folder / "clip" / "open_clip_model.safetensors").unlink()


def no_tokenizer(folder: Path) -> None:
    (folder / "llama-7b" / "tokenizer.model").unlink()


def other_tokenizer(folder: Path) -> None:
    (folder / "llama-7b" / "tokenizer.model").write_bytes(b"no model")


def second_llama(folder: Path) -> None:
    write_llama(folder / "another", plain_state(random_flamingo()))


@pytest.mark.parametrize(
    ("alter", "said"),
    [
        (without("perceiver.norm.bias"), "perceiver.norm.bias missing"),
        (without("gated"), "no gated cross-attention"),
        (without("perceiver.latents"), "the Flamingo checkpoint"),
        (extra_tensor, "perceiver.surprise unexpected"),
        (wrong_shape, r"perceiver.norm.weight \[3\] for \[64\] misshapen"),
        (not_a_number, "perceiver.latents holds values that are no numbers"),
        (two_blocks_that_differ, "two different tensors for one"),
        (pickle_with_code, "holds more than tensors"),
        (cut("model.pt"), "model.pt is cut or broken"),
        (cut("clip/open_clip_model.safetensors"), "open_clip_model.safetensors is missing"),
        (missing_shard, "lists model-00002-of-00002.safetensors"),
        (contradiction, "hidden_size 256; its tensors have 128"),
        (grouped_keys, "grouped keys and values"),
        (no_clip, "CLIP ViT-L/14"),
        (no_tokenizer, "neither tokenizer.json nor tokenizer.model|holds no tokenizer"),
        (other_tokenizer, "tokenizer.model cannot be read"),
        (second_llama, "Both"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_left(
    tmp_path: Path,
    alter: Callable[[Path], None],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_release(tmp_path / "release")
    alter(tmp_path / "release")
    with pytest.raises(ModelError, match=said):
        run([tmp_path / "release"], tmp_path / "models" / "med")
    assert list((tmp_path / "models").glob("*")) == []
    assert "opened" not in capsys.readouterr().out


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    run([tmp_path / "release"], tmp_path / "med")
    with pytest.raises(ModelError, match="exists already"):
        run([tmp_path / "release"], tmp_path / "med")


def test_an_altered_shard_is_refused_when_the_model_is_loaded(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    imported = run([tmp_path / "release"], tmp_path / "med")
    (path,) = imported.path.glob("weights-*.safetensors")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match="differs from the hash in the profile"):
        load_answerer(imported, "pytorch")


def test_progress_of_a_stage_ends_with_its_total(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    seen: list[Progress] = []
    order = ImportOrder((tmp_path / "release",), "med")
    import_model(order, tmp_path / "med", seen.append, NEVER)
    last = {progress.stage: progress for progress in seen}
    assert all(progress.done == progress.total for progress in last.values())
    assert len(last) == 4


def test_a_head_of_llama_never_learned_to_end(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    imported = run([tmp_path / "release"], tmp_path / "med")
    assert not imported.profile.stop.is_learned
    assert imported.profile.stop.texts
    assert "never learned to end" in imported.card
    assert set(imported.profile.suppress) == {"<image>", "<PAD>"}


def test_a_head_in_the_checkpoint_is_used(tmp_path: Path) -> None:
    model = write_release(tmp_path / "release")
    state = plain_state(model)
    whole = trained(state) | {"lang_encoder.lm_head.weight": state["lm_head.weight"]}
    torch.save(whole, tmp_path / "release" / "model.pt")
    imported = run([tmp_path / "release"], tmp_path / "med")
    found = load_flamingo(imported.path).head.weight
    assert torch.equal(found, model.head.weight)
    assert imported.profile.stop.is_learned


@pytest.mark.parametrize("start", [-1, PIECES + 3])
def test_a_first_token_that_is_none_is_refused(tmp_path: Path, start: int) -> None:
    write_release(tmp_path / "release")
    order = ImportOrder((tmp_path / "release",), "med", start=start)
    with pytest.raises(ModelError, match="is none of the model's"):
        run([], tmp_path / "med", order)


def test_values_that_a_precision_cannot_hold_are_refused(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    state = torch.load(tmp_path / "release" / "model.pt", weights_only=True)
    state["perceiver.latents"][0, 0] = 1e6
    torch.save(state, tmp_path / "release" / "model.pt")
    order = ImportOrder((tmp_path / "release",), "med", "fp16")
    with pytest.raises(ModelError, match=r"resampler\.latents holds values that fp16 cannot hold"):
        run([], tmp_path / "med", order)


def test_a_shard_that_the_profile_does_not_vouch_for_is_not_loaded(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    imported = run([tmp_path / "release"], tmp_path / "med")
    hashes = tuple(pair for pair in imported.profile.hashes if "-of-" not in pair[0])
    unsure = ModelFolder(imported.path, replace(imported.profile, hashes=hashes))
    with pytest.raises(ModelError, match="does not state the hash of weights-00001-of-00001"):
        require_weights(unsure)


def test_an_index_that_is_none_is_refused(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    imported = run([tmp_path / "release"], tmp_path / "med")
    (imported.path / "weights.safetensors.index.json").write_text("[]")
    sealed = ModelFolder(imported.path, seal(imported.path, imported.profile))
    with pytest.raises(ModelError, match="is no index of weights"):
        require_weights(sealed)

"""One tiny random Flamingo, written in every layout in which released ones are found."""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from sentencepiece import SentencePieceTrainer
from torch import Tensor

from precedent_inference.config import (
    CrossAttentionConfig,
    FlamingoConfig,
    LanguageConfig,
    ResamplerConfig,
    VisionConfig,
)
from precedent_inference.importing.names import recipes
from precedent_inference.model.flamingo import Flamingo

PIECES = 300
ADDED = 3
CONFIG = FlamingoConfig(
    vision=VisionConfig(28, 14, 64, 2, 1, 256, "quick_gelu"),
    resampler=ResamplerConfig(depth=2, heads=2, head_width=64, latents=4),
    language=LanguageConfig(PIECES + ADDED, 128, 4, 2, 96),
    cross_attention=CrossAttentionConfig(every=2, heads=2, head_width=64),
    placement="next",
)

State = dict[str, Tensor]


def random_flamingo() -> Flamingo:
    """Open gates and wide weights, so that every part of the model shows in its logits."""
    torch.manual_seed(3)
    model = Flamingo(CONFIG)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("_gate"):
                parameter.fill_(0.6)
            elif parameter.dim() > 1:
                parameter.normal_(std=0.2)
    return model.eval()


def plain_state(model: Flamingo) -> State:
    """Every tensor under the name that open_flamingo's parts have without any prefix."""
    state = model.state_dict()
    return {recipe.parts[0]: state[name].clone() for name, recipe in recipes(CONFIG, {}).items()}


def trained(state: Mapping[str, Tensor]) -> State:
    """What a checkpoint of the trained parts holds, each gated block under both of its names."""
    found: State = {}
    for name, tensor in state.items():
        if name.startswith("gated."):
            _, index, rest = name.split(".", 2)
            found[f"lang_encoder.gated_cross_attn_layers.{index}.{rest}"] = tensor
            found[f"lang_encoder.model.layers.{index}.gated_cross_attn_layer.{rest}"] = tensor
        elif name.startswith("perceiver."):
            found[name] = tensor
        elif name == "model.embed_tokens.weight":
            found[f"lang_encoder.{name}"] = tensor
    found["lang_encoder.model.layers.0.decoder_layer.self_attn.rotary_emb.inv_freq"] = torch.ones(4)
    return found


def llama(state: Mapping[str, Tensor]) -> State:
    """LLaMA before tokens were added: fewer rows in embedding and head."""
    names = [name for name in state if name.startswith(("model.", "lm_head."))]
    found = {name: state[name] for name in names}
    for name in ("model.embed_tokens.weight", "lm_head.weight"):
        found[name] = found[name][:PIECES].clone()
    return found


def open_clip(state: Mapping[str, Tensor]) -> State:
    """CLIP with its text tower and the parts of the vision tower that are not read."""
    found = {name: tensor for name, tensor in state.items() if name.startswith("visual.")}
    return found | {
        "visual.proj": torch.ones(64, 8),
        "visual.ln_post.weight": torch.ones(64),
        "visual.ln_post.bias": torch.ones(64),
        "transformer.resblocks.0.ln_1.weight": torch.ones(4),
        "positional_embedding": torch.ones(8, 4),
        "token_embedding.weight": torch.ones(9, 4),
        "ln_final.weight": torch.ones(4),
        "text_projection": torch.ones(4, 8),
        "logit_scale": torch.ones(()),
    }


def hugging_face_clip(state: Mapping[str, Tensor]) -> State:
    """The same tower under transformers' names."""
    names = {
        "visual.class_embedding": "embeddings.class_embedding",
        "visual.positional_embedding": "embeddings.position_embedding.weight",
        "visual.conv1.weight": "embeddings.patch_embedding.weight",
        "visual.ln_pre.weight": "pre_layrnorm.weight",
        "visual.ln_pre.bias": "pre_layrnorm.bias",
    }
    found: State = {
        "vision_model.post_layernorm.weight": torch.ones(64),
        "vision_model.embeddings.position_ids": torch.arange(5),
        "visual_projection.weight": torch.ones(8, 64),
        "text_model.final_layer_norm.weight": torch.ones(4),
        "logit_scale": torch.ones(()),
    }
    found |= {f"vision_model.{theirs}": state[ours] for ours, theirs in names.items()}
    for i in range(CONFIG.vision.layers):
        ours, theirs = f"visual.transformer.resblocks.{i}", f"vision_model.encoder.layers.{i}"
        for kind in ("weight", "bias"):
            for mine, other in (
                ("ln_1", "layer_norm1"),
                ("ln_2", "layer_norm2"),
                ("attn.out_proj", "self_attn.out_proj"),
                ("mlp.c_fc", "mlp.fc1"),
                ("mlp.c_proj", "mlp.fc2"),
            ):
                found[f"{theirs}.{other}.{kind}"] = state[f"{ours}.{mine}.{kind}"]
            parts = state[f"{ours}.attn.in_proj_{kind}"].chunk(3)
            for letter, part in zip("qkv", parts, strict=True):
                found[f"{theirs}.self_attn.{letter}_proj.{kind}"] = part.clone()
    return found


def write_tokenizer(folder: Path, *, is_old: bool = False) -> None:
    """A SentencePiece tokenizer of LLaMA's kind; old copies state empty special tokens."""
    text = folder / "text.txt"
    lines = ["Question: What is shown? Answer: a benign mass.", "Which class? malignant, 12 mm."]
    text.write_text("\n".join(lines * 40), encoding="utf-8")
    SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(folder / "tokenizer"),
        vocab_size=PIECES,
        hard_vocab_limit=False,
        model_type="bpe",
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        minloglevel=2,
    )
    text.unlink()
    (folder / "tokenizer.vocab").unlink()
    marks = ("", "", "") if is_old else ("<s>", "</s>", "<unk>")
    names = ("bos_token", "eos_token", "unk_token")
    settings = dict(zip(names, marks, strict=True))
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")


def write_llama(folder: Path, state: Mapping[str, Tensor], *, is_old: bool = False) -> None:
    """A LLaMA folder in Hugging Face form, two shards with an index."""
    folder.mkdir(parents=True)
    tensors = llama(state)
    halves: tuple[State, State] = ({}, {})
    for at, name in enumerate(sorted(tensors)):
        halves[at % 2][name] = tensors[name]
    index: dict[str, str] = {}
    for at, half in enumerate(halves, 1):
        file = f"model-0000{at}-of-00002.safetensors"
        save_file(half, folder / file)
        index |= dict.fromkeys(half, file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}))
    settings = {
        "model_type": "llama",
        "hidden_size": 128,
        "intermediate_size": 96,
        "num_hidden_layers": 4,
        "num_attention_heads": 2,
        "rms_norm_eps": 1e-6,
        "max_position_embeddings": 256,
    }
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    write_tokenizer(folder, is_old=is_old)


def write_release(folder: Path, *, is_old: bool = False) -> Flamingo:
    """The released layout: model.pt, a LLaMA folder, a CLIP folder. Gives the model in it."""
    model = random_flamingo()
    state = plain_state(model)
    write_llama(folder / "llama-7b", state, is_old=is_old)
    (folder / "clip").mkdir()
    save_file(open_clip(state), folder / "clip" / "open_clip_model.safetensors")
    torch.save(trained(state), folder / "model.pt")
    return model

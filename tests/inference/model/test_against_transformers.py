"""Decoder and vision tower against the transformers library, on random weights."""

import pytest
import torch
from torch import Tensor, nn

from precedent_inference.config import (
    CrossAttentionConfig,
    FlamingoConfig,
    LanguageConfig,
    ResamplerConfig,
    VisionConfig,
)
from precedent_inference.model.flamingo import Flamingo
from precedent_inference.model.kv_cache import GrowingCache
from precedent_inference.model.vision import VisionTower

transformers = pytest.importorskip("transformers")

VISION = VisionConfig(32, 8, 48, 2, 3, 192, "quick_gelu")


def test_decoder_is_llama() -> None:
    language = LanguageConfig(vocabulary=97, width=64, layers=3, heads=4, mlp_width=112)
    ours = Flamingo(
        FlamingoConfig(
            VISION, ResamplerConfig(1, 2, 16, 4), language, CrossAttentionConfig(9, 2, 16), "next"
        )
    ).eval()
    theirs = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=97,
            hidden_size=64,
            num_hidden_layers=3,
            num_attention_heads=4,
            intermediate_size=112,
            rms_norm_eps=1e-6,
            attn_implementation="eager",
        )
    ).eval()
    _copy_llama(theirs, ours)
    tokens = torch.randint(0, 97, (2, 11), generator=torch.Generator().manual_seed(0))
    none = torch.zeros_like(tokens)
    with torch.inference_mode():
        # No decoder layer has a cross-attention block before it, so that nothing but LLaMA is left.
        logits = ours.decode(tokens, None, none, GrowingCache())
        wanted = theirs(tokens).logits
    assert torch.allclose(logits, wanted, atol=1e-5)


def test_vision_tower_is_clips() -> None:
    ours = VisionTower(VISION).eval()
    theirs = transformers.CLIPVisionModel(
        transformers.CLIPVisionConfig(
            hidden_size=48,
            intermediate_size=192,
            num_hidden_layers=2,
            num_attention_heads=3,
            image_size=32,
            patch_size=8,
            hidden_act="quick_gelu",
        )
    ).eval()
    _copy_clip(theirs, ours)
    pixels = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        wanted = theirs(pixels).last_hidden_state[:, 1:]
        assert torch.allclose(ours(pixels), wanted, atol=1e-5)


def _copy_llama(theirs: nn.Module, ours: Flamingo) -> None:
    state = {name.removeprefix("model."): value for name, value in theirs.state_dict().items()}
    renamed: dict[str, Tensor] = {}
    for name, value in state.items():
        for old, new in (
            ("embed_tokens", "embedding"),
            ("lm_head", "head"),
            ("input_layernorm", "attention_norm"),
            ("post_attention_layernorm", "mlp_norm"),
            ("self_attn.o_proj", "out"),
            ("self_attn.", ""),
            ("mlp.", ""),
            ("_proj", ""),
        ):
            name = name.replace(old, new)
        renamed[name] = value
    missing, unexpected = ours.load_state_dict(renamed, strict=False)
    assert not unexpected
    assert all(name.startswith(("vision", "resampler")) for name in missing)


def _copy_clip(theirs: nn.Module, ours: VisionTower) -> None:
    state = {
        name.removeprefix("vision_model."): value for name, value in theirs.state_dict().items()
    }
    renamed = {
        "class_token": state["embeddings.class_embedding"],
        "positions": state["embeddings.position_embedding.weight"],
        "patches.weight": state["embeddings.patch_embedding.weight"],
        "norm.weight": state["pre_layrnorm.weight"],
        "norm.bias": state["pre_layrnorm.bias"],
    }
    for i in range(2):
        for kind in ("weight", "bias"):
            layer = f"encoder.layers.{i}"
            renamed |= {
                f"blocks.{i}.attention_norm.{kind}": state[f"{layer}.layer_norm1.{kind}"],
                f"blocks.{i}.mlp_norm.{kind}": state[f"{layer}.layer_norm2.{kind}"],
                f"blocks.{i}.out.{kind}": state[f"{layer}.self_attn.out_proj.{kind}"],
                f"blocks.{i}.up.{kind}": state[f"{layer}.mlp.fc1.{kind}"],
                f"blocks.{i}.down.{kind}": state[f"{layer}.mlp.fc2.{kind}"],
                f"blocks.{i}.qkv.{kind}": torch.cat(
                    [state[f"{layer}.self_attn.{name}_proj.{kind}"] for name in "qkv"]
                ),
            }
    ours.load_state_dict(renamed)

"""Read a golden folder of the public reference (its key names, its sizes) into our Flamingo."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from precedent_inference.config import (
    CrossAttentionConfig,
    FlamingoConfig,
    LanguageConfig,
    ResamplerConfig,
    VisionConfig,
)
from precedent_inference.model.flamingo import Flamingo
from precedent_inference.placement import Placement, media_index

GOLDEN = Path(__file__).parents[4] / "shared" / "golden" / "flamingo"
FOLDERS = ("every1-h64-l4", "every2-h96-l4", "every4-h64-l8")


def golden_settings(folder: Path) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return settings


def golden_model(folder: Path) -> Flamingo:
    settings = golden_settings(folder)
    model = Flamingo(_config(settings))
    model.load_state_dict(_renamed(load_file(folder / "weights.safetensors"), model.config))
    return model.eval()


def _config(settings: dict[str, Any]) -> FlamingoConfig:
    llama, vision = settings["llama"], settings["vision"]
    perceiver, cross = settings["perceiver"], settings["cross_attention"]
    return FlamingoConfig(
        vision=VisionConfig(
            image_size=vision["image_size"],
            patch_size=vision["patch_size"],
            width=vision["width"],
            layers=vision["layers"],
            heads=vision["heads"],
            mlp_width=4 * vision["width"],
            activation="quick_gelu",
        ),
        resampler=ResamplerConfig(
            perceiver["depth"],
            perceiver["heads"],
            perceiver["dim_head"],
            perceiver["num_latents"],
            perceiver["ff_mult"],
        ),
        language=LanguageConfig(
            vocabulary=settings["tokens"]["vocab"],
            width=llama["hidden_size"],
            layers=llama["num_hidden_layers"],
            heads=llama["num_attention_heads"],
            mlp_width=llama["intermediate_size"],
            norm_epsilon=llama["rms_norm_eps"],
            rotary_base=llama["rope_theta"],
        ),
        cross_attention=CrossAttentionConfig(
            every=settings["cross_attn_every_n_layers"],
            heads=cross["heads"],
            head_width=cross["dim_head"],
            mlp_multiple=cross["ff_mult"],
        ),
        placement="next",
    )


def _renamed(theirs: dict[str, Tensor], config: FlamingoConfig) -> dict[str, Tensor]:
    names = {
        "vision.patches.weight": "vision_encoder.visual.conv1.weight",
        "vision.class_token": "vision_encoder.visual.class_embedding",
        "vision.positions": "vision_encoder.visual.positional_embedding",
        "resampler.latents": "perceiver.latents",
        "embedding.weight": "lang_encoder.model.embed_tokens.weight",
        "head.weight": "lang_encoder.lm_head.weight",
        "norm.weight": "lang_encoder.model.norm.weight",
    }
    norms = {"vision.norm": "vision_encoder.visual.ln_pre", "resampler.norm": "perceiver.norm"}
    for i in range(config.vision.layers):
        ours, block = f"vision.blocks.{i}", f"vision_encoder.visual.transformer.resblocks.{i}"
        norms |= {f"{ours}.attention_norm": f"{block}.ln_1", f"{ours}.mlp_norm": f"{block}.ln_2"}
        norms |= {f"{ours}.out": f"{block}.attn.out_proj"}
        norms |= {f"{ours}.up": f"{block}.mlp.c_fc", f"{ours}.down": f"{block}.mlp.c_proj"}
        for kind in ("weight", "bias"):
            names[f"{ours}.qkv.{kind}"] = f"{block}.attn.in_proj_{kind}"
    for i in range(config.resampler.depth):
        ours, layer = f"resampler.layers.{i}", f"perceiver.layers.{i}"
        norms |= {
            f"{ours}.patch_norm": f"{layer}.0.norm_media",
            f"{ours}.latent_norm": f"{layer}.0.norm_latents",
            f"{ours}.mlp_norm": f"{layer}.1.0",
        }
        names |= _attention(ours, f"{layer}.0", f"{layer}.1")
    for i in range(config.language.layers):
        ours, layer = f"layers.{i}", f"lang_encoder.model.layers.{i}.decoder_layer"
        for name in ("q", "k", "v"):
            names[f"{ours}.{name}.weight"] = f"{layer}.self_attn.{name}_proj.weight"
        names[f"{ours}.out.weight"] = f"{layer}.self_attn.o_proj.weight"
        for name in ("gate", "up", "down"):
            names[f"{ours}.{name}.weight"] = f"{layer}.mlp.{name}_proj.weight"
        names[f"{ours}.attention_norm.weight"] = f"{layer}.input_layernorm.weight"
        names[f"{ours}.mlp_norm.weight"] = f"{layer}.post_attention_layernorm.weight"
    for i in config.cross_layers:
        ours, block = f"cross_attention.{i}", f"lang_encoder.gated_cross_attn_layers.{i}"
        norms |= {f"{ours}.norm": f"{block}.attn.norm", f"{ours}.mlp_norm": f"{block}.ff.0"}
        names |= _attention(ours, f"{block}.attn", f"{block}.ff")
        names |= {
            f"{ours}.attention_gate": f"{block}.attn_gate",
            f"{ours}.mlp_gate": f"{block}.ff_gate",
        }
    for ours, other in norms.items():
        for kind in ("weight", "bias"):
            names[f"{ours}.{kind}"] = f"{other}.{kind}"
    return {ours: theirs[other] for ours, other in names.items()}


def _attention(ours: str, attention: str, mlp: str) -> dict[str, str]:
    return {
        f"{ours}.q.weight": f"{attention}.to_q.weight",
        f"{ours}.kv.weight": f"{attention}.to_kv.weight",
        f"{ours}.out.weight": f"{attention}.to_out.weight",
        f"{ours}.up.weight": f"{mlp}.1.weight",
        f"{ours}.down.weight": f"{mlp}.3.weight",
    }


def media_indexes(ids: Tensor, image_id: int, placement: Placement) -> Tensor:
    rows = [media_index([token == image_id for token in row], placement) for row in ids.tolist()]
    return torch.tensor(rows)

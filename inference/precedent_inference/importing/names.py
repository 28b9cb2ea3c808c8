"""What the public checkpoints call each tensor of a Flamingo.

A name is first made plain: prefixes and wrappers of the several releases go, so that each tensor
has one plain name whatever file it comes from (OpenFlamingo V1 and V2, open_clip, Hugging Face).
A recipe then says which plain names make one tensor of `model/flamingo.py`.
Source: mlfoundations/open_flamingo tags 0.0.2 and 2.0, open_clip 2.16.0, transformers 4.28.1.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from precedent_inference.config import FlamingoConfig

VISUAL = "vision_encoder.visual."
"""In V1 the vision tower lies beside CLIP's text tower; V2 keeps the tower alone, without this."""

_WRAPPERS = (
    (re.compile(r"^(module\.)+"), ""),
    (re.compile(r"^lang_encoder\."), ""),
    (re.compile(r"^model\.layers\.(\d+)\.gated_cross_attn_layer\."), r"gated.\1."),
    (re.compile(r"^gated_cross_attn_layers\.(\d+)\."), r"gated.\1."),
    (re.compile(r"^old_decoder_blocks\.(\d+)\."), r"model.layers.\1."),
    (re.compile(r"^(model\.layers\.\d+)\.decoder_layer\."), r"\1."),
)
_HUGGING_FACE = (
    (re.compile(r"^(visual\.)?vision_model\."), "visual."),
    (re.compile(r"^visual\.embeddings\.class_embedding$"), "visual.class_embedding"),
    (re.compile(r"^visual\.embeddings\.patch_embedding\."), "visual.conv1."),
    (
        re.compile(r"^visual\.embeddings\.position_embedding\.weight$"),
        "visual.positional_embedding",
    ),
    (re.compile(r"^visual\.pre_layrnorm\."), "visual.ln_pre."),
    (re.compile(r"^visual\.post_layernorm\."), "visual.ln_post."),
    (re.compile(r"^visual\.encoder\.layers\.(\d+)\."), r"visual.transformer.resblocks.\1."),
    (re.compile(r"^(visual\.transformer\.resblocks\.\d+)\.layer_norm(\d)\."), r"\1.ln_\2."),
    (re.compile(r"^(visual\.transformer\.resblocks\.\d+)\.self_attn\."), r"\1.attn."),
    (re.compile(r"^(visual\.transformer\.resblocks\.\d+)\.mlp\.fc1\."), r"\1.mlp.c_fc."),
    (re.compile(r"^(visual\.transformer\.resblocks\.\d+)\.mlp\.fc2\."), r"\1.mlp.c_proj."),
)
_UNUSED = re.compile(
    r"""
    ^model\.layers\.\d+\.self_attn\.rotary_emb\.inv_freq$   # computed anew
    | ^visual\.(proj$|ln_post\.|embeddings\.position_ids$)  # the tower is read before them
    | ^visual_projection\.weight$
    | ^(transformer\.resblocks\.|token_embedding\.|ln_final\.|text_model\.)  # CLIP's text tower
    | ^(positional_embedding|text_projection(\.weight)?|logit_scale|logit_bias|attn_mask)$
    """,
    re.VERBOSE,
)


def plain_names(names: Iterable[str]) -> dict[str, str | None]:
    """Give each name's plain name; None for what a Flamingo does not use.

    names: all names of one file, since V1 and V2 use one name for different tensors.
    """
    names = list(names)
    vision = VISUAL if any(VISUAL in name for name in names) else "vision_encoder."
    plain: dict[str, str | None] = {}
    for name in names:
        short = name
        for pattern, replacement in _WRAPPERS:
            short = pattern.sub(replacement, short)
        if short.startswith(vision):
            short = "visual." + short.removeprefix(vision)
        short = short.removeprefix("vision_encoder.")
        for pattern, replacement in _HUGGING_FACE:
            short = pattern.sub(replacement, short)
        plain[name] = None if _UNUSED.search(short) else short
    return plain


@dataclass(frozen=True, slots=True)
class Recipe:
    """The plain tensors that make one of ours, joined along the first axis."""

    parts: tuple[str, ...]
    fills_rows: bool = False
    """Rows that the file lacks are zero: a head trained before tokens were added."""


def recipes(config: FlamingoConfig, known: Mapping[str, object]) -> dict[str, Recipe]:
    """Give the recipe of every tensor of a model; `known` decides between two forms of one."""
    table = {
        "vision.patches.weight": "visual.conv1.weight",
        "vision.class_token": "visual.class_embedding",
        "vision.positions": "visual.positional_embedding",
        "resampler.latents": "perceiver.latents",
        "embedding.weight": "model.embed_tokens.weight",
        "norm.weight": "model.norm.weight",
    }
    table |= _norm("vision.norm", "visual.ln_pre") | _norm("resampler.norm", "perceiver.norm")
    for i in range(config.vision.layers):
        table |= _vision_block(f"vision.blocks.{i}", f"visual.transformer.resblocks.{i}")
    for i in range(config.resampler.depth):
        table |= _resampler_layer(f"resampler.layers.{i}", f"perceiver.layers.{i}")
    for i in range(config.language.layers):
        table |= _decoder_layer(f"layers.{i}", f"model.layers.{i}")
    for i in config.cross_layers:
        table |= _gated_block(f"cross_attention.{i}", f"gated.{i}")
    found = {ours: Recipe((theirs,)) for ours, theirs in table.items()}
    found["head.weight"] = Recipe(("lm_head.weight",), fills_rows=True)
    for i in range(config.vision.layers):
        for kind in ("weight", "bias"):
            block = f"visual.transformer.resblocks.{i}.attn"
            whole, parts = f"{block}.in_proj_{kind}", [f"{block}.{x}_proj.{kind}" for x in "qkv"]
            is_split = whole not in known and parts[0] in known
            found[f"vision.blocks.{i}.qkv.{kind}"] = Recipe(tuple(parts) if is_split else (whole,))
    return found


def _norm(ours: str, theirs: str) -> dict[str, str]:
    return {f"{ours}.{kind}": f"{theirs}.{kind}" for kind in ("weight", "bias")}


def _vision_block(ours: str, theirs: str) -> dict[str, str]:
    return (
        _norm(f"{ours}.attention_norm", f"{theirs}.ln_1")
        | _norm(f"{ours}.mlp_norm", f"{theirs}.ln_2")
        | _norm(f"{ours}.out", f"{theirs}.attn.out_proj")
        | _norm(f"{ours}.up", f"{theirs}.mlp.c_fc")
        | _norm(f"{ours}.down", f"{theirs}.mlp.c_proj")
    )


def _resampler_layer(ours: str, theirs: str) -> dict[str, str]:
    return (
        _norm(f"{ours}.patch_norm", f"{theirs}.0.norm_media")
        | _norm(f"{ours}.latent_norm", f"{theirs}.0.norm_latents")
        | _norm(f"{ours}.mlp_norm", f"{theirs}.1.0")
        | _attention_and_mlp(ours, f"{theirs}.0", f"{theirs}.1")
    )


def _decoder_layer(ours: str, theirs: str) -> dict[str, str]:
    table = {
        f"{ours}.attention_norm.weight": f"{theirs}.input_layernorm.weight",
        f"{ours}.mlp_norm.weight": f"{theirs}.post_attention_layernorm.weight",
        f"{ours}.out.weight": f"{theirs}.self_attn.o_proj.weight",
    }
    table |= {f"{ours}.{x}.weight": f"{theirs}.self_attn.{x}_proj.weight" for x in "qkv"}
    return table | {
        f"{ours}.{x}.weight": f"{theirs}.mlp.{x}_proj.weight" for x in ("gate", "up", "down")
    }


def _gated_block(ours: str, theirs: str) -> dict[str, str]:
    return (
        _norm(f"{ours}.norm", f"{theirs}.attn.norm")
        | _norm(f"{ours}.mlp_norm", f"{theirs}.ff.0")
        | _attention_and_mlp(ours, f"{theirs}.attn", f"{theirs}.ff")
        | {f"{ours}.attention_gate": f"{theirs}.attn_gate"}
        | {f"{ours}.mlp_gate": f"{theirs}.ff_gate"}
    )


def _attention_and_mlp(ours: str, attention: str, mlp: str) -> dict[str, str]:
    return {
        f"{ours}.q.weight": f"{attention}.to_q.weight",
        f"{ours}.kv.weight": f"{attention}.to_kv.weight",
        f"{ours}.out.weight": f"{attention}.to_out.weight",
        f"{ours}.up.weight": f"{mlp}.1.weight",
        f"{ours}.down.weight": f"{mlp}.3.weight",
    }

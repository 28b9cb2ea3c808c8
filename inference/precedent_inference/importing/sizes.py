"""A model's sizes, read off its tensors; what shapes do not tell comes from configuration files."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from precedent_inference.config import (
    Activation,
    CrossAttentionConfig,
    FlamingoConfig,
    LanguageConfig,
    ResamplerConfig,
    VisionConfig,
)
from precedent_inference.errors import ModelError
from precedent_inference.placement import Placement

Shapes = Mapping[str, tuple[int, ...]]

CLIP_HEAD_WIDTH = 64
FLAMINGO_HEAD_WIDTH = 64
LLAMA_HEAD_WIDTH = 128
MOST_LAYERS = 1000
"""Ten times those of the largest models; a larger number in a name is a broken name."""


@dataclass(frozen=True, slots=True)
class StatedSizes:
    """What shapes do not tell. Absent values mean those of the released model."""

    placement: Placement
    vision_heads: int | None = None
    activation: Activation = "quick_gelu"
    language_heads: int | None = None
    norm_epsilon: float = 1e-6
    rotary_base: float = 10_000.0
    resampler_head_width: int = FLAMINGO_HEAD_WIDTH
    cross_head_width: int = FLAMINGO_HEAD_WIDTH


def infer_config(shapes: Shapes, stated: StatedSizes) -> FlamingoConfig:
    """Give the configuration that tensors of these shapes (by plain name) belong to.

    Raises ModelError when a tensor without which no size can be told is missing or misshapen.
    """
    return FlamingoConfig(
        vision=_vision(shapes, stated),
        resampler=_resampler(shapes, stated),
        language=_language(shapes, stated),
        cross_attention=_cross_attention(shapes, stated),
        placement=stated.placement,
    )


def _vision(shapes: Shapes, stated: StatedSizes) -> VisionConfig:
    width, _, _, patch = _shape(shapes, "visual.conv1.weight", 4)
    tokens = _shape(shapes, "visual.positional_embedding", 2)[0] - 1
    side = math.isqrt(tokens)
    if side * side != tokens:
        raise ModelError(f"The vision tower has {tokens} patches, which make no square.")
    return VisionConfig(
        image_size=side * patch,
        patch_size=patch,
        width=width,
        layers=_count(shapes, r"visual\.transformer\.resblocks\.(\d+)\.", "vision blocks"),
        heads=_heads(width, stated.vision_heads, CLIP_HEAD_WIDTH, "vision tower"),
        mlp_width=_shape(shapes, "visual.transformer.resblocks.0.mlp.c_fc.weight", 2)[0],
        activation=stated.activation,
    )


def _resampler(shapes: Shapes, stated: StatedSizes) -> ResamplerConfig:
    latents, width = _shape(shapes, "perceiver.latents", 2)
    inner = _shape(shapes, "perceiver.layers.0.0.to_q.weight", 2)[0]
    mlp_width = _shape(shapes, "perceiver.layers.0.1.1.weight", 2)[0]
    return ResamplerConfig(
        depth=_count(shapes, r"perceiver\.layers\.(\d+)\.", "resampler layers"),
        heads=inner // stated.resampler_head_width,
        head_width=stated.resampler_head_width,
        latents=latents,
        mlp_multiple=mlp_width // width,
    )


def _language(shapes: Shapes, stated: StatedSizes) -> LanguageConfig:
    vocabulary, width = _shape(shapes, "model.embed_tokens.weight", 2)
    return LanguageConfig(
        vocabulary=vocabulary,
        width=width,
        layers=_count(shapes, r"model\.layers\.(\d+)\.", "decoder layers"),
        heads=_heads(width, stated.language_heads, LLAMA_HEAD_WIDTH, "decoder"),
        mlp_width=_shape(shapes, "model.layers.0.mlp.gate_proj.weight", 2)[0],
        norm_epsilon=stated.norm_epsilon,
        rotary_base=stated.rotary_base,
    )


def _cross_attention(shapes: Shapes, stated: StatedSizes) -> CrossAttentionConfig:
    indexes = sorted(_indexes(shapes, r"gated\.(\d+)\."))
    layers = _count(shapes, r"model\.layers\.(\d+)\.", "decoder layers")
    if not indexes:
        raise ModelError(
            "The weights hold no gated cross-attention.",
            "Choose the Flamingo checkpoint, model.pt.",
        )
    every = indexes[0] + 1
    if indexes != list(range(every - 1, layers, every)):
        raise ModelError(
            f"Gated cross-attention lies before layers {indexes} of {layers}, which is no regular "
            "distance."
        )
    width = _shape(shapes, "model.embed_tokens.weight", 2)[1]
    inner = _shape(shapes, f"gated.{indexes[0]}.attn.to_q.weight", 2)[0]
    mlp_width = _shape(shapes, f"gated.{indexes[0]}.ff.1.weight", 2)[0]
    return CrossAttentionConfig(
        every=every,
        heads=inner // stated.cross_head_width,
        head_width=stated.cross_head_width,
        mlp_multiple=mlp_width // width,
    )


def _heads(width: int, stated: int | None, head_width: int, part: str) -> int:
    """Give the number of heads, stated or of the known width; it must divide the part's width."""
    heads = width // head_width if stated is None else stated
    if heads < 1 or width % heads:
        said = "none is stated" if stated is None else f"{stated} are stated"
        raise ModelError(
            f"The {part} has width {width}, which heads must divide; {said}.",
            "Bring the config.json that belongs to the weights.",
        )
    return heads


def _shape(shapes: Shapes, name: str, axes: int) -> tuple[int, ...]:
    shape = shapes.get(name)
    if shape is None:
        raise ModelError(
            f"The weights lack {name}, without which the model's size is unknown.",
            "Check that all files of the release are there.",
        )
    if len(shape) != axes or 0 in shape:
        raise ModelError(
            f"The tensor {name} has the shape {list(shape)}; {axes} axes are expected."
        )
    return shape


def _count(shapes: Iterable[str], pattern: str, what: str) -> int:
    indexes = _indexes(shapes, pattern)
    if not indexes:
        raise ModelError(f"The weights hold no {what}.", "Check that all files are there.")
    if max(indexes) >= MOST_LAYERS:
        raise ModelError(f"The weights name {max(indexes)} {what}; no model has as many.")
    return max(indexes) + 1


def _indexes(shapes: Iterable[str], pattern: str) -> set[int]:
    return {int(match[1]) for name in shapes if (match := re.match(pattern, name))}

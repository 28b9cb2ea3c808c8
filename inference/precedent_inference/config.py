"""The sizes of a Flamingo, read from a model folder's `config.json`.

The starter model and Med-Flamingo are two configurations of the same code. Every field is stated in
the file; nothing is guessed from a name.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

from precedent_inference.errors import ModelError
from precedent_inference.placement import PLACEMENTS, Placement

Activation = Literal["gelu", "quick_gelu"]


@dataclass(frozen=True, slots=True)
class VisionConfig:
    """A CLIP vision transformer, with a convolutional stem where patches alone learn too slowly."""

    image_size: int
    patch_size: int
    """Pixels a token covers along one side; with a stem, 2 to the power of its stages."""
    width: int
    layers: int
    heads: int
    mlp_width: int
    activation: Activation
    stem_channels: tuple[int, ...] = ()
    """Channels of the stride-2 stages before the last; empty for CLIP's one convolution."""

    @property
    def tokens(self) -> int:
        """Patch tokens of one image, the class token not counted."""
        return (self.image_size // self.patch_size) ** 2


@dataclass(frozen=True, slots=True)
class ResamplerConfig:
    """A Perceiver resampler: any number of patches to a fixed number of latents."""

    depth: int
    heads: int
    head_width: int
    latents: int
    mlp_multiple: int = 4


@dataclass(frozen=True, slots=True)
class LanguageConfig:
    """A LLaMA-type decoder."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    mlp_width: int
    norm_epsilon: float = 1e-6
    rotary_base: float = 10_000.0
    tied_head: bool = False
    """The head shares the embedding's weights; LLaMA's does not."""


@dataclass(frozen=True, slots=True)
class CrossAttentionConfig:
    """Gated cross-attention before every n-th decoder layer."""

    every: int
    heads: int
    head_width: int
    mlp_multiple: int = 4

    def layer_indexes(self, layers: int) -> tuple[int, ...]:
        """Give the decoder layers that a gated block precedes: (i + 1) divisible by `every`."""
        return tuple(i for i in range(layers) if (i + 1) % self.every == 0)


@dataclass(frozen=True, slots=True)
class FlamingoConfig:
    """Everything that fixes the arithmetic of one model."""

    vision: VisionConfig
    resampler: ResamplerConfig
    language: LanguageConfig
    cross_attention: CrossAttentionConfig
    placement: Placement

    @property
    def cross_layers(self) -> tuple[int, ...]:
        """Decoder layers that a gated cross-attention block precedes."""
        return self.cross_attention.layer_indexes(self.language.layers)


Part = TypeVar("Part", VisionConfig, ResamplerConfig, LanguageConfig, CrossAttentionConfig)


def read_config(path: Path) -> FlamingoConfig:
    """Read `config.json`. Raises ModelError when it is missing, unreadable or incomplete."""
    try:
        raw: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The model configuration {path.name} cannot be read: {error}.",
            "Import the model again.",
        ) from error
    return config_from_json(raw, path.name)


def config_from_json(raw: object, where: str) -> FlamingoConfig:
    """Check a decoded `config.json` and give its configuration; `where` names it in errors."""
    table = _table(raw, where)
    placement = table.get("placement")
    if placement not in PLACEMENTS:
        raise ModelError(f"{where} states the placement {placement!r}; it is 'next' or 'previous'.")
    return FlamingoConfig(
        vision=_part(VisionConfig, table, "vision", where),
        resampler=_part(ResamplerConfig, table, "resampler", where),
        language=_part(LanguageConfig, table, "language", where),
        cross_attention=_part(CrossAttentionConfig, table, "cross_attention", where),
        placement=placement,
    )


def config_to_json(config: FlamingoConfig) -> str:
    """Give the text of `config.json`, the same for the same configuration."""
    return json.dumps(asdict(config), indent=1, sort_keys=True) + "\n"


def _part(kind: type[Part], table: Mapping[str, Any], name: str, where: str) -> Part:
    raw = _table(table.get(name), f"{where}: {name}")
    unknown = set(raw) - {field.name for field in fields(kind)}
    if unknown:
        raise ModelError(f"{where}: {name} has unknown fields: {', '.join(sorted(unknown))}.")
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()
    }
    try:
        return kind(**values)
    except TypeError as error:
        raise ModelError(f"{where}: {name} is incomplete: {error}.") from error


def _table(raw: object, where: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise ModelError(f"{where} is not a table of settings.", "Import the model again.")
    return raw

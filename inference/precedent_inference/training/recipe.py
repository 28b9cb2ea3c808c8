"""The starter model's sizes and the settings of its three stages."""

from dataclasses import dataclass

from precedent_inference.config import (
    CrossAttentionConfig,
    FlamingoConfig,
    LanguageConfig,
    ResamplerConfig,
    VisionConfig,
)

VOCABULARY = 2048
IMAGE_MEAN, IMAGE_DEVIATION = 0.5, 0.25
APPEARANCE_LATENTS = 4
"""The first latents carry what a picture looks like; the next two its count and its place."""

STARTER = FlamingoConfig(
    vision=VisionConfig(
        image_size=96,
        patch_size=16,
        width=192,
        layers=4,
        heads=3,
        mlp_width=768,
        activation="gelu",
        stem_channels=(32, 64, 128),
    ),
    resampler=ResamplerConfig(depth=2, heads=4, head_width=48, latents=8, mlp_multiple=2),
    language=LanguageConfig(
        vocabulary=VOCABULARY,
        width=256,
        layers=6,
        heads=4,
        mlp_width=512,
        tied_head=True,
    ),
    cross_attention=CrossAttentionConfig(every=2, heads=4, head_width=64, mlp_multiple=2),
    placement="previous",
)


@dataclass(frozen=True, slots=True)
class StageSettings:
    """One stage's schedule."""

    steps: int
    batch: int
    learning_rate: float
    warmup: int = 100
    decay: float = 0.05
    clip: float = 1.0
    keep_every: int = 200
    """Steps between checkpoints."""


@dataclass(frozen=True, slots=True)
class LanguageSettings(StageSettings):
    """The decoder's schedule: text alone, then random latents, then the encoder's to the end."""

    text_steps: int = 1100
    synthetic_steps: int = 400


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that `precedent train starter` needs besides a seed."""

    classes: int = 3200
    instances: int = 10
    marked: int = 8000
    encoder: StageSettings = StageSettings(steps=1700, batch=192, learning_rate=1e-3)
    language: LanguageSettings = LanguageSettings(
        steps=6000, batch=12, learning_rate=1e-3, decay=0.01
    )

"""The starter model's sizes and the settings of its four stages."""

from dataclasses import dataclass

from precedent_inference.config import (
    CrossAttentionConfig,
    FlamingoConfig,
    LanguageConfig,
    ResamplerConfig,
    VisionConfig,
)
from precedent_inference.training.augment import MILD, STRONG, Strength

VOCABULARY = 2048
IMAGE_MEAN, IMAGE_DEVIATION = 0.5, 0.25
APPEARANCE_LATENTS = 4
"""The first latents carry what kind of picture it is; the next two its count and its place."""
LAYOUT_LATENTS = (6, 7)
"""Where it is light and dark."""
FEATURE_LATENTS = (*range(APPEARANCE_LATENTS), *LAYOUT_LATENTS)
"""Their mean is the vector by which pictures are compared."""

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
        layers=4,
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
class EncoderSettings(StageSettings):
    """One pass of the encoder's training."""

    strength: Strength = STRONG
    layout: float = 0.0
    """Weight of giving the coarse picture back."""
    stream: int = 2
    """Keeps the random numbers of the passes apart."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """Shares of the kinds of episode; what is left of one are episodes on the encoder's latents."""

    text: float
    synthetic: float
    twins: float = 0.2
    """Of the episodes on the encoder's latents: pictures of one class."""
    kinship: float = 0.7
    """How much the kinds of a synthetic episode may have in common, at most."""


@dataclass(frozen=True, slots=True)
class LanguageSettings(StageSettings):
    """The decoder's schedule: text alone, then random latents, then the encoder's to the end."""

    text_steps: int = 100
    synthetic_steps: int = 500
    last: Mixture = Mixture(0.1, 0.3)
    stream: int = 4
    """Keeps the random numbers of the passes apart."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that `precedent train starter` needs besides a seed."""

    classes: int = 3200
    instances: int = 10
    marked: int = 8000
    encoder: EncoderSettings = EncoderSettings(steps=1600, batch=192, learning_rate=1e-3)
    refinement: EncoderSettings = EncoderSettings(
        steps=500,
        batch=192,
        learning_rate=4e-4,
        warmup=20,
        strength=MILD,
        layout=1.0,
        stream=5,
    )
    language: LanguageSettings = LanguageSettings(
        steps=4000, batch=12, learning_rate=1e-3, decay=0.01
    )
    sharpening: LanguageSettings = LanguageSettings(
        steps=4000,
        batch=12,
        learning_rate=6e-4,
        decay=0.01,
        text_steps=0,
        synthetic_steps=0,
        last=Mixture(text=0.06, synthetic=0.3, twins=0.4, kinship=0.9),
        stream=6,
    )

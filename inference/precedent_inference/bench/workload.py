"""What is measured: a model's sizes, six solved cases and one question, from seeds.

The middle size is small enough for a CPU and has the proportions of a prompt of Med-Flamingo: a
ViT-B/16 at 224 pixels, the whole Perceiver resampler, twelve LLaMA layers of width 768 with gated
cross-attention before every fourth, seven images, 174 tokens. Weights are random, and so are
pictures and words: how long an answer takes does not depend on what they say.
"""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from precedent_inference.config import (
    CrossAttentionConfig,
    FlamingoConfig,
    LanguageConfig,
    ResamplerConfig,
    VisionConfig,
)

Size = Literal["tiny", "middle", "real"]

MIDDLE = FlamingoConfig(
    vision=VisionConfig(224, 16, 768, 12, 12, 3072, "quick_gelu"),
    resampler=ResamplerConfig(depth=6, heads=8, head_width=64, latents=64),
    language=LanguageConfig(32_003, 768, 12, 12, 2048),
    cross_attention=CrossAttentionConfig(every=4, heads=8, head_width=64),
    placement="next",
)
REAL = FlamingoConfig(
    vision=VisionConfig(224, 14, 1024, 24, 16, 4096, "quick_gelu"),
    resampler=ResamplerConfig(depth=6, heads=8, head_width=64, latents=64),
    language=LanguageConfig(32_003, 4096, 32, 32, 11_008),
    cross_attention=CrossAttentionConfig(every=4, heads=8, head_width=64),
    placement="next",
)
TINY = replace(
    MIDDLE,
    vision=VisionConfig(32, 16, 32, 1, 2, 128, "quick_gelu"),
    language=LanguageConfig(320, 32, 4, 2, 64),
)
SIZES: dict[Size, FlamingoConfig] = {"tiny": TINY, "middle": MIDDLE, "real": REAL}
"""The tiny one is for tests of the benchmark itself."""

REFERENCES = 6
PREAMBLE, SHOT_TEXT, QUESTION = 17, 22, 12
"""Tokens before the first image, of a case between image and end of chunk, after the last image."""
START, PLAIN = 1, 3
"""The start token, and the first id that is nothing special."""
SEED = 20


@dataclass(frozen=True, slots=True)
class Workload:
    """Prompts of one model, as arrays that any process can read."""

    tokens: NDArray[np.int64]
    """(question, token): the same cases, another question in each row."""
    pixels: NDArray[np.float32]
    """(picture, 3, size, size), normalised: the references, then pictures to ask about."""
    image: int
    end_of_chunk: int

    @property
    def prompt_tokens(self) -> int:
        """Tokens of a prompt."""
        return int(self.tokens.shape[1])

    def save(self, path: Path) -> None:
        """Write everything into an npz file."""
        np.savez(path, **asdict(self))


def load_workload(path: Path) -> Workload:
    """Read what `Workload.save` wrote."""
    with np.load(path) as file:
        return Workload(
            file["tokens"], file["pixels"], int(file["image"]), int(file["end_of_chunk"])
        )


def make_workload(config: FlamingoConfig, *, questions: int, pictures: int) -> Workload:
    """Draw prompts for a model: `questions` of them, and `pictures` to ask about.

    The added tokens are the last three of the vocabulary: end of chunk, image, padding.
    """
    rng = np.random.default_rng(SEED)
    end, image = config.language.vocabulary - 3, config.language.vocabulary - 2

    def words(count: int) -> list[int]:
        return [int(word) for word in rng.integers(PLAIN, end, count)]

    before = [START, *words(PREAMBLE - 1)]
    for _ in range(REFERENCES):
        before += [image, *words(SHOT_TEXT), end]
    rows = [[*before, image, *words(QUESTION)] for _ in range(questions)]
    side = config.vision.image_size
    shape = (REFERENCES + pictures, 3, side, side)
    return Workload(
        np.array(rows, np.int64), rng.standard_normal(shape, dtype=np.float32), image, end
    )

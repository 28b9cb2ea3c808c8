"""How many weights a Flamingo has, part by part, and the bytes that it needs to answer.

No torch here.
"""

import itertools
from dataclasses import dataclass

from precedent_inference.caches.budgets import LEAST_BYTES, image_bytes, token_bytes
from precedent_inference.config import FlamingoConfig, VisionConfig
from precedent_inference.engine import ENCODE_CHUNK, PREFILL_CHUNK
from precedent_inference.precision import ITEM_BYTES, Precision, matrix_bytes

WORKSPACE_BYTES = 512 * 1024**2
"""Set aside for what libraries take for themselves and for blocks that no request fits exactly."""

MARGIN = 2
"""Activations are counted so many times: the sum below leaves out short-lived copies."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a model must have room for besides its weights."""

    context_tokens: int
    images: int


@dataclass(frozen=True, slots=True)
class Matrices:
    """Equal matrices that lower precisions store in few bits."""

    count: int
    rows: int
    columns: int

    @property
    def weights(self) -> int:
        """Weights in all of them."""
        return self.count * self.rows * self.columns


@dataclass(frozen=True, slots=True)
class Parameters:
    """Weights of each part."""

    vision: int
    resampler: int
    cross_attention: int
    decoder: int
    """Layers and the last norm."""
    embedding: int
    head: int
    """0 when it is the embedding."""

    @property
    def total(self) -> int:
        """All weights."""
        return (
            self.vision
            + self.resampler
            + self.cross_attention
            + self.decoder
            + self.embedding
            + self.head
        )


def count_parameters(config: FlamingoConfig) -> Parameters:
    """Count the weights of a configuration."""
    language, cross = config.language, config.cross_attention
    width, latent_width = language.width, config.vision.width
    layer = 4 * width**2 + 3 * width * language.mlp_width + 2 * width
    inner = cross.heads * cross.head_width
    attention = 2 * width * inner + 2 * inner * latent_width
    # Two norms with bias, two gates.
    block = attention + 2 * cross.mlp_multiple * width**2 + 4 * width + 2
    embedding = language.vocabulary * width
    return Parameters(
        vision=_vision(config.vision),
        resampler=_resampler(config),
        cross_attention=len(config.cross_layers) * block,
        decoder=language.layers * layer + width,
        embedding=embedding,
        head=0 if language.tied_head else embedding,
    )


def large_matrices(config: FlamingoConfig) -> tuple[Matrices, ...]:
    """Give the matrices that int8 and int4 store in few bits: the decoder's, the blocks' MLPs'."""
    language, blocks = config.language, len(config.cross_layers)
    width, mlp_width = language.width, language.mlp_width
    wide = config.cross_attention.mlp_multiple * width
    return (
        Matrices(4 * language.layers, width, width),
        Matrices(2 * language.layers, mlp_width, width),
        Matrices(language.layers, width, mlp_width),
        Matrices(blocks, wide, width),
        Matrices(blocks, width, wide),
    )


def weight_bytes(config: FlamingoConfig, precision: Precision) -> int:
    """Give the bytes of all weights in a precision."""
    matrices = large_matrices(config)
    large = sum(m.count * matrix_bytes(m.rows, m.columns, precision) for m in matrices)
    rest = count_parameters(config).total - sum(m.weights for m in matrices)
    return large + rest * _item_bytes(precision)


def cache_bytes(config: FlamingoConfig, precision: Precision, room: Room) -> int:
    """Give the bytes of the longest question's keys and values, and of what is kept at the least.

    Memory that is left over goes to the caches of prompts and images.
    """
    tokens = room.context_tokens * token_bytes(config, precision)
    return tokens + room.images * image_bytes(config, precision) + 2 * LEAST_BYTES


def working_bytes(config: FlamingoConfig, precision: Precision) -> int:
    """Give a generous count of the bytes that live for a moment while a question is read.

    The larger of a chunk of pictures in a vision block (input, queries, keys, values, result, MLP)
    and a chunk of the prompt in a layer (the same; the gated blocks' MLP twice), counted twice; a
    matrix of few bits may be unpacked whole, and the workspace is added.
    """
    vision, language = config.vision, config.language
    pictures = ENCODE_CHUNK * (vision.tokens + 1) * (6 * vision.width + 2 * vision.mlp_width)
    gated = 2 * config.cross_attention.mlp_multiple * language.width
    prompt = PREFILL_CHUNK * (6 * language.width + max(3 * language.mlp_width, gated))
    activations = MARGIN * max(pictures, prompt) * _item_bytes(precision)
    unpacked = 0
    if precision in ("int8", "int4"):
        largest = max(m.rows * m.columns for m in large_matrices(config))
        unpacked = largest * _item_bytes(precision)
    return activations + unpacked + WORKSPACE_BYTES


def needed_bytes(config: FlamingoConfig, precision: Precision, room: Room) -> int:
    """Give all bytes that answering needs on the device."""
    return (
        weight_bytes(config, precision)
        + cache_bytes(config, precision, room)
        + working_bytes(config, precision)
    )


def _item_bytes(precision: Precision) -> int:
    return ITEM_BYTES.get(precision, 2)


def _vision(config: VisionConfig) -> int:
    width = config.width
    block = 4 * width**2 + 2 * width * config.mlp_width + config.mlp_width + 9 * width
    tokens = (config.tokens + 2) * width  # positions, and the class token
    return _stem(config) + tokens + 2 * width + config.layers * block


def _stem(config: VisionConfig) -> int:
    """Count the convolutions before the first block: one, or stages of 3 x 3 with their norms."""
    if not config.stem_channels:
        return 3 * config.patch_size**2 * config.width
    channels = (3, *config.stem_channels)
    stages = sum(9 * a * b + 2 * b for a, b in itertools.pairwise(channels))
    return stages + 9 * channels[-1] * config.width + config.width


def _resampler(config: FlamingoConfig) -> int:
    resampler, width = config.resampler, config.vision.width
    inner = resampler.heads * resampler.head_width
    layer = 4 * width * inner + 2 * resampler.mlp_multiple * width**2 + 6 * width
    return resampler.latents * width + resampler.depth * layer + 2 * width

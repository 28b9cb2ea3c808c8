"""Flamingo: images to latents, latents to keys and values, tokens to logits. All state is passed.

Letters: B batch, T new tokens, S cached tokens, M media, P patches, L latents, V latent width,
E text width, X cross-attention blocks, H heads, D head width.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from precedent_inference.config import FlamingoConfig
from precedent_inference.model.cross_attention import GatedCrossAttention
from precedent_inference.model.kv_cache import KVCache
from precedent_inference.model.language import (
    DecoderLayer,
    RootMeanSquareNorm,
    rotations,
    wanted_tokens,
)
from precedent_inference.model.resampler import Resampler
from precedent_inference.model.vision import VisionTower


class MediaKV(NamedTuple):
    """What text reads of images, each [X, B, H, M, L, D]; an image's part depends on it alone."""

    keys: Tensor
    values: Tensor


class Flamingo(nn.Module):
    """The whole family; sizes and the placement rule come from the configuration."""

    def __init__(self, config: FlamingoConfig) -> None:
        super().__init__()
        self.config = config
        language, width = config.language, config.language.width
        self.vision = VisionTower(config.vision)
        self.resampler = Resampler(config.resampler, config.vision.width)
        self.embedding = nn.Embedding(language.vocabulary, width)
        self.layers = nn.ModuleList(DecoderLayer(language) for _ in range(language.layers))
        self.cross_attention = nn.ModuleDict(
            {
                str(index): GatedCrossAttention(config.cross_attention, width, config.vision.width)
                for index in config.cross_layers
            }
        )
        self.norm = RootMeanSquareNorm(width, language.norm_epsilon)
        self.head = nn.Linear(width, language.vocabulary, bias=False)
        if language.tied_head:
            self.head.weight = self.embedding.weight

    def encode_images(self, pixels: Tensor) -> Tensor:
        """Give latents [M, L, V] for normalised pixels [M, 3, size, size]."""
        latents: Tensor = self.resampler(self.vision(pixels))
        return latents

    def project_media(self, latents: Tensor) -> MediaKV:
        """Give what text reads of latents [B, M, L, V]."""
        pairs = [block.project(latents) for block in self._cross_blocks()]
        return MediaKV(torch.stack([k for k, _ in pairs]), torch.stack([v for _, v in pairs]))

    def decode(
        self,
        tokens: Tensor,
        media: MediaKV | None,
        media_index: Tensor,
        cache: KVCache,
        attention_mask: Tensor | None = None,
        wanted: Sequence[int] | None = None,
    ) -> Tensor:
        """Give the logits [B, W, vocabulary] of the wanted positions; `cache` grows by T tokens.

        tokens, media_index: [B, T]. media: None when no token sees an image. attention_mask:
        [B, S + T], 0 where a token is (left) padding; None when none is. wanted: positions in T;
        None for all of them.
        """
        hidden = self.hidden_states(tokens, media, media_index, cache, attention_mask, wanted)
        logits: Tensor = self.head(hidden)
        return logits

    def hidden_states(
        self,
        tokens: Tensor,
        media: MediaKV | None,
        media_index: Tensor,
        cache: KVCache,
        attention_mask: Tensor | None = None,
        wanted: Sequence[int] | None = None,
    ) -> Tensor:
        """Give the normed states before the head, [B, W, E]; `cache` grows by T tokens."""
        language = self.config.language
        positions, visible = cache.stand(tokens, attention_mask)
        rotation = rotations(positions, language.width // language.heads, language.rotary_base)
        last = len(self.layers) - 1
        narrow = None
        if wanted is not None:
            narrow = wanted_tokens(wanted, tokens.shape[1], rotation, visible)
        x = self.embedding(tokens)  # [B, T, E]
        blocks = {index: at for at, index in enumerate(self.config.cross_layers)}
        for index, layer in enumerate(self.layers):
            if index in blocks:
                at = blocks[index]
                seen = None if media is None else (media.keys[at], media.values[at])
                x = self.cross_attention[str(index)](x, seen, media_index)
            remember = partial(cache.append, index)
            x = layer(x, rotation, visible, remember, narrow if index == last else None)
        result: Tensor = self.norm(x)
        return result

    def _cross_blocks(self) -> list[GatedCrossAttention]:
        blocks = [self.cross_attention[str(index)] for index in self.config.cross_layers]
        return [block for block in blocks if isinstance(block, GatedCrossAttention)]

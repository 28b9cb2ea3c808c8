"""Flamingo: images to latents, latents to keys and values, tokens to logits. All state is passed.

Letters: B batch, T new tokens, S cached tokens, M media, P patches, L latents, V latent width,
E text width, X cross-attention blocks, N decoder layers, H heads, D head width.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from precedent_inference.config import FlamingoConfig
from precedent_inference.model.cross_attention import GatedCrossAttention
from precedent_inference.model.language import (
    DecoderLayer,
    RootMeanSquareNorm,
    rotations,
    visible_tokens,
)
from precedent_inference.model.resampler import Resampler
from precedent_inference.model.vision import VisionTower


class MediaKV(NamedTuple):
    """What text reads of images, each [X, B, M, H, L, D]; an image's part depends on it alone."""

    keys: Tensor
    values: Tensor


class KVCache(NamedTuple):
    """Self-attention keys and values of the tokens so far, each [N, B, H, S, D]."""

    keys: Tensor
    values: Tensor

    @property
    def length(self) -> int:
        """Cached tokens, S."""
        return int(self.keys.shape[3])


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

    def empty_cache(self, batch: int) -> KVCache:
        """Give a cache that holds no token yet."""
        language = self.config.language
        shape = (language.layers, batch, language.heads, 0, language.width // language.heads)
        weight = self.embedding.weight
        return KVCache(weight.new_empty(shape), weight.new_empty(shape))

    def decode(
        self,
        tokens: Tensor,
        media: MediaKV,
        media_index: Tensor,
        cache: KVCache,
        attention_mask: Tensor | None = None,
    ) -> tuple[Tensor, KVCache]:
        """Give logits [B, T, vocabulary] and the cache grown by T tokens.

        tokens, media_index: [B, T]. attention_mask: [B, S + T], 0 where a token is (left) padding;
        without it every token counts.
        """
        batch, new_tokens = tokens.shape
        if attention_mask is None:
            attention_mask = tokens.new_ones((batch, cache.keys.shape[3] + new_tokens))
        hidden, cache = self.hidden_states(tokens, media, media_index, cache, attention_mask)
        return self.head(hidden), cache

    def hidden_states(
        self,
        tokens: Tensor,
        media: MediaKV,
        media_index: Tensor,
        cache: KVCache,
        attention_mask: Tensor,
    ) -> tuple[Tensor, KVCache]:
        """Give the normed states before the head, [B, T, E], and the grown cache."""
        language = self.config.language
        new_tokens = tokens.shape[1]
        positions = (attention_mask.cumsum(dim=1) - 1).clamp(min=0)[:, -new_tokens:]
        rotation = rotations(positions, language.width // language.heads, language.rotary_base)
        visible = visible_tokens(attention_mask, new_tokens)
        x = self.embedding(tokens)  # [B, T, E]
        keys: list[Tensor] = []
        values: list[Tensor] = []
        blocks = {index: at for at, index in enumerate(self.config.cross_layers)}
        for index, layer in enumerate(self.layers):
            if index in blocks:
                at = blocks[index]
                block = self.cross_attention[str(index)]
                x = block(x, media.keys[at], media.values[at], media_index)
            x, k, v = layer(x, rotation, visible, (cache.keys[index], cache.values[index]))
            keys.append(k)
            values.append(v)
        return self.norm(x), KVCache(torch.stack(keys), torch.stack(values))

    def _cross_blocks(self) -> list[GatedCrossAttention]:
        blocks = [self.cross_attention[str(index)] for index in self.config.cross_layers]
        return [block for block in blocks if isinstance(block, GatedCrossAttention)]

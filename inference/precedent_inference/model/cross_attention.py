"""Gated cross-attention: text reads the latents of the one image that it may see.

Letters: B batch, T text tokens, M media, L latents, H heads, D head width, E text width,
V latent width.
Source: Alayrac et al. 2022 (arXiv 2204.14198), section 3.1.2; arithmetic as in OpenFlamingo.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from precedent_inference.config import CrossAttentionConfig


class GatedCrossAttention(nn.Module):
    """A gated residual read of an image, then a gated MLP that always acts."""

    def __init__(self, config: CrossAttentionConfig, width: int, latent_width: int) -> None:
        super().__init__()
        inner = config.heads * config.head_width
        self.heads = config.heads
        self.norm = nn.LayerNorm(width)
        self.q = nn.Linear(width, inner, bias=False)
        self.kv = nn.Linear(latent_width, 2 * inner, bias=False)
        self.out = nn.Linear(inner, width, bias=False)
        self.attention_gate = nn.Parameter(torch.zeros(1))
        self.mlp_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, config.mlp_multiple * width, bias=False)
        self.down = nn.Linear(config.mlp_multiple * width, width, bias=False)
        self.mlp_gate = nn.Parameter(torch.zeros(1))

    def project(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """Give keys and values, each [B, H, M, L, D], of latents [B, M, L, V]; no text in them."""
        k, v = self.kv(latents).chunk(2, dim=-1)
        return self._media_heads(k), self._media_heads(v)

    def forward(
        self, x: Tensor, media: tuple[Tensor, Tensor] | None, media_index: Tensor
    ) -> Tensor:
        """Give [B, T, E].

        media: keys and values [B, H, M, L, D]; None when no token sees an image, where the read is
        zero and need not be computed. media_index: [B, T], the image each token sees, 1-based; a
        token with 0 gets no attention output but passes the MLP.
        """
        if media is not None:
            read = self.out(self._read(self.q(self.norm(x)), *media, media_index))
            x = x + torch.tanh(self.attention_gate) * read
        hidden = functional.gelu(self.up(self.mlp_norm(x)))
        result: Tensor = x + torch.tanh(self.mlp_gate) * self.down(hidden)
        return result

    def _read(self, q: Tensor, keys: Tensor, values: Tensor, media_index: Tensor) -> Tensor:
        media, latents, width = keys.shape[2:]
        q = q.view(*q.shape[:-1], self.heads, width).transpose(1, 2)  # [B, H, T, D]
        k, v = keys.flatten(2, 3), values.flatten(2, 3)  # [B, H, M * L, D]
        numbers = torch.arange(1, media + 1, device=q.device).repeat_interleave(latents)  # [M * L]
        hidden = media_index[:, None, :, None] != numbers  # [B, 1, T, M * L]
        scores = (q * width**-0.5) @ k.transpose(-1, -2)  # [B, H, T, M * L]
        scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)
        mixed = scores.softmax(dim=-1) @ v  # [B, H, T, D]
        # A row that sees no image is all masked: its softmax is uniform, not zero; it is cleared.
        mixed = mixed * (media_index > 0)[:, None, :, None].to(mixed.dtype)
        result: Tensor = mixed.transpose(1, 2).flatten(2)  # [B, T, H * D]
        return result

    def _media_heads(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], self.heads, -1).permute(0, 3, 1, 2, 4)  # [B, H, M, L, D]

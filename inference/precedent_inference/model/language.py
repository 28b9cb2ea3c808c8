"""The decoder: LLaMA's layers, with the state passed in and given back.

Letters: B batch, T new tokens, S cached tokens, H heads, D head width, E width.
Source: Touvron et al. 2023 (arXiv 2302.13971); rotary embedding in the rotate-half layout.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from precedent_inference.config import LanguageConfig


class Rotation(NamedTuple):
    """Cosines and sines of the new tokens' positions, each [B, 1, T, D]."""

    cosine: Tensor
    sine: Tensor


class RootMeanSquareNorm(nn.Module):
    """Scale to unit root mean square, in float32 whatever the weights are."""

    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        """Give [..., E] for [..., E]."""
        precise = x.float()
        scale = torch.rsqrt(precise.square().mean(-1, keepdim=True) + self.epsilon)
        return self.weight * (precise * scale).to(x.dtype)


class DecoderLayer(nn.Module):
    """Causal self-attention and a SiLU-gated MLP."""

    def __init__(self, config: LanguageConfig) -> None:
        super().__init__()
        width, mlp_width = config.width, config.mlp_width
        self.heads = config.heads
        self.attention_norm = RootMeanSquareNorm(width, config.norm_epsilon)
        self.q = nn.Linear(width, width, bias=False)
        self.k = nn.Linear(width, width, bias=False)
        self.v = nn.Linear(width, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.mlp_norm = RootMeanSquareNorm(width, config.norm_epsilon)
        self.gate = nn.Linear(width, mlp_width, bias=False)
        self.up = nn.Linear(width, mlp_width, bias=False)
        self.down = nn.Linear(mlp_width, width, bias=False)

    def forward(
        self, x: Tensor, rotation: Rotation, visible: Tensor, past: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Give x [B, T, E] and the keys and values [B, H, S + T, D] of all tokens so far.

        visible: [B, 1, T, S + T], true where a token may look. past: keys and values [B, H, S, D].
        """
        normed = self.attention_norm(x)
        q = rotate(self._split(self.q(normed)), rotation)
        k = torch.cat((past[0], rotate(self._split(self.k(normed)), rotation)), dim=2)
        v = torch.cat((past[1], self._split(self.v(normed))), dim=2)
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=visible)  # [B, H, T, D]
        x = x + self.out(mixed.transpose(1, 2).flatten(2))
        normed = self.mlp_norm(x)
        return x + self.down(functional.silu(self.gate(normed)) * self.up(normed)), k, v

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], self.heads, -1).transpose(1, 2)  # [B, H, T, D]


def rotations(positions: Tensor, head_width: int, base: float) -> Rotation:
    """Give the rotation of tokens at `positions` [B, T], in float32."""
    steps = torch.arange(0, head_width, 2, device=positions.device, dtype=torch.float32)
    angles = positions[..., None].float() * base ** (-steps / head_width)  # [B, T, D / 2]
    angles = torch.cat((angles, angles), dim=-1)[:, None]  # [B, 1, T, D]
    return Rotation(angles.cos(), angles.sin())


def rotate(x: Tensor, rotation: Rotation) -> Tensor:
    """Turn each pair (d, d + D / 2) of x [B, H, T, D] by its position's angle."""
    first, second = x.chunk(2, dim=-1)
    turned = torch.cat((-second, first), dim=-1)
    return x * rotation.cosine.to(x.dtype) + turned * rotation.sine.to(x.dtype)


def visible_tokens(attention_mask: Tensor, new_tokens: int) -> Tensor:
    """Give [B, 1, T, S + T], true where a new token may look.

    attention_mask: [B, S + T], 0 where a token is padding. A padding row would see nothing and its
    softmax would not be a number, so every token sees itself; such rows are never read.
    """
    every = attention_mask.shape[1]
    at = torch.arange(every, device=attention_mask.device)
    mine = torch.arange(new_tokens, device=attention_mask.device)[:, None] + every - new_tokens
    allowed = (at <= mine) & attention_mask.bool()[:, None, None, :]
    return allowed | (at == mine)

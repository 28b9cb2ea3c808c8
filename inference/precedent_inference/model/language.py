"""The decoder: LLaMA's layers, with the state passed in.

Letters: B batch, T new tokens, S cached tokens, H heads, D head width, E width.
Source: Touvron et al. 2023 (arXiv 2302.13971); rotary embedding in the rotate-half layout.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from precedent_inference.config import LanguageConfig

Remember = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Takes a layer's new keys and values [B, H, T, D]; gives those of all tokens [B, H, S + T, D]."""


class Rotation(NamedTuple):
    """Cosines and sines of the new tokens' positions, each [B, 1, T, D]."""

    cosine: Tensor
    sine: Tensor


class Visible(NamedTuple):
    """Which tokens a new token may look at; fused kernels know the two forms without a mask."""

    mask: Tensor | None
    """[B, 1, T, S + T], true where a token may look; None for all, or for `is_causal`."""
    is_causal: bool
    """Each token looks at itself and those before it; only where nothing is cached."""


class Standing(NamedTuple):
    """Where new tokens stand in their rows."""

    positions: Tensor
    """[B, T], or [1, T] where all rows stand alike; padding is not counted."""
    visible: Visible


class Wanted(NamedTuple):
    """The tokens whose states the last layer gives, W of T."""

    at: list[int]
    """Their positions in T."""
    rotation: Rotation
    visible: Visible


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
        self,
        x: Tensor,
        rotation: Rotation,
        visible: Visible,
        remember: Remember,
        wanted: Wanted | None = None,
    ) -> Tensor:
        """Give x [B, T, E] for [B, T, E]; the new tokens' keys and values go to `remember`.

        wanted: give [B, W, E], these tokens' states alone; the others leave keys and values.
        """
        normed = self.attention_norm(x)
        k, v = remember(rotate(self._split(self.k(normed)), rotation), self._split(self.v(normed)))
        if wanted is not None:
            x, normed = x[:, wanted.at], normed[:, wanted.at]
            rotation, visible = wanted.rotation, wanted.visible
        q = rotate(self._split(self.q(normed)), rotation)
        mixed = functional.scaled_dot_product_attention(
            q, k, v, attn_mask=visible.mask, is_causal=visible.is_causal
        )  # [B, H, T, D]
        x = x + self.out(mixed.transpose(1, 2).flatten(2))
        normed = self.mlp_norm(x)
        result: Tensor = x + self.down(functional.silu(self.gate(normed)) * self.up(normed))
        return result

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], self.heads, -1).transpose(1, 2)  # [B, H, T, D]


def wanted_tokens(
    at: Sequence[int], new_tokens: int, rotation: Rotation, visible: Visible
) -> Wanted | None:
    """Narrow rotation and mask to the wanted tokens; None when that is all of them.

    at: positions in T, from the end where negative.
    """
    places = [place % new_tokens for place in at]
    if places == list(range(new_tokens)):
        return None
    narrow = Rotation(rotation.cosine[:, :, places], rotation.sine[:, :, places])
    if visible.mask is not None:
        return Wanted(places, narrow, Visible(visible.mask[:, :, places], is_causal=False))
    if not visible.is_causal or places == [new_tokens - 1]:
        return Wanted(places, narrow, Visible(None, is_causal=False))
    every = torch.arange(new_tokens, device=rotation.cosine.device)
    mask = every <= every[places, None]  # [W, T]
    return Wanted(places, narrow, Visible(mask[None, None], is_causal=False))


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


def stand(tokens: Tensor, cached: int, attention_mask: Tensor | None) -> Standing:
    """Say where new tokens [B, T] stand after `cached` ones, and what they may look at.

    attention_mask: [B, S + T], 0 where a token is padding; None when none is.
    """
    positions = positions_of(tokens, cached, attention_mask)
    return Standing(positions, visible_tokens(tokens, cached, attention_mask))


def positions_of(tokens: Tensor, cached: int, attention_mask: Tensor | None) -> Tensor:
    """Give the positions [B, T] of new tokens [B, T]; padding is not counted.

    attention_mask: [B, S + T], 0 where a token is padding; None when none is.
    """
    new_tokens = tokens.shape[1]
    if attention_mask is None:
        return torch.arange(cached, cached + new_tokens, device=tokens.device)[None]
    return (attention_mask.cumsum(dim=1) - 1).clamp(min=0)[:, -new_tokens:]


def visible_tokens(tokens: Tensor, cached: int, attention_mask: Tensor | None) -> Visible:
    """Say which tokens each of the new tokens [B, T] may look at.

    attention_mask: [B, S + T], 0 where a token is padding; None when none is. A padding row would
    see nothing and its softmax would not be a number, so every token sees itself; such rows are
    never read.
    """
    new_tokens = tokens.shape[1]
    if attention_mask is None and (new_tokens == 1 or cached == 0):
        return Visible(None, is_causal=new_tokens > 1)
    at = torch.arange(cached + new_tokens, device=tokens.device)
    mine = at[cached:, None]
    if attention_mask is None:
        return Visible((at <= mine)[None, None], is_causal=False)
    allowed = (at <= mine) & attention_mask.bool()[:, None, None, :]
    return Visible(allowed | (at == mine), is_causal=False)

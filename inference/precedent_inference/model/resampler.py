"""The Perceiver resampler: the patches of one image to a fixed number of latents.

Letters: M images, P patches, L latents, V width, H heads, D head width.
Source: Alayrac et al. 2022 (arXiv 2204.14198), appendix A.1.1; arithmetic as in OpenFlamingo.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from precedent_inference.config import ResamplerConfig


class Resampler(nn.Module):
    """Learned latents that read one image's patches layer by layer."""

    def __init__(self, config: ResamplerConfig, width: int) -> None:
        super().__init__()
        self.latents = nn.Parameter(torch.randn(config.latents, width))
        self.layers = nn.ModuleList(ResamplerLayer(config, width) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width)

    def forward(self, patches: Tensor) -> Tensor:
        """Give latents [M, L, V] for patches [M, P, V]."""
        latents = self.latents.expand(patches.shape[0], -1, -1)  # [M, L, V]
        for layer in self.layers:
            latents = layer(patches, latents)
        result: Tensor = self.norm(latents)
        return result


class ResamplerLayer(nn.Module):
    """Latents attend to patches and to themselves, then pass an MLP."""

    def __init__(self, config: ResamplerConfig, width: int) -> None:
        super().__init__()
        inner = config.heads * config.head_width
        self.heads = config.heads
        self.patch_norm = nn.LayerNorm(width)
        self.latent_norm = nn.LayerNorm(width)
        self.q = nn.Linear(width, inner, bias=False)
        self.kv = nn.Linear(width, 2 * inner, bias=False)
        self.out = nn.Linear(inner, width, bias=False)
        self.mlp_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, config.mlp_multiple * width, bias=False)
        self.down = nn.Linear(config.mlp_multiple * width, width, bias=False)

    def forward(self, patches: Tensor, latents: Tensor) -> Tensor:
        """Give latents [M, L, V]; each layer norms the raw patches anew."""
        normed = self.latent_norm(latents)
        source = torch.cat((self.patch_norm(patches), normed), dim=1)  # [M, P + L, V]
        k, v = self.kv(source).chunk(2, dim=-1)  # each [M, P + L, H * D]
        q, k, v = (self._split(x) for x in (self.q(normed), k, v))
        mixed = functional.scaled_dot_product_attention(q, k, v)  # [M, H, L, D]
        latents = latents + self.out(mixed.transpose(1, 2).flatten(2))
        result: Tensor = latents + self.down(functional.gelu(self.up(self.mlp_norm(latents))))
        return result

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], self.heads, -1).transpose(1, 2)  # [M, H, tokens, D]

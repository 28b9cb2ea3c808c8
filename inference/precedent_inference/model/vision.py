"""The vision tower: CLIP's vision transformer, patch tokens out.

Letters: M images, P patches, V width, H heads, D head width.
Source: Radford et al. 2021 (arXiv 2103.00020); the stem: Xiao et al. 2021 (arXiv 2106.14881).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from precedent_inference.config import VisionConfig

QUICK = 1.702
"""The constant of OpenAI's approximation of GELU."""


class VisionTower(nn.Module):
    """Pixels to patch tokens: from the last block, without the class token and any later norm."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.patches = _stem(config)
        self.class_token = nn.Parameter(torch.randn(config.width) * config.width**-0.5)
        self.positions = nn.Parameter(
            torch.randn(config.tokens + 1, config.width) * config.width**-0.5
        )
        self.norm = nn.LayerNorm(config.width)
        self.blocks = nn.ModuleList(VisionBlock(config) for _ in range(config.layers))

    def forward(self, pixels: Tensor) -> Tensor:
        """Give [M, P, V] for normalised pixels [M, 3, size, size]."""
        x = self.patches(pixels).flatten(2).transpose(1, 2)  # [M, P, V]
        x = torch.cat((self.class_token.expand(x.shape[0], 1, -1), x), dim=1)  # [M, 1 + P, V]
        x = self.norm(x + self.positions)
        for block in self.blocks:
            x = block(x)
        patches: Tensor = x[:, 1:]
        return patches


class VisionBlock(nn.Module):
    """Self-attention and MLP, each behind a norm and a residual."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.attention_norm = nn.LayerNorm(config.width)
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)
        self.mlp_norm = nn.LayerNorm(config.width)
        self.up = nn.Linear(config.width, config.mlp_width)
        self.down = nn.Linear(config.mlp_width, config.width)
        self.is_quick = config.activation == "quick_gelu"

    def forward(self, x: Tensor) -> Tensor:
        """Give [M, P, V] for [M, P, V]."""
        x = x + self.out(self._attend(self.attention_norm(x)))
        hidden = self.up(self.mlp_norm(x))
        hidden = quick_gelu(hidden) if self.is_quick else functional.gelu(hidden)
        result: Tensor = x + self.down(hidden)
        return result

    def _attend(self, x: Tensor) -> Tensor:
        images, patches, width = x.shape
        heads = self.qkv(x).view(images, patches, 3, self.heads, width // self.heads)
        q, k, v = heads.permute(2, 0, 3, 1, 4).unbind(0)  # each [M, H, P, D]
        mixed = functional.scaled_dot_product_attention(q, k, v)  # [M, H, P, D]
        return mixed.transpose(1, 2).reshape(images, patches, width)  # [M, P, V]


def quick_gelu(x: Tensor) -> Tensor:
    """Give x * sigmoid(1.702 x), written as the SiLU that has a kernel of its own."""
    return functional.silu(QUICK * x) / QUICK


def _stem(config: VisionConfig) -> nn.Module:
    if not config.stem_channels:
        return nn.Conv2d(3, config.width, config.patch_size, stride=config.patch_size, bias=False)
    stages: list[nn.Module] = []
    channels = 3
    for stage in config.stem_channels:
        stages += [
            nn.Conv2d(channels, stage, 3, stride=2, padding=1, bias=False),
            nn.GroupNorm(8, stage),
            nn.GELU(),
        ]
        channels = stage
    return nn.Sequential(*stages, nn.Conv2d(channels, config.width, 3, stride=2, padding=1))

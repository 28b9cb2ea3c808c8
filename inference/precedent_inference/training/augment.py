"""Random changes that do not change what a picture shows: frame, tone, focus, grain."""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Strength:
    """How far pictures are changed, as shares of the widest ranges."""

    frame: float
    tone: float


STRONG = Strength(1.0, 1.0)
MILD = Strength(0.6, 0.3)
"""Keeps more of the layout and the brightness, by which real pictures are told apart too."""


def augment(
    pictures: Tensor, rng: Generator, strength: Strength = MILD, *, keep_place: bool = False
) -> Tensor:
    """Give changed copies of pictures [M, 3, S, S] (0..1), still 0..1.

    keep_place: no flips and only small turns and shifts, so that left stays left.
    """
    frame = 1.0 if keep_place else strength.frame
    pictures = _reframe(pictures, rng, frame, keep_place=keep_place)
    pictures = _retone(pictures, rng, strength.tone)
    return _degrade(pictures, rng).clamp(0, 1)


def _uniform(count: int, low: float, high: float, rng: Generator) -> Tensor:
    return torch.empty(count).uniform_(low, high, generator=rng)


def _reframe(pictures: Tensor, rng: Generator, scale: float, *, keep_place: bool) -> Tensor:
    count = len(pictures)
    limit = scale * math.radians(5 if keep_place else 12)
    angle = _uniform(count, -limit, limit, rng)
    zoom = torch.exp(
        scale
        * (_uniform(count, -0.1, 0.1, rng) if keep_place else _uniform(count, -0.3, 0.12, rng))
    )
    flip = torch.ones(count)
    if not keep_place:
        flip = torch.where(torch.rand(count, generator=rng) < 0.25, -1.0, 1.0)
    shift = scale * (0.03 if keep_place else 0.1)
    matrix = torch.stack(
        (
            torch.stack((angle.cos() * zoom * flip, -angle.sin() * zoom), -1),
            torch.stack((angle.sin() * zoom * flip, angle.cos() * zoom), -1),
        ),
        1,
    )  # [M, 2, 2]
    offset = torch.stack(
        (_uniform(count, -shift, shift, rng), _uniform(count, -shift, shift, rng)), -1
    )
    theta = torch.cat((matrix, offset[..., None]), -1)
    grid = functional.affine_grid(theta, list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


def _retone(pictures: Tensor, rng: Generator, scale: float) -> Tensor:
    count = len(pictures)
    gamma = torch.exp(scale * _uniform(count, -0.35, 0.35, rng)).view(-1, 1, 1, 1)
    gain = torch.exp(scale * _uniform(count, -0.25, 0.25, rng)).view(-1, 1, 1, 1)
    bias = scale * _uniform(count, -0.1, 0.1, rng).view(-1, 1, 1, 1)
    # Grey pictures stay grey: the tint is scaled by how colourful a picture is.
    colour = (pictures.amax(1) - pictures.amin(1)).mean((1, 2)).view(-1, 1, 1, 1).clamp(
        0, 0.3
    ) / 0.3
    tint = 1 + colour * torch.empty(count, 3, 1, 1).uniform_(-0.1, 0.1, generator=rng)
    return ((pictures.clamp(1e-4, 1) ** gamma - 0.5) * gain + 0.5 + bias) * tint


def _degrade(pictures: Tensor, rng: Generator) -> Tensor:
    count = len(pictures)
    blurred = functional.avg_pool2d(functional.pad(pictures, (1, 1, 1, 1), mode="replicate"), 3, 1)
    weight = _uniform(count, -1, 1, rng).clamp(0, 1).view(-1, 1, 1, 1)
    pictures = pictures + weight * (blurred - pictures)
    grain = torch.randn(count, 1, *pictures.shape[2:], generator=rng)
    level = _uniform(count, -0.05, 0.06, rng).clamp(0, 1).view(-1, 1, 1, 1)
    return pictures + level * grain

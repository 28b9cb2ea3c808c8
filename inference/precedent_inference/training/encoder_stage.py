"""Stage 1: vision tower and resampler learn to tell classes apart, count and place foci.

Supervised contrastive loss over classes (Khosla et al. 2020, arXiv 2004.11362) on the mean of the
appearance latents; two small heads, thrown away afterwards, make the next two latents carry count
and place. First with strongly changed pictures, so that likeness is of kind; then refined with
mildly changed ones, so that layout and brightness are kept too: a third head must give the picture
back, coarsely, and the last two latents lie as far apart as the coarse pictures do.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from precedent_inference.config import FlamingoConfig
from precedent_inference.model.resampler import Resampler
from precedent_inference.model.vision import VisionTower
from precedent_inference.training.attributes import COUNTS, PLACES
from precedent_inference.training.augment import augment
from precedent_inference.training.bank import PictureBank, draw_classes
from precedent_inference.training.checkpoint import load_checkpoint, save_checkpoint
from precedent_inference.training.recipe import (
    APPEARANCE_LATENTS,
    IMAGE_DEVIATION,
    IMAGE_MEAN,
    LAYOUT_LATENTS,
    EncoderSettings,
    StageSettings,
)

INSTANCES = 4
"""Pictures of each class in a batch."""
TEMPERATURE = 0.1
MARKED_SHARE = 0.2
COARSE = 12
"""Side in pixels of the coarse picture that the refined feature can give back."""
LAYOUT_SCALE = 0.7
"""Distance of layout latents for a distance of coarse pictures, both a value: black and white are
4 apart, latents of unit variance 2 at most."""
STRESS_WEIGHT = 2.0


class Encoder(nn.Module):
    """Vision tower and resampler with the two heads that only training uses."""

    def __init__(self, config: FlamingoConfig) -> None:
        super().__init__()
        self.vision = VisionTower(config.vision)
        self.resampler = Resampler(config.resampler, config.vision.width)
        self.count = nn.Linear(config.vision.width, len(COUNTS))
        self.place = nn.Linear(config.vision.width, len(PLACES))
        self.layout = nn.Linear(config.vision.width, 3 * COARSE**2)

    def forward(self, pictures: Tensor) -> Tensor:
        """Give latents [M, L, V] of pictures [M, 3, S, S] with values 0..1."""
        latents: Tensor = self.resampler(self.vision((pictures - IMAGE_MEAN) / IMAGE_DEVIATION))
        return latents


def appearance(latents: Tensor) -> Tensor:
    """Give the unit feature [M, V] by which classes are compared."""
    return functional.normalize(latents[:, :APPEARANCE_LATENTS].mean(1), dim=-1)


def contrastive_loss(features: Tensor, classes: Tensor) -> Tensor:
    """Give the mean negative log share of each picture's own class among its neighbours."""
    scores = features @ features.T / TEMPERATURE
    itself = torch.eye(len(scores), dtype=torch.bool, device=scores.device)
    logs = scores.masked_fill(itself, -math.inf).log_softmax(-1)
    same = (classes[:, None] == classes) & ~itself
    return -(logs.masked_fill(~same, 0).sum(-1) / same.sum(-1)).mean()


def layout_stress(layout: Tensor, coarse: Tensor) -> Tensor:
    """Give how badly distances of `layout` [M, V] keep those of `coarse` [M, C], in squares."""
    near = torch.cdist(layout, layout) / math.sqrt(layout.shape[1])
    wanted = LAYOUT_SCALE * torch.cdist(coarse, coarse) / math.sqrt(coarse.shape[1])
    return functional.mse_loss(near, wanted)


def train_encoder(
    encoder: Encoder, bank: PictureBank, settings: EncoderSettings, seed: int, checkpoint: Path
) -> Iterator[dict[str, float]]:
    """Train in place, resuming from `checkpoint`; yield the losses of every step."""
    device = next(encoder.parameters()).device
    optimizer = torch.optim.AdamW(
        encoder.parameters(), settings.learning_rate, weight_decay=settings.decay
    )
    start = 0
    if (state := load_checkpoint(checkpoint)) is not None:
        encoder.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        start = state["step"]
    for step in tqdm(range(start, settings.steps), "encoder", initial=start, total=settings.steps):
        set_rate(optimizer, settings, step)
        losses = _losses(encoder, bank, settings, [seed, settings.stream, step], device)
        loss = losses["contrast"] + 0.3 * (losses["count"] + losses["place"])
        loss = loss + settings.layout * (losses["layout"] + STRESS_WEIGHT * losses["stress"])
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(encoder.parameters(), settings.clip)
        optimizer.step()
        yield {"step": step + 1} | {name: value.item() for name, value in losses.items()}
        if (step + 1) % settings.keep_every == 0 or step + 1 == settings.steps:
            save_checkpoint(
                checkpoint,
                {
                    "model": encoder.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "step": step + 1,
                },
            )


def set_rate(optimizer: torch.optim.Optimizer, settings: StageSettings, step: int) -> None:
    """Set the learning rate of a step: linear warm-up, then a cosine down to a hundredth."""
    warm = min(1.0, (step + 1) / settings.warmup)
    cosine = 0.505 + 0.495 * math.cos(math.pi * step / settings.steps)
    for group in optimizer.param_groups:
        group["lr"] = settings.learning_rate * warm * cosine


def _losses(
    encoder: Encoder,
    bank: PictureBank,
    settings: EncoderSettings,
    seeds: list[int],
    device: torch.device,
) -> dict[str, Tensor]:
    rng, batch = np.random.default_rng(seeds), settings.batch
    noise = torch.Generator().manual_seed(int(rng.integers(2**62)))
    marked = int(batch * MARKED_SHARE)
    chosen = draw_classes(bank, (batch - marked) // INSTANCES, rng, alike=bool(rng.random() < 0.5))
    at = np.stack([rng.permutation(bank.pictures.shape[1])[:INSTANCES] for _ in chosen])
    plain = _to_tensor(bank.pictures[chosen[:, None], at].reshape(-1, *bank.pictures.shape[2:]))
    which = rng.choice(len(bank.marked), marked, replace=False)
    pictures = torch.cat(
        (
            augment(plain, noise, settings.strength),
            augment(_to_tensor(bank.marked[which]), noise, settings.strength, keep_place=True),
        )
    ).to(device)
    with torch.autocast(device.type, torch.bfloat16):
        latents = encoder(pictures)
    latents = latents.float()
    classes = torch.arange(len(chosen), device=device).repeat_interleave(INSTANCES)
    marks = latents[len(plain) :, APPEARANCE_LATENTS:]
    counts = torch.from_numpy(bank.counts[which]).to(device)
    places = torch.from_numpy(bank.places[which]).to(device)
    coarse = (functional.adaptive_avg_pool2d(pictures, COARSE).flatten(1) - IMAGE_MEAN) / (
        IMAGE_DEVIATION
    )
    # A unit feature has elements of 1 / sqrt(width): scaled to about one.
    given_back = encoder.layout(appearance(latents) * math.sqrt(latents.shape[-1]))
    return {
        "contrast": contrastive_loss(appearance(latents[: len(plain)]), classes),
        "layout": functional.mse_loss(given_back, coarse),
        "stress": layout_stress(latents[:, list(LAYOUT_LATENTS)].mean(1), coarse),
        "count": functional.cross_entropy(encoder.count(marks[:, 0]), counts),
        "place": functional.cross_entropy(encoder.place(marks[:, 1]), places),
    }


def _to_tensor(pictures: np.ndarray) -> Tensor:
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255

"""Stages 2 and 3: the decoder learns to copy, then to match pictures and copy the matching answer.

Latents are cached, so that no picture is encoded here. Matching is learnt first on random latents,
where nothing but comparison helps and every direction counts alike; the encoder's own latents
follow. A share of random latents stays to the end: it keeps the comparison general, so that it
holds on real pictures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from precedent_inference.model.flamingo import Flamingo
from precedent_inference.training.checkpoint import load_checkpoint, save_checkpoint
from precedent_inference.training.encoder_stage import set_rate
from precedent_inference.training.episodes import (
    Episode,
    attribute_episode,
    label_episode,
    text_episode,
    to_tokens,
    yes_no_episode,
)
from precedent_inference.training.recipe import LanguageSettings


@dataclass(frozen=True, slots=True)
class LatentBank:
    """Latents of the picture bank, encoded once."""

    classes: Tensor
    """(classes, instances, L, V), half precision."""
    family: np.ndarray
    marked: Tensor
    """(marked, L, V)."""
    counts: np.ndarray
    places: np.ndarray


@dataclass(frozen=True, slots=True)
class Mixture:
    """Shares of the kinds of episode; what is left of one are episodes on the encoder's latents."""

    text: float
    synthetic: float


def mixture_at(step: int, settings: LanguageSettings) -> Mixture:
    """Text alone first, then random latents beside it, then the encoder's."""
    if step < settings.text_steps:
        return Mixture(1.0, 0.0)
    if step < settings.text_steps + settings.synthetic_steps:
        return Mixture(0.2, 0.8)
    return Mixture(0.1, 0.3)


def train_language(
    model: Flamingo,
    tokenizer: Tokenizer,
    bank: LatentBank,
    settings: LanguageSettings,
    seed: int,
    checkpoint: Path,
) -> Iterator[Mapping[str, float | str]]:
    """Train everything but vision tower and resampler in place, resuming; yield losses."""
    device = next(model.parameters()).device
    parameters = [
        p for name, p in model.named_parameters() if not name.startswith(("vision", "resampler"))
    ]
    optimizer = torch.optim.AdamW(
        parameters, settings.learning_rate, betas=(0.9, 0.98), weight_decay=settings.decay
    )
    start = 0
    if (state := load_checkpoint(checkpoint)) is not None:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        start = state["step"]
    for step in tqdm(range(start, settings.steps), "language", initial=start, total=settings.steps):
        set_rate(optimizer, settings, step)
        rng = np.random.default_rng([seed, 4, step])
        mixture = mixture_at(step, settings)
        kind = str(
            rng.choice(
                ["text", "synthetic", "real"],
                p=[mixture.text, mixture.synthetic, 1 - mixture.text - mixture.synthetic],
            )
        )
        episodes, latents = draw_batch(rng, kind, settings.batch, bank)
        loss, hit = episode_loss(model, tokenizer, episodes, latents, device)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(parameters, settings.clip)
        optimizer.step()
        yield {"step": step + 1, "kind": kind, "loss": loss.item(), "exact": hit}
        if (step + 1) % settings.keep_every == 0 or step + 1 == settings.steps:
            save_checkpoint(
                checkpoint,
                {
                    "model": model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "step": step + 1,
                },
            )


def draw_batch(
    rng: Generator, kind: str, batch: int, bank: LatentBank
) -> tuple[list[Episode], Tensor | None]:
    """Draw episodes of one length and the latents (B, M, L, V) of their pictures; None for text."""
    chunks = int(rng.integers(3, 10))
    # One kind fewer than chunks at most: else no kind comes twice and nothing can be learnt.
    ways = int(rng.integers(2, min(5, chunks - 1) + 1))
    if kind == "text":
        return [text_episode(rng, chunks, ways) for _ in range(batch)], None
    if kind == "synthetic":
        episodes = [label_episode(rng, chunks, ways) for _ in range(batch)]
        return episodes, torch.stack([random_latents(rng, episode) for episode in episodes])
    drawn = [_real_episode(rng, chunks, ways, bank) for _ in range(batch)]
    return [episode for episode, _ in drawn], torch.stack([latents for _, latents in drawn])


def random_latents(rng: Generator, episode: Episode, latents: int = 8, width: int = 192) -> Tensor:
    """Draw latents (M, L, V) whose likeness alone tells the kinds apart; some kinds are kin."""
    kinship, noise = rng.uniform(0, 0.7), rng.uniform(0.05, 0.6)
    common = rng.standard_normal((latents, width), dtype=np.float32)
    own = rng.standard_normal((1 + max(c.kind for c in episode), latents, width), dtype=np.float32)
    kinds = np.sqrt(kinship) * common + np.sqrt(1 - kinship) * own
    picked = kinds[[c.kind for c in episode]]
    grain = rng.standard_normal(picked.shape, dtype=np.float32)
    mixed = torch.from_numpy(np.sqrt(1 - noise) * picked + np.sqrt(noise) * grain)
    return functional.layer_norm(mixed.float(), (width,))


def _real_episode(
    rng: Generator, chunks: int, ways: int, bank: LatentBank
) -> tuple[Episode, Tensor]:
    kind = rng.choice(["label", "yes_no", "count", "place"], p=[0.7, 0.1, 0.1, 0.1])
    if kind in {"count", "place"}:
        episode = attribute_episode(rng, chunks, is_count=kind == "count")
        marks = bank.counts if kind == "count" else bank.places
        rows = [int(rng.choice(np.flatnonzero(marks == chunk.kind))) for chunk in episode]
        return episode, bank.marked[rows].float()
    episode = yes_no_episode(rng, chunks) if kind == "yes_no" else label_episode(rng, chunks, ways)
    classes = _draw_latent_classes(rng, bank, 1 + max(chunk.kind for chunk in episode))
    instances = {c: iter(rng.permutation(bank.classes.shape[1])) for c in range(len(classes))}
    rows = [int(classes[chunk.kind]) for chunk in episode]
    at = [int(next(instances[chunk.kind])) for chunk in episode]
    return episode, bank.classes[rows, at].float()


def _draw_latent_classes(rng: Generator, bank: LatentBank, count: int) -> np.ndarray:
    if rng.random() < 0.6:
        return rng.choice(len(bank.family), count, replace=False)
    family = bank.family[rng.integers(len(bank.family))]
    return rng.choice(np.flatnonzero(bank.family == family), count, replace=False)


def episode_loss(
    model: Flamingo,
    tokenizer: Tokenizer,
    episodes: list[Episode],
    latents: Tensor | None,
    device: torch.device,
) -> tuple[Tensor, float]:
    """Give the mean loss over the learnt tokens and the share of them that were right."""
    batch = to_tokens(tokenizer, episodes, every_token=latents is None)
    tokens = torch.from_numpy(batch.tokens).to(device)
    index = torch.from_numpy(batch.media_index).to(device)
    if latents is None:
        index = torch.zeros_like(index)
        width = model.config.vision.width
        latents = torch.zeros(len(tokens), 1, model.config.resampler.latents, width)
    with torch.autocast(device.type, torch.bfloat16):
        media = model.project_media(latents.to(device))
        states, _ = model.hidden_states(
            tokens, media, index, model.empty_cache(len(tokens)), torch.ones_like(tokens)
        )
        is_target = torch.from_numpy(batch.is_target[:, 1:]).to(device)
        logits = model.head(states[:, :-1][is_target])
    wanted = tokens[:, 1:][is_target]
    logits = logits.float()
    hit = (logits.argmax(-1) == wanted).float().mean().item()
    return functional.cross_entropy(logits, wanted), hit


def open_gates(model: Flamingo) -> None:
    """Start with half-open gates: from scratch there is no language model to protect."""
    for name, parameter in model.named_parameters():
        if name.endswith("_gate"):
            nn.init.constant_(parameter, 0.8)
        elif parameter.dim() == 2 and not name.startswith(("vision", "resampler")):
            nn.init.normal_(
                parameter,
                std=0.05 if name.startswith("embedding") else parameter.shape[1] ** -0.5 * 0.8,
            )

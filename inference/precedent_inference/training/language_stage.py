"""Stages 3 and 4: the decoder learns to copy, then to match pictures and copy the matching answer.

Two losses. One is the text's own. The other says where to look: the heads of two layers attend from
an answer's place to the same place in matching references. Without it the decoder copied within an
hour but chose among the references at random; with it, it compares within minutes.

Latents are cached, so that no picture is encoded here. Matching is learnt first on random latents,
where nothing but comparison helps and every direction counts alike; the encoder's own latents
follow. A share of random latents stays to the end: it keeps the comparison general, so that it
holds on real pictures.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
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
from precedent_inference.model.kv_cache import GrowingCache
from precedent_inference.model.language import DecoderLayer, Rotation, rotate
from precedent_inference.training.checkpoint import load_checkpoint, save_checkpoint
from precedent_inference.training.encoder_stage import set_rate
from precedent_inference.training.episodes import (
    LONGEST_ANSWER,
    Episode,
    attribute_episode,
    label_episode,
    text_episode,
    to_tokens,
    yes_no_episode,
)
from precedent_inference.training.recipe import LanguageSettings, Mixture

COMPARING_LAYERS = (2, 3)
"""The decoder layers whose heads are taught to look at the matching reference's answer."""
COMPARISON_WEIGHT = 1.0
FIRST_TOKEN_WEIGHT = 2.0
"""An answer's first token is where comparing is seen; the rest is copying."""


@dataclass(frozen=True, slots=True)
class LatentBank:
    """Latents of the picture bank, encoded once."""

    classes: Tensor
    """(classes, instances, L, V), half precision."""
    family: np.ndarray
    marked: Tensor
    """(marked, L, V)."""
    twins: Tensor
    """(classes, instances, views, L, V): several views of each picture."""
    counts: np.ndarray
    places: np.ndarray


def mixture_at(step: int, settings: LanguageSettings) -> Mixture:
    """Text alone first, then random latents beside it, then the encoder's."""
    if step < settings.text_steps:
        return Mixture(1.0, 0.0)
    if step < settings.text_steps + settings.synthetic_steps:
        return Mixture(0.2, 0.8)
    return settings.last


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
        rng = np.random.default_rng([seed, settings.stream, step])
        mixture = mixture_at(step, settings)
        kind = str(
            rng.choice(
                ["text", "synthetic", "real"],
                p=[mixture.text, mixture.synthetic, 1 - mixture.text - mixture.synthetic],
            )
        )
        episodes, latents = draw_batch(rng, kind, settings.batch, bank, mixture)
        losses = episode_loss(model, tokenizer, episodes, latents, device)
        optimizer.zero_grad()
        torch.autograd.backward(losses["answer"] + COMPARISON_WEIGHT * losses["comparison"])
        nn.utils.clip_grad_norm_(parameters, settings.clip)
        optimizer.step()
        yield {"step": step + 1, "kind": kind, **{n: v.item() for n, v in losses.items()}}
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
    rng: Generator, kind: str, batch: int, bank: LatentBank, mixture: Mixture
) -> tuple[list[Episode], Tensor | None]:
    """Draw episodes of one length and the latents (B, M, L, V) of their pictures; None for text."""
    chunks = int(rng.integers(3, 10))
    # One kind fewer than chunks at most: else no kind comes twice and nothing can be learnt.
    ways = int(rng.integers(2, min(5, chunks - 1) + 1))
    if kind == "text":
        return [text_episode(rng, chunks, ways) for _ in range(batch)], None
    if kind == "synthetic":
        episodes = [label_episode(rng, chunks, ways) for _ in range(batch)]
        return episodes, torch.stack(
            [random_latents(rng, episode, mixture.kinship) for episode in episodes]
        )
    drawn = [_real_episode(rng, chunks, ways, bank, mixture.twins) for _ in range(batch)]
    return [episode for episode, _ in drawn], torch.stack([latents for _, latents in drawn])


def random_latents(
    rng: Generator, episode: Episode, most_kin: float, latents: int = 8, width: int = 192
) -> Tensor:
    """Draw latents (M, L, V) whose likeness alone tells the kinds apart; some kinds are kin."""
    kinship, noise = rng.uniform(0, most_kin), rng.uniform(0.05, 0.6)
    common = rng.standard_normal((latents, width), dtype=np.float32)
    own = rng.standard_normal((1 + max(c.kind for c in episode), latents, width), dtype=np.float32)
    kinds = np.sqrt(kinship) * common + np.sqrt(1 - kinship) * own
    picked = kinds[[c.kind for c in episode]]
    grain = rng.standard_normal(picked.shape, dtype=np.float32)
    mixed = torch.from_numpy(np.sqrt(1 - noise) * picked + np.sqrt(noise) * grain)
    return functional.layer_norm(mixed.float(), (width,))


def _real_episode(
    rng: Generator, chunks: int, ways: int, bank: LatentBank, twins: float
) -> tuple[Episode, Tensor]:
    shares = {"label": 0.7 - twins, "yes_no": 0.1, "count": 0.1, "place": 0.1, "twins": twins}
    kind = rng.choice(list(shares), p=list(shares.values()))
    if kind in {"count", "place"}:
        episode = attribute_episode(rng, chunks, is_count=kind == "count")
        marks = bank.counts if kind == "count" else bank.places
        rows = [int(rng.choice(np.flatnonzero(marks == chunk.kind))) for chunk in episode]
        return episode, bank.marked[rows].float()
    if kind == "twins":
        # Pictures of one class: told apart by layout and brightness alone.
        episode = label_episode(rng, chunks, ways)
        pictures = rng.permutation(bank.twins.shape[1])
        views = bank.twins[int(rng.integers(len(bank.twins)))]
        rows = [int(pictures[chunk.kind]) for chunk in episode]
        return episode, views[rows, rng.integers(views.shape[1], size=chunks)].float()
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
) -> dict[str, Tensor]:
    """Give the losses over the learnt tokens, and the share of answers' first tokens right."""
    batch = to_tokens(tokenizer, episodes)
    tokens = torch.from_numpy(batch.tokens).to(device)
    index = torch.from_numpy(batch.media_index).to(device)
    source = torch.from_numpy(batch.source).to(device)
    if latents is None:
        index = torch.zeros_like(index)
        width = model.config.vision.width
        latents = torch.zeros(len(tokens), 1, model.config.resampler.latents, width)
    looks: list[Tensor] = []

    def look(layer: nn.Module, given: tuple[Tensor, Rotation, object]) -> None:
        if isinstance(layer, DecoderLayer):
            looks.append(comparison_loss(layer, given[0], given[1], source))

    hooks = ExitStack()
    for at in COMPARING_LAYERS:
        hooks.enter_context(model.layers[at].register_forward_pre_hook(look))
    with torch.autocast(device.type, torch.bfloat16), hooks:
        media = model.project_media(latents.to(device))
        states = model.hidden_states(tokens, media, index, GrowingCache())
        is_target = torch.from_numpy(batch.is_target[:, 1:]).to(device)
        logits = model.head(states[:, :-1][is_target]).float()
    wanted = tokens[:, 1:][is_target]
    is_first = source[:, 1:][is_target] % LONGEST_ANSWER == 0
    each = functional.cross_entropy(logits, wanted, reduction="none")
    weight = 1 + FIRST_TOKEN_WEIGHT * is_first
    hit = logits.argmax(-1) == wanted
    return {
        "answer": (each * weight).sum() / weight.sum(),
        "comparison": torch.stack(looks).mean(),
        "tokens": hit.float().mean(),
        "first": hit[is_first].float().mean(),
    }


def comparison_loss(layer: DecoderLayer, x: Tensor, rotation: Rotation, source: Tensor) -> Tensor:
    """Give the mean negative log attention that goes where the next token can be copied from.

    x: [B, T, E], the layer's input. source: [B, T] as in `TokenBatch`. Every head of the layer is
    to look from the token before an answer token at the same token of earlier matching chunks.
    """
    normed = layer.attention_norm(x)
    split = (*x.shape[:2], layer.heads, -1)
    q = rotate(layer.q(normed).view(split).transpose(1, 2), rotation)[:, :, :-1]
    k = rotate(layer.k(normed).view(split).transpose(1, 2), rotation)[:, :, :-1]
    scores = (q @ k.transpose(-1, -2)).float() * q.shape[-1] ** -0.5  # [B, H, T - 1, T - 1]
    length = scores.shape[-1]
    earlier = torch.ones(length, length, dtype=torch.bool, device=x.device).tril()
    scores = scores.masked_fill(~earlier, -math.inf)
    wanted = source[:, 1:, None]
    same = (wanted == source[:, None, :-1]) & (wanted >= 0) & earlier  # [B, T - 1, T - 1]
    logs = scores.logsumexp(-1) - scores.masked_fill(~same[:, None], -1e4).logsumexp(-1)
    weight = same.any(-1) * (1 + FIRST_TOKEN_WEIGHT * (source[:, 1:] % LONGEST_ANSWER == 0))
    loss: Tensor = (logs.mean(1) * weight).sum() / weight.sum()
    return loss


def prepare(model: Flamingo) -> None:
    """Set starting weights that suit comparing and copying; there is no language model to protect.

    Gates are open. Queries equal keys, so that attention begins as a comparison by likeness; in the
    comparing layers the way out is the way in transposed, so that what is attended to is passed on
    as it is. Embeddings are large beside what layers add, and image reads beside them both.
    """
    for name, parameter in model.named_parameters():
        if name.startswith(("vision", "resampler")):
            continue
        if name.endswith("_gate"):
            nn.init.constant_(parameter, 1.0)
        elif parameter.dim() == 2:
            is_read = name.startswith("cross") and name.endswith(".out.weight")
            is_added = name.endswith(("out.weight", "down.weight"))
            gain = 2.5 if is_read else 0.4 if is_added else 0.8
            is_embedding = name.startswith("embedding")
            deviation = 0.3 if is_embedding else gain * parameter.shape[1] ** -0.5
            nn.init.normal_(parameter, std=deviation)
    nn.init.constant_(model.norm.weight, 0.3)
    with torch.no_grad():
        for at, layer in enumerate(model.layers):
            if not isinstance(layer, DecoderLayer):
                continue
            layer.q.weight.copy_(layer.k.weight)
            if at in COMPARING_LAYERS:
                layer.out.weight.copy_(layer.v.weight.T)

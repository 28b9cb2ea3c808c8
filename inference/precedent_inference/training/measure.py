"""Measure a trained starter model on procedural classes that it never saw: exact text, greedy.

Every figure stands beside what it must be compared with: the nearest neighbour on the model's own
features, chance, answers when the labels are permuted, and answers without any reference.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from precedent_inference.model.flamingo import Flamingo
from precedent_inference.model.kv_cache import GrowingCache
from precedent_inference.model.weights import load_flamingo
from precedent_inference.training.augment import augment
from precedent_inference.training.bank import PictureBank, Pictures, make_bank
from precedent_inference.training.recipe import (
    FEATURE_LATENTS,
    IMAGE_DEVIATION,
    IMAGE_MEAN,
)
from precedent_inference.training.trials import Trial, settings
from precedent_inference.training.vocabulary import (
    END_OF_CHUNK,
    IMAGE,
    PAD,
    START,
    load_tokenizer,
    token_id,
)

MEASURE_SEED = 90_001
"""Classes of the bank made from this seed are never trained on: training uses small seeds."""
CLASSES, INSTANCES, MARKED = 300, 10, 800
MAX_NEW_TOKENS = 24
BATCH = 50


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of right answers, 0..1."""

    exact: float
    neighbour: float | None
    """Nearest reference by the model's own features; None without references."""
    first_token: float
    """The first token alone was right: how much is lost in copying rather than in comparing."""


@torch.inference_mode()
def encode_pictures(
    model: Flamingo, pictures: Pictures, seed: int, *, keep_place: bool = False
) -> Tensor:
    """Give latents (classes, instances, L, V) of pictures, each changed once at random."""
    flat = pictures.reshape(-1, *pictures.shape[2:])
    noise = torch.Generator().manual_seed(seed)
    encoded: list[Tensor] = []
    for start in range(0, len(flat), 128):
        part = torch.from_numpy(flat[start : start + 128]).permute(0, 3, 1, 2).float() / 255
        changed = augment(part, noise, keep_place=keep_place)
        encoded.append(model.encode_images((changed - IMAGE_MEAN) / IMAGE_DEVIATION))
    return torch.cat(encoded).view(*pictures.shape[:2], *encoded[0].shape[1:])


def score_trials(
    model: Flamingo, tokenizer: Tokenizer, latents: Tensor, trials: list[Trial]
) -> Score:
    """Answer every trial and give the shares that were right."""
    texts: list[str] = []
    for start in range(0, len(trials), BATCH):
        texts += answer_trials(model, tokenizer, latents, trials[start : start + BATCH])
    exact = [text == trial.expected for text, trial in zip(texts, trials, strict=True)]
    first = [
        _first_token(tokenizer, text) == _first_token(tokenizer, trial.expected)
        for text, trial in zip(texts, trials, strict=True)
    ]
    neighbour = None
    if trials[0].references:
        neighbour = float(np.mean([_nearest(latents, t) == t.expected for t in trials]))
    return Score(float(np.mean(exact)), neighbour, float(np.mean(first)))


@torch.inference_mode()
def answer_trials(
    model: Flamingo, tokenizer: Tokenizer, latents: Tensor, trials: list[Trial]
) -> list[str]:
    """Give the greedy answers; all trials have equally many references."""
    pad, start, image, end = (token_id(tokenizer, t) for t in (PAD, START, IMAGE, END_OF_CHUNK))
    rows: list[list[int]] = []
    for trial in trials:
        question = tokenizer.encode(f"Question: {trial.question} Answer:").ids
        row = [start]
        for answer in trial.answers:
            row += [image, *question, *tokenizer.encode(f" {answer}").ids, end]
        rows.append([*row, image, *question])
    length = max(len(row) for row in rows)
    tokens = torch.tensor([[pad] * (length - len(row)) + row for row in rows])
    mask = (tokens != pad).long()
    index = (tokens == image).cumsum(1)
    pictures = torch.stack(
        [torch.stack([latents[at] for at in (*trial.references, trial.query)]) for trial in trials]
    )
    media = model.project_media(pictures)
    cache = GrowingCache()
    logits = model.decode(tokens, media, index, cache, mask, (-1,))
    written: list[Tensor] = []
    last = index[:, -1:]
    for _ in range(MAX_NEW_TOKENS):
        token = logits[:, -1].argmax(-1, keepdim=True)
        written.append(token)
        if all((torch.cat(written, 1) == end).any(1)):
            break
        mask = torch.cat((mask, torch.ones_like(token)), 1)
        logits = model.decode(token, media, last, cache, mask)
    return [_text(tokenizer, row, end) for row in torch.cat(written, 1).tolist()]


def _text(tokenizer: Tokenizer, ids: list[int], end: int) -> str:
    kept = ids[: ids.index(end)] if end in ids else ids
    text: str = tokenizer.decode(kept, skip_special_tokens=False)
    return text.strip()


def _first_token(tokenizer: Tokenizer, text: str) -> int | None:
    ids = tokenizer.encode(f" {text}").ids
    return ids[0] if ids else None


def _nearest(latents: Tensor, trial: Trial) -> str:
    features = functional.normalize(
        torch.stack([latents[at] for at in (*trial.references, trial.query)])[
            :, list(FEATURE_LATENTS)
        ].mean(1),
        dim=-1,
    )
    return trial.answers[int((features[:-1] @ features[-1]).argmax())]


def measure(
    model: Flamingo, tokenizer: Tokenizer, bank: PictureBank, episodes: int
) -> dict[str, Score]:
    """Score every setting over `episodes` trials; the same trials for every model."""
    plain = encode_pictures(model, bank.pictures, MEASURE_SEED)
    marked = encode_pictures(model, bank.marked[:, None], MEASURE_SEED, keep_place=True)
    scores: dict[str, Score] = {}
    for number, (name, setting) in enumerate(settings(bank).items()):
        rng = np.random.default_rng([MEASURE_SEED, number])
        trials = [setting.draw(rng) for _ in range(episodes)]
        latents = marked if setting.is_marked else plain
        scores[name] = score_trials(model, tokenizer, latents, trials)
    return scores


def measure_folder(folder: Path, episodes: int) -> dict[str, dict[str, float | None]]:
    """Render the classes, load the model of a folder and give its scores by setting."""
    bank = make_bank(MEASURE_SEED, CLASSES, INSTANCES, MARKED)
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    scores = measure(load_flamingo(folder), tokenizer, bank, episodes)
    return {name: asdict(score) for name, score in scores.items()}

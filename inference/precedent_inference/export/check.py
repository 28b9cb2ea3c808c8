"""Exported graphs against torch, before anybody sees them.

The sample cases are asked of the graphs, each as a question over others; torch then reads prompt
and answer in one pass and says which token it would have chosen at each place.
"""

import json
import threading
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from precedent_inference.backends.base import Backend, FloatArray, Step
from precedent_inference.encoding import PromptEncoder
from precedent_inference.engine import Engine, TokenRules
from precedent_inference.images import ModelImage, prepare_image
from precedent_inference.model.flamingo import Flamingo
from precedent_inference.model.kv_cache import GrowingCache
from precedent_inference.placement import decode_index, media_index
from precedent_inference.profile import ModelProfile
from precedent_inference.prompt import Prompt, Query, Shot
from precedent_inference.protocol import Sampling
from precedent_inference.tokenizer import TextTokenizer
from precedent_resources import resource

SHOTS = 4
NEW_TOKENS = 8
ROWS, CACHED, NEW = 3, 4, 5
"""Of the steps with padding and a cache that are compared on random tokens."""


@dataclass(frozen=True, slots=True, eq=False)
class SamplePrompt:
    """A question over cases, as a model reads it."""

    tokens: tuple[int, ...]
    images: tuple[ModelImage, ...]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What the comparison found."""

    difference: float
    """Largest difference of a logit."""
    same: int
    """Answer tokens that torch would have chosen too."""
    tokens: int
    """Answer tokens compared."""


def sample_prompts(
    profile: ModelProfile, tokenizer: TextTokenizer, count: int
) -> list[SamplePrompt]:
    """Give questions over the sample casebook, each case asked once over the ones after it."""
    encoder = PromptEncoder(profile, tokenizer)
    cases = _sample_cases()
    most = min(SHOTS, profile.max_images - 1)
    found: list[SamplePrompt] = []
    for at in range(min(count, len(cases))):
        asked = cases[at]
        others = [cases[(at + step) % len(cases)] for step in range(1, len(cases))][:most]
        shots = tuple(Shot((image,), question, answer) for image, question, answer in others)
        prompt = Prompt(shots, Query((asked[0],), asked[1]))
        tokens = encoder.encode(prompt, max_new_tokens=NEW_TOKENS).tokens
        pictures = [*(other[0] for other in others), asked[0]]
        images = tuple(prepare_image(picture, profile.image) for picture in pictures)
        found.append(SamplePrompt(tokens, images))
    return found


@torch.inference_mode()
def check_graphs(
    reference: Flamingo, backend: Backend, rules: TokenRules, prompts: Sequence[SamplePrompt]
) -> CheckResult:
    """Ask the graphs and let torch read their answers."""
    worst, same, tokens = 0.0, 0, 0
    engine = Engine(backend, rules)
    never = threading.Event()
    for prompt in prompts:
        read = engine.prefill(prompt.tokens, prompt.images, never, room=NEW_TOKENS)
        sampling = Sampling(max_new_tokens=NEW_TOKENS)
        answer = [new.token for new in engine.decode(read, sampling, never)]
        row = [*prompt.tokens, *answer[:-1]]
        index = media_index([token == rules.image for token in prompt.tokens], rules.placement)
        seen = decode_index(rules.placement, len(prompt.images))
        index += [seen] * (len(answer) - 1)
        wanted = tuple(range(len(prompt.tokens) - 1, len(row)))
        step = Step(np.array([row], np.int64), np.array([index], np.int64), wanted=wanted)
        ours = _graphs(backend, step, prompt.images)
        theirs = _torch(reference, step, prompt.images)
        worst = max(worst, float(np.abs(ours - theirs).max()))
        theirs[..., list(rules.suppressed)] = -np.inf
        same += int((theirs[0].argmax(-1) == np.array(answer)).sum())
        tokens += len(answer)
    return CheckResult(worst, same, tokens)


@torch.inference_mode()
def random_difference(reference: Flamingo, backend: Backend, images: Sequence[ModelImage]) -> float:
    """Give the largest difference of a logit over padded rows, a cache and several images."""
    rng = np.random.default_rng(0)
    vocabulary = reference.config.language.vocabulary
    tokens = rng.integers(0, vocabulary, (ROWS, CACHED + NEW))
    index = rng.integers(0, len(images) + 1, tokens.shape)
    mask = (np.arange(tokens.shape[1]) >= np.arange(ROWS)[:, None]).astype(np.int64)
    encoded = backend.encode(np.stack([image.pixels for image in images]))
    media = backend.join([encoded] * ROWS)
    state = backend.pick(backend.start([], 0), [0] * ROWS)
    first = Step(tokens[:, :CACHED], index[:, :CACHED], mask[:, :CACHED])
    _, state = backend.forward(first, media, state)
    every = tuple(range(NEW))
    second = Step(tokens[:, CACHED:], index[:, CACHED:], mask, every)
    ours, _ = backend.forward(second, media, state)
    whole = Step(tokens, index, mask, tuple(range(CACHED, CACHED + NEW)))
    return float(np.abs(ours - _torch(reference, whole, images)).max())


def _graphs(backend: Backend, step: Step, images: Sequence[ModelImage]) -> FloatArray:
    encoded = backend.encode(np.stack([image.pixels for image in images]))
    state = backend.start([], step.tokens.shape[1])
    logits, _ = backend.forward(step, backend.join([encoded]), state)
    return logits


def _torch(model: Flamingo, step: Step, images: Sequence[ModelImage]) -> FloatArray:
    pixels = torch.from_numpy(np.stack([image.pixels for image in images]))
    latents: Tensor = model.resampler(model.vision(pixels))
    rows = len(step.tokens)
    media = model.project_media(latents.expand(rows, *latents.shape))
    mask = None if step.mask is None else torch.from_numpy(step.mask)
    logits = model.decode(
        torch.from_numpy(step.tokens),
        media,
        torch.from_numpy(step.media_index),
        GrowingCache(),
        mask,
        step.wanted,
    )
    return np.asarray(logits.numpy(), dtype=np.float32)


def _sample_cases() -> list[tuple[bytes, str, str]]:
    """Give picture, question and answer of every sample case."""
    with zipfile.ZipFile(resource("samples") / "sample.casebook") as archive:
        cases = json.loads(archive.read("casebook.json"))["cases"]
        return [
            (
                archive.read(f"images/{case['images'][0]['sha256']}.png"),
                str(case["question"]),
                str(case["answer"]),
            )
            for case in cases
        ]

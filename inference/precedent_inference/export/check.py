"""Exported graphs against torch, before anybody sees them.

The sample cases are asked of the graphs, each as a question over others; torch then reads prompt
and answer in one pass and says which token it would have chosen at each place.
"""

import json
import math
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


class GraphCheck:
    """Asks the graphs and lets torch read their answers; each picture is encoded once a side."""

    def __init__(self, reference: Flamingo, backend: Backend, rules: TokenRules) -> None:
        self._reference = reference
        self._engine = Engine(backend, rules)
        self._latents: dict[str, Tensor] = {}

    @torch.inference_mode()
    def ask(self, prompt: SamplePrompt, cancel: threading.Event) -> CheckResult:
        """Compare one answer. Raises Cancelled."""
        engine, rules = self._engine, self._engine.rules
        read = engine.prefill(prompt.tokens, prompt.images, cancel, room=NEW_TOKENS)
        sampling = Sampling(max_new_tokens=NEW_TOKENS)
        answer = [new.token for new in engine.decode(read, sampling, cancel)]
        row = [*prompt.tokens, *answer[:-1]]
        index = media_index([token == rules.image for token in prompt.tokens], rules.placement)
        seen = decode_index(rules.placement, len(prompt.images))
        index += [seen] * (len(answer) - 1)
        wanted = tuple(range(len(prompt.tokens) - 1, len(row)))
        step = Step(np.array([row], np.int64), np.array([index], np.int64), wanted=wanted)
        state = engine.backend.start([], len(row))
        ours, _ = engine.backend.forward(step, engine.backend.join([read.encoded]), state)
        theirs = self._torch(step, prompt.images)
        difference = largest_difference(ours, theirs)
        theirs[..., list(rules.suppressed)] = -np.inf
        same = int((theirs[0].argmax(-1) == np.array(answer)).sum())
        return CheckResult(difference, same, len(answer))

    @torch.inference_mode()
    def random_difference(self, images: Sequence[ModelImage]) -> float:
        """Give the largest difference of a logit over padded rows, a cache and several images."""
        rng = np.random.default_rng(0)
        backend, vocabulary = self._engine.backend, self._reference.config.language.vocabulary
        tokens = rng.integers(0, vocabulary, (ROWS, CACHED + NEW))
        index = rng.integers(0, len(images) + 1, tokens.shape)
        mask = (np.arange(tokens.shape[1]) >= np.arange(ROWS)[:, None]).astype(np.int64)
        encoded, _ = self._engine.encode(images)
        media = backend.join([encoded] * ROWS)
        state = backend.pick(backend.start([], 0), [0] * ROWS)
        first = Step(tokens[:, :CACHED], index[:, :CACHED], mask[:, :CACHED])
        _, state = backend.forward(first, media, state)
        second = Step(tokens[:, CACHED:], index[:, CACHED:], mask, tuple(range(NEW)))
        ours, _ = backend.forward(second, media, state)
        whole = Step(tokens, index, mask, tuple(range(CACHED, CACHED + NEW)))
        return largest_difference(ours, self._torch(whole, images))

    def _torch(self, step: Step, images: Sequence[ModelImage]) -> FloatArray:
        model, rows = self._reference, len(step.tokens)
        new = {image.key: image for image in images if image.key not in self._latents}
        if new:
            pixels = np.stack([image.pixels for image in new.values()])
            self._latents |= zip(new, model.encode_images(torch.from_numpy(pixels)), strict=True)
        latents = torch.stack([self._latents[image.key] for image in images])
        media = model.project_media(latents.expand(rows, *latents.shape))
        mask = None if step.mask is None else torch.from_numpy(step.mask)
        tokens, index = torch.from_numpy(step.tokens), torch.from_numpy(step.media_index)
        logits = model.decode(tokens, media, index, GrowingCache(), mask, step.wanted)
        return np.asarray(logits.numpy(), dtype=np.float32)


def largest_difference(ours: FloatArray, theirs: FloatArray) -> float:
    """Give the largest difference of a logit; infinite where one of ours is no number."""
    if not np.isfinite(ours).all():
        return math.inf
    return float(np.abs(ours - theirs).max())


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

"""A tiny random Flamingo on disk, pictures and requests; everything is made here, from seeds."""

import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from precedent_inference.config import (
    CrossAttentionConfig,
    FlamingoConfig,
    LanguageConfig,
    ResamplerConfig,
    VisionConfig,
)
from precedent_inference.images import ImageRecipe
from precedent_inference.model.flamingo import Flamingo
from precedent_inference.model.weights import save_flamingo
from precedent_inference.models import ModelFolder, seal
from precedent_inference.placement import Placement
from precedent_inference.profile import ModelProfile, StopRules
from precedent_inference.prompt import Prompt, Query, Shot
from precedent_inference.protocol import AskRequest, Sampling
from precedent_inference.templates import Templates

SPECIALS = ["<PAD>", "<s>", "<image>", "<|endofchunk|>"]
VOCABULARY = 320
SIZE = 32


def tiny_config(placement: Placement) -> FlamingoConfig:
    return FlamingoConfig(
        vision=VisionConfig(SIZE, 16, 32, 1, 2, 64, "gelu"),
        resampler=ResamplerConfig(depth=1, heads=2, head_width=16, latents=4),
        language=LanguageConfig(VOCABULARY, 32, 2, 2, 64),
        cross_attention=CrossAttentionConfig(every=1, heads=2, head_width=16),
        placement=placement,
    )


def tiny_profile(placement: Placement) -> ModelProfile:
    return ModelProfile(
        name=f"tiny-{placement}",
        kind="flamingo",
        image=ImageRecipe(SIZE, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)),
        max_images=9,
        context_tokens=512,
        placement=placement,
        needs_shots=True,
        templates=Templates(
            shot="<image>Question: {question} Answer: {answer}<|endofchunk|>",
            query="<image>Question: {question} Answer:",
            start="<s>",
        ),
        stop=StopRules(("<|endofchunk|>",)),
        suppress=("<image>", "<PAD>", "<s>"),
        licence="none",
        intended_use="tests",
        known_limits=("It is random.",),
    )


def tiny_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIALS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    text = "Question: What is this? Answer: benign Question: Which class? Answer: malignant mass"
    tokenizer.train_from_iterator([text] * 8, trainer)
    return tokenizer


def write_tiny_model(folder: Path, placement: Placement) -> ModelFolder:
    """Random weights with open gates, so that every part of the model shows in its logits."""
    folder.mkdir(parents=True)
    torch.manual_seed(7)
    model = Flamingo(tiny_config(placement))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("_gate"):
                parameter.fill_(0.8)
            elif parameter.dim() > 1:
                parameter.normal_(std=0.35)
    save_flamingo(model, folder)
    tiny_tokenizer().save(str(folder / "tokenizer.json"))
    (folder / "card.md").write_text("# Tiny\n\nRandom; it knows nothing.\n", encoding="utf-8")
    return ModelFolder(folder, seal(folder, tiny_profile(placement)))


def picture(seed: int, size: tuple[int, int] = (40, 36)) -> bytes:
    """A PNG of seeded noise, (columns, rows)."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def tiny_request(
    shots: int = 2, *, model: str = "tiny-previous", max_new_tokens: int = 6, seed: int = 0
) -> AskRequest:
    """A request to the tiny model with `shots` shots."""
    prompt = Prompt(
        tuple(
            Shot((picture(at),), "Which class?", "benign" if at % 2 else "mass", f"case-{at}")
            for at in range(shots)
        ),
        Query((picture(99),), "Which class?"),
    )
    return AskRequest(prompt, model, Sampling(max_new_tokens, seed=seed))

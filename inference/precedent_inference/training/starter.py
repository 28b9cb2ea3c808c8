"""`precedent train starter`: from a seed to a model folder, resumable at every stage."""

from dataclasses import dataclass
from pathlib import Path

import torch

from precedent_inference.images import ImageRecipe
from precedent_inference.model.flamingo import Flamingo
from precedent_inference.model.weights import save_flamingo
from precedent_inference.models import seal
from precedent_inference.profile import (
    Feature,
    ModelProfile,
    StopRules,
)
from precedent_inference.templates import Templates
from precedent_inference.training.bank import PictureBank, load_bank, make_bank, save_bank
from precedent_inference.training.curves import append_curve
from precedent_inference.training.encoder_stage import Encoder, train_encoder
from precedent_inference.training.language_stage import LatentBank, prepare, train_language
from precedent_inference.training.latents import encode_bank
from precedent_inference.training.recipe import (
    FEATURE_LATENTS,
    IMAGE_DEVIATION,
    IMAGE_MEAN,
    STARTER,
    Recipe,
)
from precedent_inference.training.vocabulary import (
    END_OF_CHUNK,
    IMAGE,
    PAD,
    START,
    load_tokenizer,
    train_tokenizer,
)

TOKENIZER_FILE = "tokenizer.json"
MAX_IMAGES = 9
CONTEXT_TOKENS = 512

KNOWN_LIMITS = (
    "It has no medical knowledge: it compares pictures and copies the answer of the most alike.",
    "It sees 96 x 96 pixels of the middle square; small findings vanish.",
    "Without reference cases its answer means nothing.",
    "It was trained on procedural pictures alone.",
)


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a run keeps its checkpoints, and what it runs on."""

    folder: Path
    seed: int
    device: torch.device


def open_workplace(folder: Path, seed: int, device: str, *, threads: int = 0) -> Workplace:
    """Choose the device ("auto" takes a GPU when there is one) and threads (0: all)."""
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if threads:
        torch.set_num_threads(threads)
    folder.mkdir(parents=True, exist_ok=True)
    return Workplace(folder, seed, torch.device(device))


def train_starter(recipe: Recipe, work: Workplace, out: Path) -> None:
    """Run every stage that is not finished, then write the model folder `out`."""
    bank = _bank(recipe, work)
    encoder = _encoder(recipe, work, bank)
    latents = encode_bank(encoder, bank, work.seed, work.folder / "latents.pt")
    model = _language(recipe, work, latents)
    graft(encoder, model)
    write_model_folder(model, work.folder / TOKENIZER_FILE, out)


def graft(encoder: Encoder, model: Flamingo) -> None:
    """Give the model the trained eyes."""
    model.vision.load_state_dict(encoder.vision.state_dict())
    model.resampler.load_state_dict(encoder.resampler.state_dict())


def write_model_folder(model: Flamingo, tokenizer: Path, out: Path) -> None:
    """Write weights, configuration, tokenizer and profile with their hashes."""
    out.mkdir(parents=True, exist_ok=True)
    save_flamingo(model, out)
    (out / TOKENIZER_FILE).write_bytes(tokenizer.read_bytes())
    seal(out, starter_profile())


def starter_profile() -> ModelProfile:
    """Give what the starter model says of itself."""
    return ModelProfile(
        name="starter",
        kind="flamingo",
        image=ImageRecipe(
            size=STARTER.vision.image_size,
            mean=(IMAGE_MEAN, IMAGE_MEAN, IMAGE_MEAN),
            std=(IMAGE_DEVIATION, IMAGE_DEVIATION, IMAGE_DEVIATION),
        ),
        max_images=MAX_IMAGES,
        trained_images=MAX_IMAGES,
        context_tokens=CONTEXT_TOKENS,
        placement=STARTER.placement,
        templates=Templates(
            shot=f"{IMAGE}Question: {{question}} Answer: {{answer}}{END_OF_CHUNK}",
            query=f"{IMAGE}Question: {{question}} Answer:",
            start=START,
        ),
        stop=StopRules(tokens=(END_OF_CHUNK,)),
        takes_shots="yes",
        needs_shots=True,
        image_token=IMAGE,
        suppress=(IMAGE, PAD, START),
        feature=Feature(pool="mean", latents=FEATURE_LATENTS),
        licence="GPL-3.0-or-later",
        intended_use="A demonstration of comparison in context; for teaching and tests.",
        known_limits=KNOWN_LIMITS,
    )


def _bank(recipe: Recipe, work: Workplace) -> PictureBank:
    path = work.folder / "bank.npz"
    if not path.exists():
        bank = make_bank(work.seed, recipe.classes, recipe.instances, recipe.marked)
        save_bank(bank, path)
    return load_bank(path)


def _encoder(recipe: Recipe, work: Workplace, bank: PictureBank) -> Encoder:
    torch.manual_seed(work.seed)
    encoder = Encoder(STARTER).to(work.device)
    for name, settings in (("encoder", recipe.encoder), ("refinement", recipe.refinement)):
        checkpoint, curve = work.folder / f"{name}.pt", work.folder / f"{name}.csv"
        for losses in train_encoder(encoder, bank, settings, work.seed, checkpoint):
            append_curve(curve, losses)
    return encoder.eval()


def _language(recipe: Recipe, work: Workplace, latents: LatentBank) -> Flamingo:
    path = work.folder / TOKENIZER_FILE
    if not path.exists():
        train_tokenizer(work.seed).save(str(path))
    torch.manual_seed(work.seed + 1)
    model = Flamingo(STARTER).to(work.device)
    prepare(model)
    tokenizer = load_tokenizer(path)
    for name, settings in (("language", recipe.language), ("sharpening", recipe.sharpening)):
        checkpoint, curve = work.folder / f"{name}.pt", work.folder / f"{name}.csv"
        for losses in train_language(model, tokenizer, latents, settings, work.seed, checkpoint):
            append_curve(curve, losses)
    return model.eval()

"""`model import` for the Flamingo family: a release on disk to a model folder of ours.

Everything is written into a draft folder beside the target, which no list of models shows; the last
step gives it its name.
"""

import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from precedent_inference.config import FlamingoConfig, config_to_json
from precedent_inference.errors import Cancelled, ModelError
from precedent_inference.images import ImageRecipe
from precedent_inference.importing.card import card_text
from precedent_inference.importing.convert import (
    Conversion,
    Progress,
    Report,
    StoredPrecision,
    stored_bytes,
    write_weights,
)
from precedent_inference.importing.draft import new_draft, publish
from precedent_inference.importing.release import Release, find_release
from precedent_inference.importing.sizes import infer_config
from precedent_inference.importing.source import WeightSource
from precedent_inference.importing.tokens import (
    END_OF_CHUNK,
    IMAGE,
    PAD,
    ReleasedTokenizer,
    read_tokenizer,
)
from precedent_inference.models import (
    CARD_FILE,
    CONFIG_FILE,
    TOKENIZER_FILE,
    ModelFolder,
    hash_with_progress,
    seal,
)
from precedent_inference.placement import Placement
from precedent_inference.profile import AnswerRules, ModelProfile, StopRules
from precedent_inference.templates import Templates

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
"""Of the pictures that CLIP was trained on (Radford et al. 2021)."""

MAX_IMAGES = 9
"""Eight references and the question's; the authors' few-shot prompts hold seven in all."""

TRAINED_IMAGES = 10
"""Of Med-Flamingo's second stage; the first, OpenFlamingo's own, held five."""

SPARE_BYTES = 64 * 1024**2
"""Free space wanted beyond the weights, for the small files."""

PREAMBLE = (
    "Below are medical images, each with a question and its answer. Answer the last question "
    "about the last image in the same way."
)
"""In our own words; the profile is where a site puts others."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What the user asks for."""

    paths: tuple[Path, ...]
    name: str
    precision: StoredPrecision = "stored"
    placement: Placement | None = None
    """None for that of the checkpoint's generation."""
    start: int | None = None
    """The first token's id; None for what the tokenizer's settings say."""


def import_model(
    order: ImportOrder, target: Path, report: Report, cancel: threading.Event
) -> ModelFolder:
    """Import a release into the folder `target`, which must not exist.

    Raises ModelError for whatever is wrong with the files or the disk, and Cancelled; nothing is
    left behind then.
    """
    if target.exists():
        raise ModelError(f"{target} exists already.", "Choose another name, or remove it first.")
    report(Progress("Looking at the files", 0, 1))
    parts = _read_parts(order)
    report(Progress("Looking at the files", 1, 1))
    try:
        with new_draft(target) as draft:
            sealed = _write(parts, order, draft, _Watch(report, cancel))
            publish(draft, target)
    except OSError as error:
        raise ModelError(
            f"The model cannot be written to {target.parent}: {error.strerror or error}.",
            "Nothing was kept; free space or choose another folder with --to.",
        ) from error
    return ModelFolder(target, sealed)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A release that was looked at and belongs together."""

    release: Release
    weights: WeightSource
    config: FlamingoConfig
    tokenizer: ReleasedTokenizer

    @property
    def has_head_rows(self) -> bool:
        """Whether the release has output rows for the tokens that Flamingo added."""
        return self.weights.shapes["lm_head.weight"][0] == self.config.language.vocabulary


@dataclass(frozen=True, slots=True)
class _Watch:
    """Whom to tell, and when to stop."""

    report: Report
    cancel: threading.Event

    def tell(self, stage: str, done: int, total: int) -> None:
        """Tell how far a stage is. Raises Cancelled when the user wants no more."""
        if self.cancel.is_set():
            raise Cancelled("The import was stopped; nothing was kept.")
        self.report(Progress(stage, done, total))


def _read_parts(order: ImportOrder) -> _Parts:
    release = find_release(order.paths, order.placement)
    weights = release.weights
    config = infer_config(weights.shapes, release.stated)
    release.require_agreement(config)
    weights.check(config)
    vocabulary = config.language.vocabulary
    if order.start is not None and not 0 <= order.start < vocabulary:
        raise ModelError(
            f"The first token {order.start} is none of the model's {vocabulary}.",
            "LLaMA's is 1; old copies began with 0.",
        )
    return _Parts(release, weights, config, read_tokenizer(release.tokenizer_folder, vocabulary))


def _write(parts: _Parts, order: ImportOrder, draft: Path, watch: _Watch) -> ModelProfile:
    """Fill the draft; give the profile with the hashes of what was written."""
    plan = Conversion(parts.config, order.precision)
    _require_space(draft, stored_bytes(parts.weights, plan))
    write_weights(parts.weights, plan, draft, watch.report, watch.cancel)
    hashes = _source_hashes(parts.release.sources, watch)
    profile = _profile(order, parts)
    card = card_text(profile, parts.config, parts.tokenizer, hashes)
    files = {
        CONFIG_FILE: config_to_json(parts.config),
        TOKENIZER_FILE: parts.tokenizer.tokenizer.to_str(),
        CARD_FILE: card,
    }
    for name, text in files.items():
        (draft / name).write_text(text, encoding="utf-8")
    total = sum(path.stat().st_size for path in draft.iterdir())
    sealed = seal(draft, profile, lambda done: watch.tell("Hashing the model", done, total))
    watch.tell("Hashing the model", total, total)
    return sealed


def _require_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE_BYTES:
        raise ModelError(
            f"The model needs {needed / 1e9:.1f} GB in {folder.parent}; {free / 1e9:.1f} GB are "
            "free.",
            "Free space, choose another folder with --to, or import with --precision bf16.",
        )


def _source_hashes(sources: Sequence[Path], watch: _Watch) -> dict[str, str]:
    """Give the SHA-256 of every file that went in, for the card."""
    hashes: dict[str, str] = {}
    before = 0
    try:
        total = sum(path.stat().st_size for path in sources)
        for path in sources:

            def tell(done: int, before: int = before) -> None:
                watch.tell("Hashing the sources", before + done, total)

            hashes[f"{path.parent.name}/{path.name}"] = hash_with_progress(path, tell)
            before += path.stat().st_size
    except OSError as error:
        raise ModelError(
            f"A source cannot be read: {error.strerror or error}.", "Copy the release again."
        ) from error
    return hashes


def _profile(order: ImportOrder, parts: _Parts) -> ModelProfile:
    config, tokenizer = parts.config, parts.tokenizer
    has_pad = tokenizer.tokenizer.token_to_id(PAD) is not None
    start = tokenizer.start if order.start is None else order.start
    return ModelProfile(
        name=order.name,
        kind="flamingo",
        image=ImageRecipe(config.vision.image_size, CLIP_MEAN, CLIP_STD),
        max_images=MAX_IMAGES,
        trained_images=TRAINED_IMAGES,
        context_tokens=parts.release.language.context_tokens,
        placement=config.placement,
        templates=Templates(
            shot=f"{IMAGE}Question: {{question}} Answer: {{answer}}{END_OF_CHUNK}",
            query=f"{IMAGE}Question: {{question}} Answer:",
            start=start,
            preamble=PREAMBLE,
        ),
        # A head without rows for the added tokens never learned to end: texts must end answers.
        stop=StopRules((END_OF_CHUNK,), ("Question:", "Answer:"), is_learned=parts.has_head_rows),
        answer=AnswerRules(("<unk> ",)),
        suppress=(IMAGE, PAD) if has_pad else (IMAGE,),
        licence="As its parts: LLaMA, CLIP and the Flamingo checkpoint each have their own.",
        intended_use="Research and teaching; no medical device.",
        known_limits=(
            "Its answers about pathology are weak, in its authors' own evaluation too.",
            "Pictures are cropped to their central square; edges of wide ones are not seen.",
            "It was trained on texts with at most ten pictures, its first stage with five.",
            "It may repeat the references' answers whatever the picture shows.",
        ),
    )

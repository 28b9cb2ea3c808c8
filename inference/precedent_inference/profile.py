"""The model profile: one file beside a model's weights that says what the model is.

No code asks for a model by name; what differs between models is stated here and checked on reading.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from precedent_inference.errors import ModelError
from precedent_inference.images import INTERPOLATIONS, ImageRecipe
from precedent_inference.json_border import Table
from precedent_inference.placement import PLACEMENTS, Placement
from precedent_inference.templates import Templates, require_whole

PROFILE_FILE = "profile.json"
FORMAT, VERSION = "precedent-model", 1

TakesShots = Literal["yes", "no", "harmful"]
Pool = Literal["mean", "flatten"]


@dataclass(frozen=True, slots=True)
class StopRules:
    """What ends an answer."""

    tokens: tuple[str, ...]
    texts: tuple[str, ...] = ()
    """The answer ends before the first of these."""
    is_learned: bool = True
    """Whether the model learned when to write a stop token. False for OpenFlamingo V1, whose output
    row of it was never trained: its probability says nothing there, and texts end the answer."""


@dataclass(frozen=True, slots=True)
class AnswerRules:
    """What is cleaned out of an answer; white space around it always is."""

    drop: tuple[str, ...] = ()
    """Taken out wherever they stand, such as the mark of an unknown token."""


@dataclass(frozen=True, slots=True)
class Feature:
    """How an image's latents become the one vector by which images are compared."""

    pool: Pool = "mean"
    latents: tuple[int, ...] | None = None
    """The latents that count; None for all."""


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """What a model is, takes and may be used for."""

    name: str
    kind: str
    """The family of code that runs it: "flamingo"."""
    image: ImageRecipe
    max_images: int
    context_tokens: int
    """Prompt and answer together."""
    placement: Placement
    templates: Templates
    stop: StopRules
    answer: AnswerRules = field(default_factory=AnswerRules)
    takes_shots: TakesShots = "yes"
    needs_shots: bool = False
    """The model answers only by comparison; without shots its answer means nothing."""
    image_token: str = "<image>"
    suppress: tuple[str, ...] = ("<image>",)
    """Tokens that are never generated."""
    feature: Feature = field(default_factory=Feature)
    trained_images: int | None = None
    """The most pictures that a prompt held in training; None when it is not known."""
    licence: str = ""
    intended_use: str = ""
    known_limits: tuple[str, ...] = ()
    hashes: tuple[tuple[str, str], ...] = ()
    """File name inside the folder and its SHA-256, sorted by name."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything the profile says, the files' hashes included."""
        return hashlib.sha256(profile_to_json(self).encode()).hexdigest()


def read_profile(folder: Path) -> ModelProfile:
    """Read and check a model folder's profile. Raises ModelError with what is wrong and where."""
    path = folder / PROFILE_FILE
    try:
        raw: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The profile of model {folder.name} cannot be read: {error}.",
            "Copy or import the model again.",
        ) from error
    return profile_from_json(raw, f"{folder.name}/{PROFILE_FILE}")


def profile_from_json(raw: object, where: str) -> ModelProfile:
    """Check a decoded profile; `where` names it in errors."""
    table = Table.of(raw, where, ModelError)
    if table.text("format") != FORMAT or table.integer("version") != VERSION:
        raise ModelError(
            f"{where} is not a model profile of version {VERSION}.",
            "Update Precedent or the model.",
        )
    image_token = table.text("image_token", default="<image>")
    return ModelProfile(
        name=table.text("name"),
        kind=table.choice("kind", ("flamingo",)),
        image=recipe_from_json(table.table("image")),
        max_images=table.integer("max_images", least=1),
        context_tokens=table.integer("context_tokens", least=8),
        placement=table.choice("placement", PLACEMENTS),
        templates=_templates(table.table("templates"), image_token),
        stop=_stop_rules(table.table("stop")),
        answer=_answer_rules(table.table("answer", default={})),
        takes_shots=table.choice("takes_shots", get_args(TakesShots)),
        needs_shots=table.flag("needs_shots", default=False),
        image_token=image_token,
        suppress=table.texts("suppress", default=("<image>",)),
        feature=_feature(table.table("feature", default={"pool": "mean"})),
        trained_images=_trained_images(table),
        licence=table.text("licence", default=""),
        intended_use=table.text("intended_use", default=""),
        known_limits=table.texts("known_limits", default=()),
        hashes=_hashes(table.table("hashes", default={})),
    )


def profile_to_json(profile: ModelProfile) -> str:
    """Give the text of `profile.json`, the same for the same profile."""
    recipe, templates, feature = profile.image, profile.templates, profile.feature
    raw: dict[str, object] = {
        "format": FORMAT,
        "version": VERSION,
        "name": profile.name,
        "kind": profile.kind,
        "image": {
            "size": recipe.size,
            "resize": "shortest",
            "crop": "centre",
            "interpolation": recipe.interpolation,
            "mean": list(recipe.mean),
            "std": list(recipe.std),
            "channels": "rgb",
        },
        "max_images": profile.max_images,
        "context_tokens": profile.context_tokens,
        "placement": profile.placement,
        "takes_shots": profile.takes_shots,
        "needs_shots": profile.needs_shots,
        "image_token": profile.image_token,
        "suppress": list(profile.suppress),
        "templates": {
            "start": templates.start,
            "preamble": templates.preamble,
            "shot": templates.shot,
            "query": templates.query,
            "rationale_shot": templates.rationale_shot,
            "rationale_query": templates.rationale_query,
        },
        "stop": {
            "tokens": list(profile.stop.tokens),
            "texts": list(profile.stop.texts),
            "is_learned": profile.stop.is_learned,
        },
        "answer": {"drop": list(profile.answer.drop)},
        "feature": {
            "pool": feature.pool if feature.latents is None else {"latents": list(feature.latents)}
        },
        "licence": profile.licence,
        "intended_use": profile.intended_use,
        "known_limits": list(profile.known_limits),
        "hashes": dict(profile.hashes),
    }
    if profile.trained_images is not None:
        raw["trained_images"] = profile.trained_images
    return json.dumps(raw, indent=1, ensure_ascii=False) + "\n"


def recipe_from_json(table: Table) -> ImageRecipe:
    """Check how an encoder wants its pictures. Raises the table's error."""
    table.choice("resize", ("shortest",))
    table.choice("crop", ("centre",))
    table.choice("channels", ("rgb",))
    return ImageRecipe(
        size=table.integer("size", least=1),
        mean=_three(table, "mean"),
        std=_three(table, "std"),
        interpolation=table.choice("interpolation", INTERPOLATIONS),
    )


def _three(table: Table, name: str) -> tuple[float, float, float]:
    numbers = table.numbers(name)
    if len(numbers) != 3 or (name == "std" and 0 in numbers):
        raise ModelError(f"{table.where}: {name} must be three numbers, and std never 0.")
    return numbers[0], numbers[1], numbers[2]


def _templates(table: Table, image_token: str) -> Templates:
    templates = Templates(
        shot=table.text("shot"),
        query=table.text("query"),
        start=table.text_or_integer("start"),
        preamble=table.text("preamble", default=""),
        rationale_shot=table.optional_text("rationale_shot"),
        rationale_query=table.optional_text("rationale_query"),
    )
    require_whole(templates, image_token, table.where, ModelError)
    return templates


def _stop_rules(table: Table) -> StopRules:
    texts = table.texts("texts", default=())
    if "" in texts:
        raise ModelError(f"{table.where}: texts must not hold an empty text.")
    return StopRules(table.texts("tokens"), texts, table.flag("is_learned", default=True))


def _answer_rules(table: Table) -> AnswerRules:
    drop = table.texts("drop", default=())
    if "" in drop:
        raise ModelError(f"{table.where}: drop must not hold an empty text.")
    if any(one != other and other.startswith(one) for one in drop for other in drop):
        raise ModelError(f"{table.where}: no text of drop may begin with another.")
    return AnswerRules(drop)


def _feature(table: Table) -> Feature:
    if table.holds_text("pool"):
        return Feature(table.choice("pool", get_args(Pool)))
    latents = table.table("pool").integers("latents")
    if not latents or min(latents) < 0:
        raise ModelError(f"{table.where}: pool must name at least one latent, counted from 0.")
    return Feature("mean", latents)


def _trained_images(table: Table) -> int | None:
    if table.values.get("trained_images") is None:
        return None
    return table.integer("trained_images", least=1)


def _hashes(table: Table) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, table.text(name)) for name in table.names))

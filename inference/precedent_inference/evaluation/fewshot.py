"""How well a model answers by precedent: exact text, beside what needs no model at all.

Every picture is encoded once. A score stands beside the majority, the nearest neighbour on raw
pixels and on the model's own features, the model without shots, and the model with permuted labels;
alone it says nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from precedent_inference.answering import Answerer, summary
from precedent_inference.backends.base import FloatArray
from precedent_inference.errors import EvaluationError
from precedent_inference.evaluation.fewshot_data import Episode, Example, draw_episodes
from precedent_inference.images import ModelImage, prepare_image
from precedent_inference.profile import Feature
from precedent_inference.prompt import Prompt, Query, Shot

DEFAULT_QUESTION = "What does this show?"
RAW_SIDE = 32
"""Pixels along each side of the grey thumbnail that the raw nearest neighbour compares."""
BATCH = 32
RESAMPLES = 2_000
SPARE_TOKENS = 2
"""New tokens beyond the longest label; a longer answer is wrong anyway."""

Bools = NDArray[np.bool_]
Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure."""

    ways: int
    shots: int
    """Of each class."""
    episodes: int
    seed: int
    question: str = DEFAULT_QUESTION
    permute_labels: bool = False
    """Measure with permuted labels only; the score is still counted by the true label."""


@dataclass(frozen=True, slots=True)
class Score:
    """A share of episodes and its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Report:
    """One measurement."""

    model: dict[str, str]
    plan: Plan
    labels: tuple[str, ...]
    accuracy: Score
    """Exact text of the true label."""
    follows_permuted: Score
    """Exact text of the permuted label, when the shots' labels are permuted."""
    permuted: Score
    """Exact text of the true label, when the shots' labels are permuted."""
    zero_shot: Score
    majority: Score
    """The label that most shots have, the first among equals: with balanced shots, chance."""
    raw_pixels: Score
    features: Score
    features_mean: Score
    raw_method: str
    features_method: str


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Every picture, ready: as the model sees it, and as two vectors to compare."""

    images: list[ModelImage]
    raw: FloatArray
    """(pictures, values)."""
    features: FloatArray
    """(pictures, values)."""


def hang(
    answerer: Answerer, examples: Sequence[Example], progress: Progress = lambda _: None
) -> Gallery:
    """Prepare and encode every picture once. Raises ImageError with the file's name."""
    images: list[ModelImage] = []
    raw: list[FloatArray] = []
    features: list[FloatArray] = []
    for start in range(0, len(examples), BATCH):
        part = [_prepare(example, answerer) for example in examples[start : start + BATCH]]
        encoded, _ = answerer.engine.encode(part)
        images += part
        raw += [thumbnail(image) for image in part]
        features += [pool(image.latents, answerer.profile.feature) for image in encoded]
        progress(len(part))
    return Gallery(images, np.stack(raw), np.stack(features))


def evaluate(
    answerer: Answerer,
    examples: Sequence[Example],
    gallery: Gallery,
    plan: Plan,
    progress: Progress = lambda _: None,
) -> Report:
    """Measure one plan over the examples; `gallery` holds the same pictures in the same order."""
    episodes = draw_episodes(examples, plan.ways, plan.shots, plan.episodes, plan.seed)
    truth = [examples[episode.query].label for episode in episodes]
    asker = _Asker(answerer, examples, gallery, plan, progress)
    moved = [permuted_labels(episode.labels) for episode in episodes]
    same = [{label: label for label in episode.labels} for episode in episodes]
    with_permuted = asker.answers(episodes, moved)
    without = asker.answers([Episode((), e.query, e.labels) for e in episodes], same)
    plain = with_permuted if plan.permute_labels else asker.answers(episodes, same)
    wanted = [names[label] for names, label in zip(moved, truth, strict=True)]

    def score(hits: Bools) -> Score:
        return bootstrap(hits, plan.seed)

    def nearest(vectors: FloatArray, *, by_mean: bool = False) -> Score:
        found = [nearest_label(vectors, examples, e, by_mean=by_mean) for e in episodes]
        return score(_equal(found, truth))

    feature = answerer.profile.feature
    return Report(
        model={
            name: str(value)
            for name, value in asdict(summary(answerer.profile, answerer.engine)).items()
        },
        plan=plan,
        labels=tuple(sorted({label for episode in episodes for label in episode.labels})),
        accuracy=score(_equal(plain, truth)),
        follows_permuted=score(_equal(with_permuted, wanted)),
        permuted=score(_equal(with_permuted, truth)),
        zero_shot=score(_equal(without, truth)),
        majority=score(_equal([commonest_label(examples, e) for e in episodes], truth)),
        raw_pixels=nearest(gallery.raw),
        features=nearest(_unit(gallery.features)),
        features_mean=nearest(_unit(gallery.features), by_mean=True),
        raw_method=f"nearest shot, Euclidean, {RAW_SIDE} x {RAW_SIDE} grey",
        features_method=f"nearest shot, cosine, {describe(feature)}",
    )


class _Asker:
    """Puts episodes to the model in batches."""

    def __init__(
        self,
        answerer: Answerer,
        examples: Sequence[Example],
        gallery: Gallery,
        plan: Plan,
        progress: Progress,
    ) -> None:
        self._answerer = answerer
        self._examples = examples
        self._gallery = gallery
        self._plan = plan
        self._progress = progress

    def answers(self, episodes: Sequence[Episode], names: Sequence[dict[str, str]]) -> list[str]:
        """Give the model's answer for each episode; `names` says what each label is called."""
        longest = max(
            self._answerer.count_tokens(f" {label}") for e in episodes for label in e.labels
        )
        found: list[str] = []
        for start in range(0, len(episodes), BATCH):
            part = range(start, min(start + BATCH, len(episodes)))
            prompts = [self._prompt(episodes[at], names[at]) for at in part]
            images = [
                [self._gallery.images[i] for i in (*episodes[at].shots, episodes[at].query)]
                for at in part
            ]
            found += self._answerer.answer_many(prompts, images, longest + SPARE_TOKENS)
            self._progress(len(part))
        return found

    def _prompt(self, episode: Episode, names: dict[str, str]) -> Prompt:
        question = self._plan.question
        labels = [self._examples[shot].label for shot in episode.shots]
        shots = tuple(Shot((b"",), question, names[label]) for label in labels)
        return Prompt(shots, Query((b"",), question))


def permuted_labels(labels: tuple[str, ...]) -> dict[str, str]:
    """Call each label by the next one's name, so that none keeps its own."""
    return dict(zip(labels, (*labels[1:], labels[0]), strict=True))


def commonest_label(examples: Sequence[Example], episode: Episode) -> str:
    """Give the label that most shots have, the first shot's among equals."""
    labels = [examples[shot].label for shot in episode.shots]
    return max(labels, key=labels.count)


def nearest_label(
    vectors: FloatArray, examples: Sequence[Example], episode: Episode, *, by_mean: bool = False
) -> str:
    """Give the label of the nearest shot, or of the nearest mean of a class's shots."""
    query = vectors[episode.query]
    groups = (
        [
            [shot for shot in episode.shots if examples[shot].label == label]
            for label in episode.labels
        ]
        if by_mean
        else [[shot] for shot in episode.shots]
    )
    distances = [float(np.square(vectors[group].mean(0) - query).sum()) for group in groups]
    return examples[groups[int(np.argmin(distances))][0]].label


def bootstrap(hits: Bools, seed: int) -> Score:
    """Give the share of hits and its 95 % percentile interval over resampled episodes.

    Resampling hits and misses with replacement is drawing from a binomial distribution.
    """
    rng = np.random.default_rng([seed, 1])
    means = rng.binomial(len(hits), float(hits.mean()), RESAMPLES) / len(hits)
    low, high = np.percentile(means, [2.5, 97.5])
    return Score(float(hits.mean()), float(low), float(high))


def pool(latents: FloatArray, feature: Feature) -> FloatArray:
    """Give the vector of an image's latents (L, V) by which images are compared."""
    chosen = latents if feature.latents is None else latents[list(feature.latents)]
    vector = chosen.mean(0) if feature.pool == "mean" else chosen.ravel()
    return np.asarray(vector, np.float32)


def describe(feature: Feature) -> str:
    """Say in words how `pool` makes its vector."""
    which = "all latents" if feature.latents is None else f"latents {list(feature.latents)}"
    return f"{'mean of' if feature.pool == 'mean' else 'flattened'} {which}"


def thumbnail(image: ModelImage) -> FloatArray:
    """Give the grey values of a picture as the model saw it, 0..1, small."""
    grey = Image.fromarray(image.seen).convert("L").resize((RAW_SIDE, RAW_SIDE))
    return np.asarray(grey, np.float32).ravel() / np.float32(255)


def _prepare(example: Example, answerer: Answerer) -> ModelImage:
    try:
        data = example.path.read_bytes()
    except OSError as error:
        raise EvaluationError(f"{example.path} cannot be read: {error.strerror}.") from error
    return prepare_image(data, answerer.profile.image, f"file {example.path.name}")


def _unit(vectors: FloatArray) -> FloatArray:
    """Scale to unit length, so that the Euclidean order is the cosine order."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), np.float32)


def _equal(found: Sequence[str], wanted: Sequence[str]) -> Bools:
    return np.array([a == b for a, b in zip(found, wanted, strict=True)])

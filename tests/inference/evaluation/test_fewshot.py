"""Scores and the baselines beside them, on pictures whose answers are known."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precedent_inference.answering import Answerer
from precedent_inference.evaluation.fewshot import (
    Plan,
    bootstrap,
    evaluate,
    hang,
    permuted_labels,
    pool,
)
from precedent_inference.evaluation.fewshot_data import read_examples
from precedent_inference.profile import Feature
from precedent_inference.prompt import Prompt
from precedent_inference.verbs.evaluate import main

GREYS = {"dark": 20, "middle": 120, "bright": 230}


@pytest.fixture(scope="module")
def greys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes that any comparison of pixels tells apart."""
    folder, rng = tmp_path_factory.mktemp("greys"), np.random.default_rng(0)
    for label, level in GREYS.items():
        (folder / label).mkdir()
        for at in range(5):
            pixels = rng.integers(level - 15, level + 15, (40, 40), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / label / f"{at}.png")
    return folder


def test_pixels_that_differ_are_told_apart_without_a_model(greys: Path, answerer: Answerer) -> None:
    examples = read_examples(greys)
    report = evaluate(answerer, examples, hang(answerer, examples), Plan(3, 1, 20, 0))
    assert report.raw_pixels.value == 1.0
    assert report.labels == ("bright", "dark", "middle")


class Parrot(Answerer):
    """Gives the answer of the shot whose picture is nearest: what a perfect model would do."""

    def answer_many(self, prompts, images, max_new_tokens):  # type: ignore[no-untyped-def]
        return [
            self._nearest(prompt, list(row)) for prompt, row in zip(prompts, images, strict=True)
        ]

    def _nearest(self, prompt: Prompt, images: list) -> str:  # type: ignore[type-arg]
        levels = [float(image.seen.mean()) for image in images]
        distances = [abs(level - levels[-1]) for level in levels[:-1]]
        return prompt.shots[int(np.argmin(distances))].answer if distances else "?"


@pytest.fixture
def parrot(answerer: Answerer) -> Parrot:
    return Parrot(answerer.profile, answerer.tokenizer, answerer.engine)


def test_a_model_that_compares_follows_permuted_labels(greys: Path, parrot: Parrot) -> None:
    examples = read_examples(greys)
    report = evaluate(parrot, examples, hang(parrot, examples), Plan(2, 2, 25, 0))
    assert report.accuracy.value == 1.0
    assert report.follows_permuted.value == 1.0
    assert report.permuted.value == 0.0
    assert report.zero_shot.value == 0.0
    assert 0.2 < report.majority.value < 0.8


def test_with_permuted_labels_the_score_is_by_the_true_label(greys: Path, parrot: Parrot) -> None:
    examples = read_examples(greys)
    plan = Plan(2, 1, 10, 0, permute_labels=True)
    assert evaluate(parrot, examples, hang(parrot, examples), plan).accuracy.value == 0.0


def test_no_label_keeps_its_own_name() -> None:
    moved = permuted_labels(("a", "b", "c"))
    assert sorted(moved.values()) == ["a", "b", "c"]
    assert all(label != name for label, name in moved.items())


def test_the_interval_holds_the_share() -> None:
    score = bootstrap(np.array([True] * 300 + [False] * 100), 0)
    # The normal approximation: 0.75 +- 1.96 * sqrt(0.75 * 0.25 / 400).
    assert score.value == 0.75
    assert score.low == pytest.approx(0.708, abs=0.01)
    assert score.high == pytest.approx(0.792, abs=0.01)


def test_a_feature_is_what_the_profile_says() -> None:
    latents = np.array([[1, 2], [3, 4], [5, 9]], np.float32)
    assert pool(latents, Feature("mean")).tolist() == [3, 5]
    assert pool(latents, Feature("mean", (0, 1))).tolist() == [2, 3]
    assert pool(latents, Feature("flatten")).tolist() == [1, 2, 3, 4, 5, 9]


def test_the_verb_prints_one_json_object(
    greys: Path, models_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["fewshot", str(greys), "--ways", "2", "--shots", "1", "--episodes", "6", "--seed", "1"]
    words += ["--models", str(models_folder), "--model", "tiny-previous", "--json"]
    assert main(words) == 0
    first = json.loads(capsys.readouterr().out)
    assert main(words) == 0
    again = json.loads(capsys.readouterr().out)
    assert set(first["baselines"]) >= {"majority", "nearest_raw_pixels", "nearest_features"}
    assert first["accuracy"] == again["accuracy"]
    assert first["episodes"] == 6


def test_all_pairs_are_a_table_with_a_mean(
    greys: Path, models_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["fewshot", str(greys), "--episodes", "4", "--all-pairs"]
    assert main([*words, "--models", str(models_folder), "--model", "tiny-next"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert lines[-1].startswith("mean")

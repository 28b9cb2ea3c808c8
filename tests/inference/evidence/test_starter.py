"""What the starter model's answers rest on, and that its maps show where it looks."""

import json
import threading
import zipfile

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from tests.inference.evidence.rules import png

from precedent_inference.answering import Answerer, token_rules
from precedent_inference.backends.pytorch import TorchBackend
from precedent_inference.engine import Engine
from precedent_inference.evidence.examine import examine
from precedent_inference.evidence.findings import Evidence, EvidenceRequest
from precedent_inference.evidence.pictures import CELLS
from precedent_inference.loading import load_answerer
from precedent_inference.model.weights import load_flamingo
from precedent_inference.models import ModelFolder
from precedent_inference.profile import read_profile
from precedent_inference.prompt import Prompt, Query, Shot
from precedent_inference.protocol import AskRequest
from precedent_inference.tokenizer import open_tokenizer
from precedent_resources import resource

SIDE = 96
RADIUS = 11
"""Of the planted mark, in pixels of the model's picture."""
QUESTION = "What does this show?"
Grey = NDArray[np.float64]


@pytest.fixture(scope="module")
def folder() -> ModelFolder:
    path = resource("models", "starter")
    return ModelFolder(path, read_profile(path))


@pytest.fixture(scope="module")
def starter(folder: ModelFolder) -> Answerer:
    return load_answerer(folder)


def shuffled(folder: ModelFolder, seed: int) -> Answerer:
    """The starter model with the numbers of each of its tensors in another order."""
    model = load_flamingo(folder.path, dtype=torch.float32, device=torch.device("cpu"))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            order = torch.randperm(parameter.numel(), generator=generator)
            parameter.copy_(parameter.flatten()[order].view_as(parameter))
    tokenizer = open_tokenizer(folder.path / "tokenizer.json")
    engine = Engine(TorchBackend(model), token_rules(folder.profile, tokenizer))
    return Answerer(folder.profile, tokenizer, engine)


def ground(rng: np.random.Generator) -> Grey:
    """Soft grey noise."""
    coarse = Image.fromarray(rng.normal(size=(12, 12)).astype(np.float32))
    soft = np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float64)
    return np.asarray(90 + 18 * soft / soft.std() + rng.normal(size=(SIDE, SIDE)) * 4)


def drawn(rng: np.random.Generator, *, is_marked: bool) -> tuple[Grey, Grey]:
    """Noise with a dark disc, and a bright one if it is marked; and the distance from that one.

    The dark disc is the decoy: as plain to see, and in every picture.
    """
    middles = rng.uniform(RADIUS + 4, SIDE - 4 - RADIUS, (2, 2))
    while np.hypot(*(middles[0] - middles[1])) < 2 * RADIUS + 26:
        middles = rng.uniform(RADIUS + 4, SIDE - 4 - RADIUS, (2, 2))
    rows, columns = np.mgrid[:SIDE, :SIDE]
    bright, dark = (np.hypot(rows - row, columns - column) for row, column in middles)
    grey = ground(rng) - 70 * np.clip(RADIUS - dark, 0, 1)
    return grey + 100 * is_marked * np.clip(RADIUS - bright, 0, 1), bright


def as_png(grey: Grey) -> bytes:
    return png(np.clip(grey, 0, 255).astype(np.uint8))


def pointing(answerer: Answerer, trials: int) -> tuple[float, float]:
    """Give the share of trials whose map is telling and peaks on the mark, and a guess's share."""
    hits: list[bool] = []
    chances: list[float] = []
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        answers = ("mass", "clear") * 3
        shots = [
            Shot((as_png(drawn(rng, is_marked=answer == "mass")[0]),), QUESTION, answer)
            for answer in answers
        ]
        order = rng.permutation(6)
        query, distance = drawn(rng, is_marked=True)
        prompt = Prompt(tuple(shots[at] for at in order), Query((as_png(query),), QUESTION))
        wanted = EvidenceRequest(AskRequest(prompt), "mass", ("occlusion",))
        (found,) = examine(answerer, wanted, lambda _: None, threading.Event()).maps
        size = SIDE // CELLS
        cells = np.reshape(distance <= RADIUS, (CELLS, size, CELLS, size))
        on_mark = np.asarray(cells.any(axis=(1, 3)), bool)
        hits.append(found.is_telling and bool(on_mark[found.peak]))
        chances.append(float(on_mark.mean()))
    return float(np.mean(hits)), float(np.mean(chances))


def test_the_map_points_at_a_planted_mark(starter: Answerer) -> None:
    hits, chance = pointing(starter, 8)
    assert chance < 0.15
    assert hits >= chance + 0.6


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_shuffled_weights_destroy_the_map(folder: ModelFolder, seed: int) -> None:
    hits, chance = pointing(shuffled(folder, seed), 3)
    assert hits <= chance + 0.2


@pytest.fixture(scope="module")
def sample(starter: Answerer) -> Evidence:
    """The evidence for the answer to the shipped sample question."""
    about = json.loads(resource("samples", "sample.json").read_text(encoding="utf-8"))
    with zipfile.ZipFile(resource("samples", "sample.casebook")) as book:
        cases = {one["id"]: one for one in json.loads(book.read("casebook.json"))["cases"]}
        members = {name.rpartition("/")[2].partition(".")[0]: name for name in book.namelist()}
        shots = tuple(
            Shot(
                tuple(book.read(members[image["sha256"]]) for image in cases[name]["images"]),
                cases[name]["question"],
                cases[name]["answer"],
                name,
            )
            for name in about["shots"][:6]
        )
    query = resource("samples", "query.png").read_bytes()
    request = AskRequest(Prompt(shots, Query((query,), about["query"]["question"])))
    answer = starter.answer(request).text
    assert answer == about["expected"]
    wanted = EvidenceRequest(request, answer)
    return examine(starter, wanted, lambda _: None, threading.Event())


def test_the_sample_answer_rests_on_the_precedents(sample: Evidence) -> None:
    assert sample.verdict is not None
    assert sample.verdict.rests == "precedents"


def test_exchanged_answers_turn_the_sample_answer(sample: Evidence) -> None:
    tried = next(one for one in sample.reliances if one.without == "shot-answers")
    assert tried.answer == tried.expected == "clear lung"


def test_the_sample_answer_stands_in_every_order(sample: Evidence) -> None:
    assert [one.agreeing for one in sample.agreements] == [6, 6]


def test_the_sample_map_peaks_at_the_nodule_in_the_middle(sample: Evidence) -> None:
    # The picture is cut out around the nodule.
    assert all(row in (3, 4) for row in sample.maps[0].peak)

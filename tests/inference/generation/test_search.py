"""Greedy, beam and runner-up answers, against the public reference and by trying everything."""

import json
import math
import threading
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file
from tests.inference.mock_backend import VOCABULARY, MockBackend

from precedent_inference.backends.base import Step
from precedent_inference.backends.pytorch import TorchBackend
from precedent_inference.engine import Engine, NewToken, Prefilled, TokenRules
from precedent_inference.errors import Cancelled
from precedent_inference.generation.sampling import Candidate
from precedent_inference.generation.search import copy_prompt, leave_answer, search_beams
from precedent_inference.images import ModelImage
from precedent_inference.importing.memory_model import build_model
from precedent_inference.importing.sizes import StatedSizes
from precedent_inference.importing.source import WeightSource
from precedent_inference.importing.tensor_files import open_tensor_file
from precedent_inference.protocol import Sampling

GOLDEN = Path(__file__).parents[4] / "shared" / "golden" / "flamingo"
NEVER = threading.Event()
IMAGE, STOP = 1, 2


def reference(name: str) -> Engine:
    """A random Flamingo of the public reference, in our engine."""
    settings = json.loads((GOLDEN / name / "config.json").read_text(encoding="utf-8"))
    sizes = StatedSizes(
        placement="next",
        vision_heads=settings["vision"]["heads"],
        activation="quick_gelu",
        language_heads=settings["llama"]["num_attention_heads"],
        norm_epsilon=settings["llama"]["rms_norm_eps"],
        rotary_base=settings["llama"]["rope_theta"],
        resampler_head_width=settings["perceiver"]["dim_head"],
        cross_head_width=settings["cross_attention"]["dim_head"],
    )
    model = build_model(
        WeightSource([open_tensor_file(GOLDEN / name / "weights.safetensors")]), sizes
    )
    tokens = settings["tokens"]
    image, stop = tokens["image_id"], tokens["endofchunk_id"]
    return Engine(TorchBackend(model), TokenRules(image, "next", (image,), frozenset({stop})))


def prefilled(engine: Engine, name: str, case: str) -> tuple[Prefilled, dict[str, list[int]]]:
    """A golden case read by our engine, and the new ids that the reference gave."""
    inputs = load_file(GOLDEN / name / "inputs.safetensors")
    outputs = load_file(GOLDEN / name / "outputs.safetensors")
    ids = inputs[f"{case}.input_ids"][0].tolist()
    images = [
        ModelImage(np.zeros((1, 1, 3), np.uint8), pixels[0].numpy(), f"image-{at}")
        for at, pixels in enumerate(inputs[f"{case}.pixels"][0])
    ]
    given = {
        stage: outputs[f"{case}.{stage}"][0].tolist()[len(ids) :]
        for stage in ("generated", "beam3_lp-2_new8")
        if f"{case}.{stage}" in outputs
    }
    return engine.prefill(ids, images, NEVER, room=16), given


def ids(tokens: tuple[NewToken, ...] | list[NewToken]) -> list[int]:
    return [token.token for token in tokens]


needs_golden = pytest.mark.skipif(
    not GOLDEN.exists(), reason="the golden numbers lie in ../shared, which is not here"
)


@needs_golden
@pytest.mark.parametrize("name", ["every1-h64-l4", "every2-h96-l4", "every4-h64-l8"])
@pytest.mark.parametrize(
    "case", ["zero_shot", "preamble_zero_shot", "two_shot", "six_shot_preamble", "adjacent_images"]
)
def test_greedy_ids_are_the_references(name: str, case: str) -> None:
    engine = reference(name)
    prompt, given = prefilled(engine, name, case)
    wanted = given["generated"]
    assert ids(list(engine.decode(prompt, Sampling(16), NEVER))) == wanted


@needs_golden
@pytest.mark.parametrize("name", ["every1-h64-l4", "every2-h96-l4", "every4-h64-l8"])
@pytest.mark.parametrize("case", ["two_shot", "six_shot_preamble"])
def test_beam_ids_are_the_references(name: str, case: str) -> None:
    engine = reference(name)
    prompt, given = prefilled(engine, name, case)
    found = search_beams(engine, prompt, Sampling(8, beams=3, length_penalty=-2.0), NEVER)
    assert ids(found[0]) == given["beam3_lp-2_new8"]


def mock_prompt(script: dict[int, int] | None = None) -> tuple[Engine, Prefilled]:
    engine = Engine(MockBackend(script), TokenRules(IMAGE, "previous", (IMAGE,), frozenset({STOP})))
    image = ModelImage(np.zeros((2, 2, 3), np.uint8), np.full((3, 2, 2), 0.3, np.float32), "image")
    return engine, engine.prefill([IMAGE, 5, 6], [image], NEVER)


def one_by_one(engine: Engine, prompt: Prefilled, row: tuple[int, ...]) -> float:
    """Log-probability of a row, token by token and by the definition of the softmax."""
    total, logits, state = 0.0, prompt.logits, prompt.state
    for token in row:
        allowed = np.delete(logits.astype(np.float64), IMAGE)
        total += float(logits[token]) - float(np.log(np.exp(allowed).sum()))
        step = Step(np.array([[token]]), np.array([[1]]))
        rows, state = engine.backend.forward(step, prompt.media, state)
        logits = rows[0, 0]
    return total


def test_as_many_beams_as_tokens_find_the_likeliest_of_all_answers() -> None:
    engine, prompt = mock_prompt()
    found = search_beams(engine, prompt, Sampling(2, beams=VOCABULARY, length_penalty=0.0), NEVER)
    going_on = [token for token in range(VOCABULARY) if token not in {IMAGE, STOP}]
    rows = [(STOP,), *product(going_on, [*going_on, STOP])]
    totals = {row: one_by_one(engine, prompt, row) for row in rows}
    best = sorted(rows, key=lambda row: -totals[row])[:5]
    assert [tuple(ids(answer)) for answer in found[:5]] == best
    assert sum(token.log_probability for token in found[0]) == pytest.approx(totals[best[0]])


def test_one_beam_is_greedy() -> None:
    engine, prompt = mock_prompt({4: 9, 5: STOP})
    beam = search_beams(engine, prompt, Sampling(6, beams=1), NEVER)[0]
    assert ids(beam) == ids(list(engine.decode(prompt, Sampling(6), NEVER)))


def test_a_beam_search_keeps_the_rules_on_repetition() -> None:
    engine, prompt = mock_prompt(dict.fromkeys(range(20), 9))
    found = search_beams(engine, prompt, Sampling(6, beams=2, no_repeat_ngram=1), NEVER)
    assert all(len(set(ids(answer))) == len(answer) for answer in found)


def test_a_beam_search_can_be_cancelled() -> None:
    engine, prompt = mock_prompt()
    cancel = threading.Event()
    assert isinstance(engine.backend, MockBackend)
    engine.backend.cancel_at_length = (4, cancel)
    with pytest.raises(Cancelled):
        search_beams(engine, prompt, Sampling(9, beams=2), cancel)


def token(number: int, probability: float, *others: tuple[int, float]) -> NewToken:
    best = sorted([(number, probability), *others], key=lambda pair: -pair[1])
    return NewToken(
        number,
        math.log(probability),
        number == STOP,
        tuple(Candidate(at, math.log(value)) for at, value in best),
    )


def test_an_answer_is_left_where_that_costs_least() -> None:
    engine, prompt = mock_prompt({5: STOP})
    # By hand: leaving at once 0.04, at the second token 0.9 * 0.4 = 0.36, at the third 0.135.
    given = [token(7, 0.9, (8, 0.04)), token(9, 0.5, (10, 0.4)), token(STOP, 0.7, (11, 0.3))]
    found = list(leave_answer(engine, prompt, given, Sampling(9), NEVER))
    assert ids(found) == [7, 10, STOP]


def test_leaving_by_stopping_reads_nothing_more() -> None:
    engine, prompt = mock_prompt()
    assert isinstance(engine.backend, MockBackend)
    read = len(engine.backend.steps)
    given = [token(7, 0.9, (8, 0.04)), token(9, 0.5, (STOP, 0.4))]
    assert ids(list(leave_answer(engine, prompt, given, Sampling(9), NEVER))) == [7, STOP]
    assert len(engine.backend.steps) == read


def test_the_runner_up_is_what_forcing_its_token_gives() -> None:
    engine, prompt = mock_prompt()
    spare, forced = copy_prompt(engine, prompt), copy_prompt(engine, prompt)
    given = list(engine.decode(prompt, Sampling(4), NEVER))
    found = list(leave_answer(engine, spare, given, Sampling(4), NEVER))
    at = next(n for n, (a, b) in enumerate(zip(given, found, strict=False)) if a.token != b.token)
    script = {3 + n: new.token for n, new in enumerate(found[: at + 1])}
    engine.backend.script = script  # type: ignore[attr-defined]
    logits = forced.logits.copy()
    logits[found[0].token] += 50
    again = list(engine.decode(replace(forced, logits=logits), Sampling(4), NEVER))
    assert ids(again) == ids(found)

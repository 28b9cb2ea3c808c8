"""The shortcuts of an examination give the numbers of the long way, for both placement rules."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.inference.tiny import picture, tiny_request

from precedent_inference.answering import Answerer
from precedent_inference.evidence.examine import examine
from precedent_inference.evidence.findings import PARTS, EvidenceRequest
from precedent_inference.evidence.pictures import covered
from precedent_inference.evidence.subject import Subject
from precedent_inference.evidence.together import weigh_queries
from precedent_inference.loading import load_answerer
from precedent_inference.models import ModelFolder
from precedent_inference.placement import PLACEMENTS
from precedent_inference.profile import read_profile
from precedent_inference.prompt import Query
from precedent_inference.protocol import AskRequest

OPTIONS = ("mass", "benign")


@pytest.fixture(params=PLACEMENTS)
def either(models_folder: Path, request: pytest.FixtureRequest) -> Answerer:
    """The tiny model under each placement rule."""
    folder = models_folder / f"tiny-{request.param}"
    return load_answerer(ModelFolder(folder, read_profile(folder)), "pytorch")


def scored_as_option(answerer: Answerer, request: AskRequest) -> float:
    """Weigh the first option by asking for it, which takes another way through the engine."""
    answerer.engine.forget()
    return answerer.answer(replace(request, options=OPTIONS)).options[0].log_probability


def subject_of(answerer: Answerer, request: AskRequest) -> Subject:
    return Subject(answerer, EvidenceRequest(request, OPTIONS[0]), threading.Event())


def test_influence_is_what_asking_without_the_shot_gives(either: Answerer) -> None:
    request = tiny_request(3)
    wanted = EvidenceRequest(request, OPTIONS[0], ("influence",))
    found = examine(either, wanted, lambda _: None, threading.Event()).influences
    with_all = scored_as_option(either, request)
    shots = request.prompt.shots
    for at, influence in enumerate(found):
        fewer = replace(request.prompt, shots=(*shots[:at], *shots[at + 1 :]))
        without = scored_as_option(either, replace(request, prompt=fewer))
        assert influence.change == pytest.approx(with_all - without, abs=1e-3)
        assert abs(influence.change) > 1e-3


@pytest.mark.parametrize("shots", [0, 2])
def test_covered_pictures_together_are_weighed_as_one_by_one(either: Answerer, shots: int) -> None:
    subject = subject_of(either, tiny_request(shots))
    recipe = either.profile.image
    pictures = list(covered(subject.asked.query[0], recipe))[:11]
    together = [
        weight
        for batch in weigh_queries(subject, [(image,) for image in pictures])
        for weight in batch
    ]
    alone = [subject.log_probability(subject.asked.with_query(image)) for image in pictures]
    assert together == pytest.approx(alone, abs=1e-3)
    assert np.ptp(alone) > 1e-3


def test_each_picture_of_a_question_has_its_map(either: Answerer) -> None:
    request = tiny_request(1)
    two = replace(request.prompt, query=Query((picture(5), picture(6, (60, 30))), "Which class?"))
    wanted = EvidenceRequest(replace(request, prompt=two), OPTIONS[0], ("occlusion",))
    first, second = examine(either, wanted, lambda _: None, threading.Event()).maps
    assert (first.picture, second.picture) == (0, 1)
    assert (second.area.left, second.area.width) == pytest.approx((15, 30))
    assert first.drops != second.drops


def test_every_part_of_an_examination_runs(either: Answerer) -> None:
    request = tiny_request(3)
    answer = either.answer(request).text or "mass"
    evidence = examine(either, EvidenceRequest(request, answer), lambda _: None, threading.Event())
    assert len(evidence.findings) == 1 + 3 + 2 + 3 + 4 + 1 + 1
    assert evidence.verdict is not None
    assert len(PARTS) == 6


def test_an_examination_is_the_same_again(either: Answerer) -> None:
    wanted = EvidenceRequest(tiny_request(2), "mass")
    once = examine(either, wanted, lambda _: None, threading.Event())
    again = examine(either, wanted, lambda _: None, threading.Event())
    told = [run.answer for one in once.agreements for run in one.runs]
    assert told == [run.answer for one in again.agreements for run in one.runs]
    assert once.verdict == again.verdict

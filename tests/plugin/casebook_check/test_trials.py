"""What is asked when a casebook is checked: never a patient's own cases, the nearest last."""

import io
import threading
from dataclasses import dataclass, field

import numpy as np
import pytest
from PIL import Image

from precedent_inference.errors import Cancelled
from precedent_inference.protocol import (
    Answer,
    AskRequest,
    CacheCounts,
    ModelSummary,
    OptionScore,
    Timing,
)
from precedent_plugin.casebook_check.trials import TrialPlan, TrialRunner
from precedent_plugin.cases import Case, Provenance
from precedent_plugin.references import CasePicture

NEVER = threading.Event()


@dataclass
class Copies:
    """Answers as the last shot does; chooses the first option where there is none."""

    requests: list[AskRequest] = field(default_factory=list)

    def ask(self, request: AskRequest, *, cancel: threading.Event | None = None) -> Answer:
        self.requests.append(request)
        shots = request.prompt.shots
        text = shots[-1].answer if shots else request.options[0] if request.options else "nothing"
        scores = tuple(
            OptionScore(one, -1.0, -1.0, 0.8 if one == text else 0.1, 0.5)
            for one in request.options
        )
        return Answer(
            text,
            ModelSummary("stub", "flamingo", "remote", "", ""),
            tuple(shot.case_id for shot in shots),
            Timing(0, 0, 0, 1),
            CacheCounts(0, 0, 0, 0),
            0.6,
            (),
            "stop",
            options=scores,
        )


def item(
    name: str, brightness: int, answer: str, patient: str, question: str = "Which?"
) -> CasePicture:
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[: brightness // 8] = 255
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    case = Case(name, (name,), question, answer, provenance=Provenance(patient_key=patient))
    return CasePicture(case, (stream.getvalue(),))


ITEMS = [
    item("a1", 40, "dark", "p1"),
    item("a2", 48, "dark", "p1"),
    item("a3", 56, "dark", "p2"),
    item("b1", 200, "light", "p3"),
    item("b2", 208, "light", "p4"),
]


def runner(*counts: int) -> TrialRunner:
    return TrialRunner(ITEMS, TrialPlan("stub", counts))


def test_no_shot_is_of_the_patient_that_is_asked_about() -> None:
    client = Copies()
    trials = runner(2).run(client, NEVER, lambda *_: None)
    assert all("a2" not in one.shots and "a1" not in one.shots for one in trials[:2])


def test_the_most_similar_case_stands_last() -> None:
    client = Copies()
    runner(2).run(client, NEVER, lambda *_: None)
    assert client.requests[0].prompt.shots[-1].case_id == "a3"


def test_few_answers_are_given_as_options_and_their_probability_counts() -> None:
    client = Copies()
    trials = runner(0, 2).run(client, NEVER, lambda *_: None)
    assert client.requests[0].options == ("dark", "light")
    assert trials[0].confidence == 0.8
    assert trials[1].is_right


def test_other_questions_are_no_shots_and_lend_no_options() -> None:
    client = Copies()
    items = [*ITEMS, item("c1", 100, "left", "p9", "Which side?")]
    trials = TrialRunner(items, TrialPlan("stub", (2,))).run(client, NEVER, lambda *_: None)
    assert trials[-1].shots == ()
    assert client.requests[-1].options == ()
    assert trials[-1].confidence == 0.6


def test_a_check_tells_how_far_it_is_and_can_be_stopped() -> None:
    told: list[tuple[int, int]] = []
    cancel = threading.Event()

    def report(done: int, total: int) -> None:
        told.append((done, total))
        if done == 3:
            cancel.set()

    with pytest.raises(Cancelled):
        runner(0, 2).run(Copies(), cancel, report)
    assert told == [(0, 10), (1, 10), (2, 10), (3, 10)]

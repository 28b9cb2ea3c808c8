"""A question asked again: the same request, and where the answer parts."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.plugin.audit.made import MODEL, answer, put

from precedent_inference.protocol import Answer, AskRequest
from precedent_plugin.audit.entry import Ended
from precedent_plugin.audit.replay import replay
from precedent_plugin.audit.trail import AuditTrail
from precedent_plugin.errors import AuditError

ID = "1" * 32
RECORDED = answer(("le", -0.5), ("ft", -0.1))


@dataclass
class Stub:
    """Answers as it is told."""

    says: Answer
    requests: list[AskRequest] = field(default_factory=list)

    def ask(self, request: AskRequest) -> Answer:
        self.requests.append(request)
        return self.says


@pytest.fixture
def trail(tmp_path: Path) -> AuditTrail:
    made = AuditTrail(tmp_path)
    made.record(put(ID), Ended("answered", RECORDED))
    return made


def test_the_very_request_is_sent_again(trail: AuditTrail) -> None:
    stub = Stub(RECORDED)
    found = replay(trail.find(ID), trail.images.read, stub)
    assert stub.requests == [put(ID).request]
    assert found.is_identical
    assert found.notes == ()


def test_the_first_other_token_is_named(trail: AuditTrail) -> None:
    stub = Stub(answer(("le", -0.5), ("af", -0.1), text="leaf"))
    found = replay(trail.find(ID), trail.images.read, stub)
    assert (found.differs_at, found.is_identical, found.answered) == (2, False, "leaf")


@pytest.mark.parametrize("tokens", [(("le", -0.5),), (("le", -0.5), ("ft", -0.1), (".", -1.0))])
def test_a_shorter_or_longer_answer_differs_at_its_end(
    trail: AuditTrail, tokens: tuple[tuple[str, float], ...]
) -> None:
    found = replay(trail.find(ID), trail.images.read, Stub(answer(*tokens)))
    assert found.differs_at == min(len(tokens), 2) + 1


def test_equal_words_of_other_probability_are_not_identical(trail: AuditTrail) -> None:
    found = replay(trail.find(ID), trail.images.read, Stub(answer(("le", -0.5), ("ft", -0.2))))
    assert found.differs_at is None
    assert found.largest_difference == pytest.approx(0.1)
    assert not found.is_identical


def test_what_is_not_as_it_was_is_said(trail: AuditTrail) -> None:
    other = replace(MODEL, backend="pytorch", fingerprint="0" * 64)
    found = replay(trail.find(ID), trail.images.read, Stub(replace(RECORDED, model=other)))
    assert found.notes == (
        "The backend was onnx and is pytorch.",
        "The files of starter are not those that answered.",
    )


def test_what_was_never_answered_cannot_be_compared(trail: AuditTrail) -> None:
    trail.record(put("2" * 32), Ended("cancelled"))
    with pytest.raises(AuditError, match="was not answered"):
        replay(trail.find("2" * 32), trail.images.read, Stub(RECORDED))

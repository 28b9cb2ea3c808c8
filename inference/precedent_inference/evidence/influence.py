"""Which shots carried the answer: each left out in turn."""

from collections.abc import Iterator

from precedent_inference.evidence.findings import Influence
from precedent_inference.evidence.subject import Subject


def weigh_influences(subject: Subject) -> Iterator[Influence]:
    """Give each shot's influence: the answer's log-probability with it less that without it."""
    with_all = subject.log_probability(subject.asked)
    for at, shot in enumerate(subject.asked.prompt.shots):
        without = subject.log_probability(subject.asked.without(at))
        yield Influence(at, shot.case_id, with_all - without)

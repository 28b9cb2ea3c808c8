"""A recorded question asked again: is the answer the same, and if not, where does it part?"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol

from precedent_inference.prompt import Prompt, Query, Shot
from precedent_inference.protocol import Answer, AskRequest
from precedent_plugin.audit.entry import AuditedQuestion, AuditedTurn
from precedent_plugin.errors import AuditError

CLOSE = 1e-4
"""Log-probabilities of one token that differ by less count as equal: sums are not always added in
one order."""


class Asks(Protocol):
    """The part of a client that a replay needs."""

    def ask(self, request: AskRequest) -> Answer:
        """Ask and wait for the whole answer."""
        ...


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of asking again."""

    recorded: str
    answered: str
    differs_at: int | None
    """The first new token that is another one, counted from 1; None when all are equal."""
    largest_difference: float
    """Of the log-probabilities of equal tokens."""
    notes: tuple[str, ...]
    """What is not as it was: another model, precision, device, version."""

    @property
    def is_identical(self) -> bool:
        """Whether the same tokens came with the same probabilities."""
        return self.differs_at is None and self.largest_difference <= CLOSE


def request_of(entry: AuditedQuestion, picture: Callable[[str], bytes]) -> AskRequest:
    """Give the request that was recorded. Raises LibraryError when a picture is gone."""

    def pictures(turn: AuditedTurn) -> tuple[bytes, ...]:
        return tuple(picture(sha256) for sha256 in turn.images)

    shots = tuple(
        Shot(pictures(turn), turn.question, turn.answer, turn.case_id, turn.rationale)
        for turn in entry.shots
    )
    return AskRequest(
        prompt=Prompt(shots, Query(pictures(entry.query), entry.query.question)),
        model=entry.wanted_model,
        sampling=entry.sampling,
        rationale=entry.rationale,
        stop=entry.stop,
        options=entry.options,
        logprobs=True,
        templates=entry.templates,
    )


def replay(entry: AuditedQuestion, picture: Callable[[str], bytes], client: Asks) -> Replay:
    """Ask again and compare. Raises AuditError for a question that was never answered."""
    if entry.model is None:
        raise AuditError(
            f"The question {entry.id[:8]} was not answered ({entry.outcome}).",
            "Only an answer can be compared.",
        )
    answer = client.ask(request_of(entry, picture))
    before, now = entry.tokens, [(token.text, token.log_probability) for token in answer.tokens]
    differs_at, largest = None, 0.0
    for at, (old, new) in enumerate(zip_longest(before, now), start=1):
        if old is None or new is None or old[0] != new[0]:
            differs_at = at
            break
        largest = max(largest, abs(old[1] - new[1]))
    if differs_at is None and answer.text != entry.answer:
        differs_at = 1  # a server that reports no tokens
    return Replay(entry.answer, answer.text, differs_at, largest, tuple(_notes(entry, answer)))


def _notes(entry: AuditedQuestion, answer: Answer) -> list[str]:
    before, now = entry.model, answer.model
    assert before is not None
    pairs = (
        ("backend", before.backend, now.backend),
        ("precision", before.precision, now.precision),
        ("device", before.device, now.device),
    )
    notes = [f"The {name} was {old} and is {new}." for name, old, new in pairs if old != new]
    if before.fingerprint != now.fingerprint:
        notes.append(f"The files of {now.name} are not those that answered.")
    if now.backend == "remote":
        notes.append("A server that is not ours need not answer twice the same.")
    return notes

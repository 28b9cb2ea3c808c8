"""Every case of a casebook asked of a model, with the most similar cases of other patients.

The same choice as for a reader: cases that ask the same question, the most similar last. Where a
question has few answers in the casebook, the model chooses among them, so that a right answer in
other words is not counted as wrong.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from precedent_inference.errors import Cancelled
from precedent_inference.prompt import Prompt, Query, Shot
from precedent_inference.protocol import Answer, AskRequest, Sampling
from precedent_plugin.casebook_check.groups import groups_of
from precedent_plugin.cases import Case
from precedent_plugin.pictures import pixel_hash
from precedent_plugin.plain import plain_words
from precedent_plugin.references import CasePicture
from precedent_plugin.select import describe_png, likeness

SHOT_COUNTS: Final = (0, 2, 4, 8)
MAX_OPTIONS: Final = 10
"""Distinct answers to a question up to which the model chooses among them."""
NEW_TOKENS: Final = 32


class Asks(Protocol):
    """The part of a client that trials need."""

    def ask(self, request: AskRequest, *, cancel: threading.Event | None = None) -> Answer:
        """Ask and wait for the whole answer."""
        ...


@dataclass(frozen=True, slots=True)
class Trial:
    """One case asked with a number of shots."""

    case_id: str
    group: int
    """Of its patient."""
    shot_count: int
    """As asked for; fewer are sent where other patients have fewer."""
    shots: tuple[str, ...]
    """Case ids in prompt order."""
    answer: str
    wanted: str
    confidence: float
    """The model's own probability of the answer, among the options where there are some, 0..1."""

    @property
    def is_right(self) -> bool:
        """Whether the answer's words are the case's."""
        return plain_words(self.answer) == plain_words(self.wanted)


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """What is asked, of which model."""

    model: str
    shot_counts: tuple[int, ...] = SHOT_COUNTS


def answers_to(question: str, cases: Iterable[Case]) -> tuple[str, ...]:
    """Give the distinct answers that cases have to a question; none where they are many."""
    wanted = plain_words(question)
    found: dict[str, str] = {}
    for case in cases:
        if plain_words(case.question) == wanted:
            found.setdefault(plain_words(case.answer), case.answer.strip())
    return tuple(found.values()) if 2 <= len(found) <= MAX_OPTIONS else ()


class TrialRunner:
    """Asks the cases of one casebook."""

    def __init__(self, items: Sequence[CasePicture], plan: TrialPlan) -> None:
        """Compare the pictures; nothing is asked yet."""
        self._items = items
        self._plan = plan
        self.groups = groups_of([item.case for item in items], [pixel_hash(i.png) for i in items])
        self._described = [describe_png(item.png) for item in items]
        self._questions = [plain_words(item.case.question) for item in items]

    @property
    def total(self) -> int:
        """Questions that will be asked."""
        return len(self._items) * len(self._plan.shot_counts)

    def run(
        self, client: Asks, cancel: threading.Event, report: Callable[[int, int], object]
    ) -> list[Trial]:
        """Ask everything. report: gets questions done and in all. Raises Cancelled."""
        trials: list[Trial] = []
        for at in range(len(self._items)):
            ranked = self.ranked(at)
            for count in self._plan.shot_counts:
                if cancel.is_set():
                    raise Cancelled("The check was stopped.")
                report(len(trials), self.total)
                request = self._request(at, ranked[:count])
                answer = client.ask(request, cancel=cancel)
                trials.append(self._trial(at, count, request, answer))
        report(len(trials), self.total)
        return trials

    def ranked(self, at: int) -> list[int]:
        """Give the cases that may be shots for a case, the most similar first."""
        others = [
            other
            for other in range(len(self._items))
            if self.groups[other] != self.groups[at]
            and self._questions[other] == self._questions[at]
        ]
        mine = self._described[at]
        return sorted(others, key=lambda other: -likeness(mine, self._described[other]))

    def options(self, at: int) -> tuple[str, ...]:
        """Give the answers that a case's question has in the casebook; none when they are many."""
        return answers_to(self._items[at].case.question, [item.case for item in self._items])

    def _request(self, at: int, nearest: Sequence[int]) -> AskRequest:
        item, shots = self._items[at], [self._items[other] for other in reversed(nearest)]
        prompt = Prompt(
            tuple(Shot(s.pngs, s.case.question, s.case.answer, s.case.id) for s in shots),
            Query(item.pngs, item.case.question),
        )
        sampling = Sampling(max_new_tokens=NEW_TOKENS)
        return AskRequest(prompt, self._plan.model, sampling, options=self.options(at))

    def _trial(self, at: int, count: int, request: AskRequest, answer: Answer) -> Trial:
        case = self._items[at].case
        chosen = (option.probability for option in answer.options if option.text == answer.text)
        return Trial(
            case.id,
            self.groups[at],
            count,
            tuple(shot.case_id for shot in request.prompt.shots),
            answer.text,
            case.answer,
            next(chosen, answer.confidence or 0.0),
        )

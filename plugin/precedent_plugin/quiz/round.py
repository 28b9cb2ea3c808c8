"""One round of a quiz, case by case: asked, answered, revealed. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Literal

from precedent_plugin.cases import Case
from precedent_plugin.errors import QuestionError
from precedent_plugin.plain import plain_words
from precedent_plugin.quiz.marking import mark
from precedent_plugin.quiz.pointing import Pointed, point_at
from precedent_plugin.quiz.reviews import Review, Verdict

RoundState = Literal["asking", "revealed", "over"]
MAX_CHOICES: Final = 5
"""Distinct answers to a question up to which they are offered as buttons."""


class QuizRound:
    """The cases of one sitting and what was answered."""

    def __init__(
        self,
        cases: Sequence[Case],
        *,
        keep: Callable[[Review], object],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Ask these cases in this order.

        keep: gets each answer once it is settled: when the next case is asked, or at the end.
        """
        self._cases = tuple(cases)
        self._keep = keep
        self._clock = clock
        self._at = 0
        self._shown_at = clock()
        self._pending: Review | None = None
        self.pointed: Pointed | None = None
        """Where the learner pointed in this case."""
        self.done: list[Review] = []

    @property
    def state(self) -> RoundState:
        """Where it stands."""
        if self.is_over:
            return "over"
        return "asking" if self._pending is None else "revealed"

    @property
    def is_over(self) -> bool:
        """Whether every case was asked and settled."""
        return self._at >= len(self._cases)

    @property
    def case(self) -> Case:
        """The case that is asked or revealed. Raises QuestionError when the round is over."""
        if self.is_over:
            raise QuestionError("The round is over.", "Begin another.")
        return self._cases[self._at]

    @property
    def number(self) -> int:
        """Of the case, from 1."""
        return min(self._at + 1, len(self._cases))

    @property
    def total(self) -> int:
        """Cases in the round."""
        return len(self._cases)

    @property
    def right(self) -> int:
        """Cases known so far, the revealed one included."""
        pending = [] if self._pending is None else [self._pending]
        return sum(review.is_right for review in (*self.done, *pending))

    @property
    def verdict(self) -> Verdict | None:
        """How the answer to this case was marked; None before it is given."""
        return None if self._pending is None else self._pending.verdict

    @property
    def given(self) -> str:
        """What was answered to this case; empty before, and for a skipped one."""
        return "" if self._pending is None else self._pending.given

    @property
    def choices(self) -> tuple[str, ...]:
        """Answers to offer, in order of the alphabet; none when there are many, or only one."""
        question = plain_words(self.case.question)
        found = {
            plain_words(case.answer): case.answer
            for case in self._cases
            if plain_words(case.question) == question
        }
        return tuple(found[key] for key in sorted(found)) if 2 <= len(found) <= MAX_CHOICES else ()

    def case_of(self, review: Review) -> Case:
        """Give the case that a review of this round is about."""
        return next(case for case in self._cases if case.id == review.case_id)

    @property
    def is_pointed(self) -> bool:
        """Whether the case is answered by pointing at its place."""
        return self.case.roi is not None

    def answer(self, words: str) -> Verdict:
        """Take an answer and mark it; an empty one skips. Raises QuestionError when revealed."""
        verdict: Verdict = mark(words, self.case.answer) if words.strip() else "skipped"
        self._settle(words.strip(), verdict)
        return verdict

    def point(self, x: float, y: float) -> Pointed:
        """Take a point in pixels of the picture as the answer. Raises QuestionError."""
        if self.case.roi is None:
            raise QuestionError("This case has no marked place.", "Answer in words.")
        pointed = point_at(self.case, x, y)
        verdict: Verdict = "right" if pointed.is_right else "wrong"
        self._settle(f"({x:.0f}, {y:.0f})", verdict, pointed.millimetres)
        self.pointed = pointed
        return pointed

    def _settle(self, given: str, verdict: Verdict, distance_mm: float | None = None) -> None:
        if self.state != "asking":
            raise QuestionError("This case was answered already.", "Go on to the next.")
        now = self._clock()
        seconds = round((now - self._shown_at).total_seconds(), 1)
        at = now.isoformat(timespec="seconds")
        self._pending = Review(self.case.id, at, given, verdict, seconds, distance_mm)

    def claim(self) -> None:
        """Count a wrong answer as right: it says the same in other words."""
        if self._pending is None or self._pending.verdict != "wrong":
            raise QuestionError("Only a wrong answer can be claimed to be right.")
        self._pending = replace(self._pending, verdict="claimed")

    def go_on(self) -> bool:
        """Settle this answer; say whether another case is asked.

        Raises QuestionError before it is answered.
        """
        if self._pending is None:
            raise QuestionError("This case is not answered yet.", "Answer or skip it.")
        self.done.append(self._pending)
        self._keep(self._pending)
        self._pending = self.pointed = None
        self._at += 1
        self._shown_at = self._clock()
        return not self.is_over

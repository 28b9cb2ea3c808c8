"""The examination of one answer as a state machine: what it rests on, finding by finding.

Signals fire on the thread on which the runner delivers, the GUI thread in a window.
"""

import threading
from collections.abc import Callable
from typing import Final, Literal, Protocol

from psygnal import Signal

from precedent_inference.evidence.findings import Evidence, EvidenceRequest, Finding
from precedent_plugin.errors import QuestionError
from precedent_plugin.host import Runner, TaskHandle
from precedent_plugin.question import Question
from precedent_resources import PrecedentError

ExaminationState = Literal["draft", "under way", "done", "stopped", "failed"]


class Examines(Protocol):
    """The part of `EngineClient` that an examination needs."""

    def evidence(
        self,
        request: EvidenceRequest,
        *,
        on_finding: Callable[[Finding], None] | None = None,
        on_progress: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Evidence:
        """Examine an answer; `on_finding` gets each finding as soon as it is made."""
        ...


Connect = Callable[[Callable[[str], None]], Examines]
"""Gives a client of a running engine; starts it if need be, telling its argument what it does."""


class Examination:
    """What one answer rests on, from asking for it to the verdict."""

    changed = Signal()
    """After a finding, a word of progress or a change of state."""

    def __init__(self, question: Question) -> None:
        """Take a question that was answered. Raises QuestionError for another."""
        if question.answer is None:
            raise QuestionError("There is no answer to examine.", "Ask first.")
        self.question: Final = question
        self.state: ExaminationState = "draft"
        self.found: tuple[Finding, ...] = ()
        self.progress = ""
        """What is waited for before the first finding."""
        self.error: PrecedentError | None = None
        """Why it failed; None in every other state than "failed"."""
        self._cancel = threading.Event()
        self._task: TaskHandle | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether findings may still come."""
        return self.state == "under way"

    @property
    def evidence(self) -> Evidence:
        """What has been found so far."""
        return Evidence(self.found, 0.0)

    @property
    def request(self) -> EvidenceRequest:
        """What is sent."""
        answer = self.question.answer
        assert answer is not None
        return EvidenceRequest(self.question.request, answer.text)

    def start(self, connect: Connect, run: Runner) -> None:
        """Begin, for the first time or anew after it was stopped or failed."""
        if self.state in ("under way", "done"):
            raise QuestionError(f"This examination is {self.state} already.")
        self.found, self.error, self.progress = (), None, "Asking again in other forms"
        cancel = self._cancel = threading.Event()
        self._move("under way")
        handle = run(
            self._examine,
            connect,
            cancel,
            on_result=lambda _: self._end(cancel, "done"),
            on_error=lambda error: self._fail(cancel, error),
            on_progress=lambda event: self._receive(cancel, event),
        )
        # A runner that works at once has ended the examination by now.
        self._task = handle if self.is_under_way else None

    def stop(self) -> None:
        """Stop it now; what was found stays. Does nothing when it is not under way."""
        if not self.is_under_way:
            return
        self._cancel.set()
        if self._task is not None:
            self._task.cancel()
        self._move("stopped")

    def _examine(
        self,
        connect: Connect,
        cancel: threading.Event,
        *,
        progress: Callable[[Finding | str], None],
    ) -> Evidence:
        """Run on the worker: nothing of `self` is changed here."""
        return connect(progress).evidence(
            self.request, on_finding=progress, on_progress=progress, cancel=cancel
        )

    def _receive(self, cancel: threading.Event, event: Finding | str) -> None:
        if cancel is not self._cancel or not self.is_under_way:
            return
        if isinstance(event, str):
            self.progress = event
        else:
            self.found = (*self.found, event)
        self.changed.emit()

    def _end(self, cancel: threading.Event, state: ExaminationState) -> None:
        if cancel is self._cancel and self.is_under_way:
            self._move(state)

    def _fail(self, cancel: threading.Event, error: PrecedentError) -> None:
        if cancel is self._cancel and self.is_under_way:
            self.error = error
            self._move("failed")

    def _move(self, state: ExaminationState) -> None:
        self.state = state
        self.changed.emit()

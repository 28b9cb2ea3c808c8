"""One question as a state machine. No Qt.

    draft -> sent -> streaming -> answered
               |         |------> failed ----> sent   (retry)
               |         '------> cancelled -> sent   (retry)
               '-> answered | failed | cancelled

The picture, the shots and the words are fixed when the question is made: whatever the viewer opens
next, the answer belongs to `image`. All methods are called, and all signals fire, on one thread,
the one on which the runner delivers.
"""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Literal, Protocol

from psygnal import Signal

from precedent_inference.errors import Cancelled
from precedent_inference.protocol import Answer, AskRequest
from precedent_plugin.cases import Case
from precedent_plugin.errors import QuestionError
from precedent_plugin.history import Outcome
from precedent_plugin.host import Runner, TaskHandle
from precedent_plugin.preprocess import ViewImage
from precedent_plugin.sureness import Judged, Sureness
from precedent_resources import PrecedentError

QuestionState = Literal["draft", "sent", "streaming", "answered", "failed", "cancelled"]
FINISHED: Final = frozenset({"answered", "failed", "cancelled"})
STARTABLE: Final = frozenset({"draft", "failed", "cancelled"})


class Client(Protocol):
    """The part of `EngineClient` that a question needs."""

    def ask(
        self,
        request: AskRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        on_progress: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Answer:
        """Ask and wait for the whole answer, streaming pieces to `on_text`.

        `on_progress` gets what is waited for: the place in line, a model that loads.
        """
        ...


Connect = Callable[[Callable[[str], None]], Client]
"""Gives a client of a running engine; starts it if need be, telling its argument what it does."""


class Question:
    """A question about one picture, from draft to answer."""

    state_changed = Signal(str)
    """With the new `QuestionState`."""
    text_added = Signal(str)
    """With the piece that just came; `text` holds all of it."""
    progress_changed = Signal(str)
    """What is done before the first word: "Starting the engine"."""

    def __init__(
        self,
        request: AskRequest,
        image: ViewImage,
        *,
        shots: tuple[Case, ...] = (),
        warnings: tuple[str, ...] = (),
        sureness: Sureness | None = None,
    ) -> None:
        self.request: Final = request
        self.image: Final = image
        """The picture that was asked about."""
        self.shots: Final = shots
        """The cases of the prompt, in its order."""
        self.warnings: Final = warnings
        """What the plugin found before it was sent; the engine's own are in `answer.warnings`."""
        self.sureness: Final = sureness
        """From when on the answer counts as sure; None where nothing is known of that."""
        self._state: QuestionState = "draft"
        self.id = uuid.uuid4().hex
        """Under which history and record keep it; another one when it is sent again."""
        self.asked_at = ""
        """ISO time, UTC, to the second, of the latest sending; empty for a draft."""
        self._text = ""
        self._progress = ""
        self._answer: Answer | None = None
        self._error: PrecedentError | None = None
        self._cancel = threading.Event()
        self._task: TaskHandle | None = None

    @property
    def state(self) -> QuestionState:
        """Where it stands."""
        return self._state

    @property
    def text(self) -> str:
        """The answer so far; whole when `state` is "answered", else marked as incomplete."""
        return self._text

    @property
    def progress(self) -> str:
        """What is done before the first word, empty afterwards."""
        return self._progress

    @property
    def judged(self) -> Judged | None:
        """Whether the answer is sure enough; None where nothing is known of that."""
        if self.sureness is None or self._answer is None:
            return None
        return self.sureness.judge(self._answer)

    @property
    def answer(self) -> Answer | None:
        """The finished answer; None in every other state than "answered"."""
        return self._answer

    @property
    def error(self) -> PrecedentError | None:
        """Why it failed; None in every other state than "failed"."""
        return self._error

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come unless it is sent again."""
        return self._state in FINISHED

    @property
    def outcome(self) -> Outcome:
        """How it ended. Raises QuestionError while it is not finished."""
        if self._state == "answered" or self._state == "failed" or self._state == "cancelled":
            return self._state
        raise QuestionError(f"This question is {self._state}, not finished.")

    def send(self, connect: Connect, run: Runner) -> None:
        """Ask, for the first time or again after it failed or was stopped.

        Raises QuestionError while it is under way or once it is answered.
        """
        if self._state not in STARTABLE:
            raise QuestionError(
                f"This question is already {self._state}.", "Stop it first, or ask a new one."
            )
        self._text, self._error, self._progress = "", None, ""
        if self.asked_at:
            self.id = uuid.uuid4().hex
        self.asked_at = datetime.now(UTC).isoformat(timespec="seconds")
        cancel = self._cancel = threading.Event()
        self._move("sent")
        handle = run(
            self._ask,
            connect,
            cancel,
            on_result=lambda answer: self._finish(cancel, answer),
            on_error=lambda error: self._fail(cancel, error),
            on_progress=lambda event: self._receive(cancel, event),
        )
        # A runner that works at once has finished the question by now.
        self._task = None if self.is_finished else handle

    def cancel(self) -> None:
        """Stop it now; what had come stays in `text`. Does nothing when it is not under way."""
        if self._state not in ("sent", "streaming"):
            return
        self._cancel.set()
        if self._task is not None:
            self._task.cancel()
        self._move("cancelled")

    def _ask(
        self,
        connect: Connect,
        cancel: threading.Event,
        *,
        progress: Callable[[tuple[str, str]], None],
    ) -> Answer:
        """Run on the worker: nothing of `self` is changed here."""

        def waiting(words: str) -> None:
            progress(("progress", words))

        client = connect(waiting)
        if cancel.is_set():
            raise Cancelled("The question was stopped before it was sent.")
        return client.ask(
            self.request,
            on_text=lambda piece: progress(("text", piece)),
            on_progress=waiting,
            cancel=cancel,
        )

    def _receive(self, cancel: threading.Event, event: tuple[str, str]) -> None:
        if cancel is not self._cancel or self._state not in ("sent", "streaming"):
            return
        kind, words = event
        if kind == "progress":
            self._progress = words
            self.progress_changed.emit(words)
            return
        self._progress = ""
        self._text += words
        if self._state == "sent":
            self._move("streaming")
        self.text_added.emit(words)

    def _finish(self, cancel: threading.Event, answer: Answer) -> None:
        if cancel is not self._cancel or self.is_finished:
            return
        if answer.finish_reason == "cancelled":
            self._text = answer.text or self._text
            self._move("cancelled")
            return
        self._answer, self._text = answer, answer.text
        self._move("answered")

    def _fail(self, cancel: threading.Event, error: PrecedentError) -> None:
        if cancel is not self._cancel or self.is_finished:
            return
        if isinstance(error, Cancelled):
            self._move("cancelled")
            return
        self._error = error
        self._move("failed")

    def _move(self, state: QuestionState) -> None:
        self._state = state
        if state in FINISHED:
            self._progress, self._task = "", None
        self.state_changed.emit(state)

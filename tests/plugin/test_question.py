"""A question goes from draft to answer, is stopped, fails and is asked again; one way each."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from precedent_inference.errors import Cancelled, EngineLost
from precedent_inference.prompt import Prompt, Query
from precedent_inference.protocol import Answer, AskRequest, CacheCounts, ModelSummary, Timing
from precedent_plugin.cases import Provenance
from precedent_plugin.errors import QuestionError
from precedent_plugin.preprocess import ViewImage
from precedent_plugin.question import Question
from precedent_plugin.runners import ThreadRunner, run_here

IMAGE = ViewImage(b"query", "f" * 64, 16, 16, Provenance())
REQUEST = AskRequest(Prompt((), Query((b"query",), "Which side?")))
ANSWER = Answer(
    "Left",
    ModelSummary("starter", "flamingo", "onnx", "float32", "CPU"),
    (),
    Timing(0.1, 0.2, 30.0, 2),
    CacheCounts(1, 0, 20, 0),
    0.8,
    (),
    "stop",
)


class FakeClient:
    """Streams two pieces; does what `act` says between them."""

    def __init__(self, act: Callable[[threading.Event], None] = lambda cancel: None) -> None:
        self.act = act
        self.asked: list[AskRequest] = []

    def ask(
        self,
        request: AskRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        on_progress: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Answer:
        assert on_text is not None
        assert on_progress is not None
        assert cancel is not None
        self.asked.append(request)
        on_progress("Waiting: 1 question is answered first.")
        on_text("Le")
        self.act(cancel)
        if cancel.is_set():
            raise Cancelled("The answer was stopped.")
        on_text("ft")
        return ANSWER


def connected(client: FakeClient) -> Callable[[Callable[[str], None]], FakeClient]:
    def connect(progress: Callable[[str], None]) -> FakeClient:
        progress("Starting the engine.")
        return client

    return connect


def watched(question: Question) -> list[Any]:
    """Everything that the question says, in order."""
    said: list[Any] = []
    question.state_changed.connect(said.append)
    question.text_added.connect(lambda piece: said.append(("text", piece)))
    question.progress_changed.connect(lambda words: said.append(("progress", words)))
    return said


def lose_engine(_: threading.Event) -> None:
    raise EngineLost("The engine was lost.", "Ask again.")


def test_answer_streams_in() -> None:
    question = Question(REQUEST, IMAGE)
    said = watched(question)
    question.send(connected(FakeClient()), run_here)
    assert said == [
        "sent",
        ("progress", "Starting the engine."),
        ("progress", "Waiting: 1 question is answered first."),
        "streaming",
        ("text", "Le"),
        ("text", "ft"),
        "answered",
    ]
    assert (question.answer, question.text, question.progress) == (ANSWER, "Left", "")
    assert question.outcome == "answered"
    assert question.image is IMAGE


def test_answered_question_is_not_sent_twice() -> None:
    question = Question(REQUEST, IMAGE)
    question.send(connected(FakeClient()), run_here)
    with pytest.raises(QuestionError, match="already answered"):
        question.send(connected(FakeClient()), run_here)


def test_lost_engine_leaves_the_partial_text_and_no_answer() -> None:
    question = Question(REQUEST, IMAGE)
    question.send(connected(FakeClient(lose_engine)), run_here)
    assert (question.state, question.text, question.answer) == ("failed", "Le", None)
    assert isinstance(question.error, EngineLost)


def test_failed_question_can_be_asked_again() -> None:
    question = Question(REQUEST, IMAGE)
    question.send(connected(FakeClient(lose_engine)), run_here)
    said = watched(question)
    question.send(connected(FakeClient()), run_here)
    assert (question.state, question.text, question.error) == ("answered", "Left", None)
    assert said[0] == "sent"


def test_engine_that_does_not_start_fails_the_question() -> None:
    def connect(_: Callable[[str], None]) -> FakeClient:
        raise EngineLost("The engine ended before it was ready.")

    question = Question(REQUEST, IMAGE)
    question.send(connect, run_here)
    assert (question.state, question.text) == ("failed", "")


def test_stopped_question_keeps_what_had_come() -> None:
    question = Question(REQUEST, IMAGE)
    runner = ThreadRunner()
    reached = threading.Event()

    def wait(cancel: threading.Event) -> None:
        reached.set()
        assert cancel.wait(10)

    question.send(connected(FakeClient(wait)), runner)
    assert reached.wait(10)
    question.cancel()
    runner.join()
    assert (question.state, question.text, question.answer) == ("cancelled", "Le", None)


def test_late_answer_of_a_stopped_question_is_dropped() -> None:
    question = Question(REQUEST, IMAGE)
    callbacks: dict[str, Callable[[Any], object]] = {}

    class Handle:
        def cancel(self) -> None:
            """A runner that cannot drop callbacks any more."""

    def slow(
        function: Any,
        *args: object,
        on_result: Any,
        on_error: Any = None,
        on_progress: Any = None,
    ) -> Handle:
        callbacks.update(result=on_result, error=on_error, progress=on_progress)
        return Handle()

    question.send(connected(FakeClient()), slow)
    question.cancel()
    said = watched(question)
    callbacks["progress"](("text", "late"))
    callbacks["result"](ANSWER)
    callbacks["error"](EngineLost("late"))
    assert said == []
    assert question.state == "cancelled"


def test_stop_during_the_start_of_the_engine_asks_nothing() -> None:
    question = Question(REQUEST, IMAGE)
    client = FakeClient()

    def connect(_: Callable[[str], None]) -> FakeClient:
        question.cancel()
        return client

    question.send(connect, run_here)
    assert client.asked == []
    assert question.state == "cancelled"


def test_stop_is_harmless_before_and_after() -> None:
    question = Question(REQUEST, IMAGE)
    said = watched(question)
    question.cancel()
    assert said == []
    question.send(connected(FakeClient()), run_here)
    question.cancel()
    assert said[-1] == "answered"


def test_unfinished_question_has_no_outcome() -> None:
    with pytest.raises(QuestionError, match="is draft"):
        _ = Question(REQUEST, IMAGE).outcome

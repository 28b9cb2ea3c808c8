"""Work leaves the GUI thread and comes back to it."""

import threading
from collections.abc import Callable, Iterator

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from precedent_resources import PrecedentError
from precedent_viewer.tasks import TaskRunner


@pytest.fixture
def tasks(qapp: QApplication) -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    assert made.close()
    qapp.processEvents()


def test_the_work_is_elsewhere_and_the_result_comes_home(tasks: TaskRunner, qtbot: QtBot) -> None:
    threads: list[threading.Thread] = []

    def took(worker: threading.Thread) -> None:
        threads.extend((worker, threading.current_thread()))

    tasks.run(threading.current_thread, on_result=took)
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert threads[0] is not threading.main_thread()
    assert threads[1] is threading.main_thread()


def test_progress_comes_in_order_and_before_the_result(tasks: TaskRunner, qtbot: QtBot) -> None:
    heard: list[object] = []

    def count(upto: int, *, progress: Callable[[int], None]) -> str:
        for number in range(upto):
            progress(number)
        return "done"

    tasks.run(count, 3, on_result=heard.append, on_progress=heard.append)
    qtbot.waitUntil(lambda: "done" in heard)
    assert heard == [0, 1, 2, "done"]


def test_our_error_arrives_as_it_is(tasks: TaskRunner, qtbot: QtBot) -> None:
    heard: list[PrecedentError] = []

    def fail() -> None:
        raise PrecedentError("The disk is full.", "Free some space.")

    tasks.run(fail, on_result=heard.append, on_error=heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert str(heard[0]) == "The disk is full. Free some space."


def test_an_unexpected_error_becomes_a_sentence_and_a_traceback_in_the_log(
    tasks: TaskRunner, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[PrecedentError] = []
    tasks.run(lambda: 1 / 0, on_result=heard.append, on_error=heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert "ZeroDivisionError" in heard[0].message
    assert caplog.records[-1].exc_info is not None


def test_nothing_arrives_after_a_cancel(tasks: TaskRunner, qtbot: QtBot) -> None:
    heard: list[object] = []
    started, go_on = threading.Event(), threading.Event()

    def wait() -> str:
        started.set()
        go_on.wait(5)
        return "late"

    handle = tasks.run(wait, on_result=heard.append, on_error=heard.append)
    qtbot.waitUntil(started.is_set)
    handle.cancel()
    go_on.set()
    tasks.run(lambda: "after", on_result=heard.append)
    qtbot.waitUntil(lambda: "after" in heard)
    assert heard == ["after"]


def test_cancelling_sets_the_event_that_the_function_holds(tasks: TaskRunner, qtbot: QtBot) -> None:
    cancel, ended = threading.Event(), threading.Event()

    def work(stop: threading.Event) -> None:
        stop.wait(5)
        ended.set()

    tasks.run(work, cancel, on_result=lambda _none: None, cancel=cancel).cancel()
    qtbot.waitUntil(lambda: ended.is_set() or cancel.is_set())


def test_a_closed_runner_takes_no_work(qapp: QApplication) -> None:
    runner = TaskRunner()
    runner.close()
    handle = runner.run(lambda: None, on_result=lambda _none: None)
    assert handle.is_done


def test_the_urgent_goes_first(tasks: TaskRunner, qtbot: QtBot) -> None:
    heard: list[str] = []
    gate = threading.Event()
    tasks.run(gate.wait, 5.0, on_result=lambda _done: None, pool="thumbnails")
    for name, priority in (("low", 1), ("high", 9)):
        tasks.run(str, name, on_result=heard.append, pool="thumbnails", priority=priority)
    gate.set()
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard == ["high", "low"]

"""Both runners deliver results, errors and progress in order, and nothing after a cancel."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from precedent_inference.errors import PromptError
from precedent_plugin.runners import ThreadRunner, run_here


def work(value: int, *, progress: Callable[[int], None]) -> int:
    progress(value + 1)
    progress(value + 2)
    return value + 3


def fail(_: int) -> int:
    raise PromptError("The question is empty.")


def outcome(run: Any, function: Callable[..., Any], **more: Any) -> list[Any]:
    said: list[Any] = []
    run(function, 1, on_result=said.append, on_error=lambda error: said.append(str(error)), **more)
    if isinstance(run, ThreadRunner):
        run.join()
    return said


@pytest.mark.parametrize("run", [run_here, ThreadRunner()], ids=["here", "thread"])
def test_progress_comes_before_the_result(run: Any) -> None:
    seen: list[Any] = []
    assert outcome(run, work, on_progress=seen.append) == [4]
    assert seen == [2, 3]


@pytest.mark.parametrize("run", [run_here, ThreadRunner()], ids=["here", "thread"])
def test_error_of_ours_is_delivered(run: Any) -> None:
    assert outcome(run, fail) == ["The question is empty."]


def test_cancelled_work_says_nothing_more() -> None:
    runner, go, said = ThreadRunner(), threading.Event(), list[int]()

    def wait() -> int:
        go.wait(10)
        return 1

    handle = runner(wait, on_result=said.append)
    handle.cancel()
    go.set()
    runner.join()
    assert said == []

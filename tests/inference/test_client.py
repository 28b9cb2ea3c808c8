"""The engine as its own process, and servers of another make."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.inference.serving.test_server import wait
from tests.inference.tiny import tiny_request

from precedent_inference.child import Child
from precedent_inference.client import EngineClient, LocalEngine
from precedent_inference.errors import Cancelled, EngineError, EngineLost


@pytest.fixture(scope="module")
def engine(models_folder: Path) -> Iterator[LocalEngine]:
    local = LocalEngine(backend="pytorch", model_folders=[models_folder])
    yield local
    local.close()


def test_an_answer_streams_and_carries_its_evidence(engine: LocalEngine) -> None:
    pieces: list[str] = []
    with engine.client() as client:
        answer = client.ask(tiny_request(2), on_text=pieces.append)
    assert "".join(pieces).rstrip() == answer.text
    assert answer.shots == ("case-0", "case-1")
    assert answer.model.backend == "pytorch"
    assert answer.sent is not None
    assert len(answer.sent.media) == 3


def test_an_engine_killed_during_an_answer_is_replaced_at_the_next(engine: LocalEngine) -> None:
    said: list[str] = []
    with engine.client() as client:
        pid = engine.pid
        assert pid is not None
        with pytest.raises(EngineLost, match=r"^The engine at 127\.0\.0\.1:\d+ was lost"):
            client.ask(tiny_request(1, max_new_tokens=400), on_text=lambda _: kill(pid))
    with engine.client(on_progress=said.append) as client:
        assert client.ask(tiny_request(1)).model.name == "tiny-previous"
    assert engine.pid not in {None, pid}
    assert said[0] == "Starting the engine."


def test_cancel_is_quick_even_before_the_first_word(engine: LocalEngine) -> None:
    cancel = threading.Event()
    cancel.set()
    with engine.client() as client, pytest.raises(Cancelled):
        client.ask(tiny_request(1, max_new_tokens=400), cancel=cancel)


def test_the_process_ends_with_its_parent(models_folder: Path) -> None:
    code = (
        f"import sys, os; sys.path[:0] = {sys.path!r}\n"
        "from precedent_inference.child import Child\n"
        f"print(Child(['--models', {str(models_folder)!r}]).pid, flush=True); os._exit(1)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    wait(lambda: not is_alive(pid))


def test_an_engine_that_cannot_start_says_its_last_word() -> None:
    child = Child(["--backend", "nonsense"])
    with pytest.raises(EngineLost, match="--backend"):
        child.connect()
    child.close()


def test_closing_ends_the_process(models_folder: Path) -> None:
    child = Child(["--models", str(models_folder)])
    child.connect()
    child.close()
    assert not is_alive(child.pid)


def test_closing_does_not_wait_for_an_engine_that_starts(models_folder: Path) -> None:
    engine = LocalEngine(model_folders=[models_folder])
    failures: list[EngineLost] = []

    def ask() -> None:
        try:
            engine.client()
        except EngineLost as error:
            failures.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    wait(lambda: engine.pid is not None)
    pid = engine.pid
    engine.close()
    assert pid is not None
    assert not is_alive(pid)
    asking.join(10)
    assert not asking.is_alive()
    assert [e.message for e in failures] == ["The engine was ended while it was starting."]


def kill(pid: int) -> None:
    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    if status.parents[1].is_dir():
        return status.exists() and "State:\tZ" not in status.read_text(encoding="utf-8")
    listed = subprocess.run(
        ["tasklist", "/FI", f"PID eq {pid}"], capture_output=True, text=True, check=False
    )
    return str(pid) in listed.stdout


Handler = Callable[[httpx.Request], httpx.Response]


def other(handler: Handler) -> EngineClient:
    """A client of a server of another make."""
    return EngineClient("http://other.example:8000", transport=httpx.MockTransport(handler))


def stream(*events: object) -> httpx.Response:
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    text = "".join([": keep-alive\n\n", *lines, "data: [DONE]\n\n"])
    return httpx.Response(200, text=text, headers={"content-type": "text/event-stream"})


def chunk(text: str | None, finish: str | None = None) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


def test_a_server_of_another_make_answers_with_less_to_show() -> None:
    pieces: list[str] = []
    with other(lambda _: stream(chunk("be"), chunk("nign"), chunk(None, "stop"))) as client:
        answer = client.ask(tiny_request(1), on_text=pieces.append)
    assert (answer.text, pieces, answer.finish_reason) == ("benign", ["be", "nign"], "stop")
    assert answer.model.backend == "remote"
    assert answer.confidence is None
    assert answer.sent is None
    assert answer.warnings


def test_a_server_that_does_not_stream_is_understood() -> None:
    body = {
        "choices": [{"message": {"content": "mass"}, "finish_reason": "eos"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2},
    }
    with other(lambda _: httpx.Response(200, json=body)) as client:
        answer = client.ask(tiny_request(1))
    assert (answer.text, answer.timing.new_tokens, answer.cache.prompt_tokens) == ("mass", 2, 7)


def test_a_stream_that_breaks_off_is_a_lost_engine() -> None:
    with other(lambda _: stream(chunk("be"))) as client, pytest.raises(EngineLost):
        client.ask(tiny_request(1))


def test_an_error_inside_the_stream_is_raised() -> None:
    broken = {"error": {"type": "engine", "message": "It failed."}}
    with (
        other(lambda _: stream(chunk("be"), broken)) as client,
        pytest.raises(EngineError, match=r"It failed\."),
    ):
        client.ask(tiny_request(1))


@pytest.mark.parametrize("text", ["", "<html>", "[1, 2]", '{"choices": [{}]}'])
def test_a_server_that_talks_nonsense_is_an_engine_error(text: str) -> None:
    reply = httpx.Response(200, text=text, headers={"content-type": "application/json"})
    with other(lambda _: reply) as client, pytest.raises(EngineError):
        client.ask(tiny_request(1))


def test_an_engine_that_is_not_there_is_lost() -> None:
    with (
        EngineClient("http://127.0.0.1:9") as client,
        pytest.raises(EngineLost, match="cannot be reached"),
    ):
        client.models()


def test_a_server_of_another_make_counts_nothing() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(404, json={"detail": "Not Found"}))
    with EngineClient("http://other", transport=transport) as client:
        assert client.count(tiny_request(1)) is None
        client.forget()

"""The server over real sockets: who may ask, what is refused, what a lost caller does."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from tests.inference.tiny import tiny_request

from precedent_inference.answering import Answerer
from precedent_inference.backends.pytorch import TorchBackend
from precedent_inference.client import EngineClient
from precedent_inference.errors import (
    Cancelled,
    EngineError,
    EngineLoading,
    EngineRefused,
    ImageError,
    ModelError,
    PromptError,
)
from precedent_inference.loading import load_answerer
from precedent_inference.models import FoundModels, ModelFolder, find_models
from precedent_inference.progress import Report
from precedent_inference.prompt import Prompt, Query
from precedent_inference.protocol import AskRequest
from precedent_inference.serving import server as server_module
from precedent_inference.serving.server import build_app
from precedent_inference.serving.service import Load, Service
from precedent_inference.wire.request import Asked, request_to_json

TOKEN = "a-token"


class Served:
    """A server in a thread of this process, so that tests can look inside."""

    def __init__(self, found: FoundModels, load: Load) -> None:
        self.service = Service(found, "tiny-previous", load)
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        config = uvicorn.Config(
            build_app(self.service, TOKEN, self.port), log_config=None, lifespan="off"
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True
        )
        self.thread.start()
        wait(lambda: self.server.started)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, token: str | None = TOKEN) -> EngineClient:
        return EngineClient(self.address, token)

    def close(self) -> None:
        self.service.close()
        self.server.should_exit = True
        self.thread.join(10)
        self.socket.close()


def wait(condition: Callable[[], object], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def served(models_folder: Path) -> Iterator[Served]:
    running = Served(find_models([models_folder]), lambda model, _: load_answerer(model, "pytorch"))
    running.service.start()
    wait(lambda: running.service.health.state == "ready")
    yield running
    running.close()


def long_request() -> AskRequest:
    return tiny_request(1, max_new_tokens=400)


def test_a_request_without_the_token_is_refused(served: Served) -> None:
    with served.client("wrong") as client, pytest.raises(EngineRefused, match="token"):
        client.ask(tiny_request(1))


def test_every_address_needs_the_token(served: Served) -> None:
    for path in ("/health", "/v1/models", "/nothing"):
        assert httpx.get(served.address + path, trust_env=False).status_code == 401


def test_another_host_name_is_refused(served: Served) -> None:
    headers = {"Host": f"evil.example:{served.port}", "Authorization": f"Bearer {TOKEN}"}
    response = httpx.get(served.address + "/v1/models", headers=headers, trust_env=False)
    assert response.status_code == 403


def test_models_are_listed_with_their_cards(served: Served) -> None:
    with served.client() as client:
        cards = {card.name: card for card in client.models()}
    assert cards["tiny-previous"].card.startswith("# Tiny")
    assert cards["tiny-previous"].known_limits == ("It is random.",)


def test_an_answer_without_streaming_is_the_same(served: Served) -> None:
    with served.client() as client:
        streamed = client.ask(tiny_request(2))
    response = httpx.post(
        served.address + "/v1/chat/completions",
        json=request_to_json(Asked(tiny_request(2))),
        headers={"Authorization": f"Bearer {TOKEN}"},
        trust_env=False,
    )
    body = response.json()
    assert body["choices"][0]["message"]["content"] == streamed.text
    assert body["precedent"]["shots"] == ["case-0", "case-1"]


def test_the_stream_is_the_dialect_of_others(served: Served) -> None:
    response = httpx.post(
        served.address + "/v1/chat/completions",
        json=request_to_json(Asked(tiny_request(1), stream=True)),
        headers={"Authorization": f"Bearer {TOKEN}"},
        trust_env=False,
    )
    lines = [line for line in response.text.split("\n\n") if line]
    assert response.headers["content-type"].startswith("text/event-stream")
    assert lines[-1] == "data: [DONE]"
    last = json.loads(lines[-2].removeprefix("data: "))
    assert last["choices"][0]["finish_reason"] in {"stop", "length"}


@pytest.mark.parametrize(
    ("request_", "kind", "words"),
    [
        (tiny_request(12), PromptError, "at most 9"),
        (tiny_request(1, model="nobody"), ModelError, "no model called 'nobody'"),
        (AskRequest(Prompt((), Query((b"no",), "What?")), "tiny-previous"), ImageError, "format"),
        (
            tiny_request(1, max_new_tokens=5000),
            PromptError,
            "max_tokens is 5000; it must be from 1",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(
    served: Served, request_: AskRequest, kind: type[Exception], words: str
) -> None:
    with served.client() as client, pytest.raises(kind, match=words):
        client.ask(request_)


def test_a_prompt_is_counted_without_being_asked(served: Served) -> None:
    asked = tiny_request(2, max_new_tokens=7)
    with served.client() as client:
        facts = client.count(asked)
        answer = client.ask(asked)
    assert facts is not None
    assert facts.prompt_tokens == answer.cache.prompt_tokens
    assert (len(facts.pictures), facts.answer_tokens) == (3, 7)


def test_a_forgotten_prompt_is_computed_anew(served: Served) -> None:
    asked = tiny_request(2)
    with served.client() as client:
        client.ask(asked)
        assert client.ask(asked).cache.images_encoded == 0
        client.forget()
        assert client.ask(asked).cache.images_encoded == 3


def test_a_model_that_is_not_loaded_is_counted_for(served: Served) -> None:
    with served.client() as client:
        facts = client.count(tiny_request(2, model="tiny-next"))
    assert facts is not None
    assert (facts.model, facts.images_cached) == ("tiny-next", 0)


def test_a_count_that_cannot_be_made_says_why(served: Served) -> None:
    with served.client() as client, pytest.raises(ModelError, match="no model called 'none'"):
        client.count(tiny_request(1, model="none"))


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_json_is_a_400(served: Served, content: bytes) -> None:
    response = httpx.post(
        served.address + "/v1/chat/completions",
        content=content,
        headers={"Authorization": f"Bearer {TOKEN}"},
        trust_env=False,
    )
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "prompt"


def test_a_body_over_the_limit_is_refused(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_BODY_BYTES", 1024**2)
    response = httpx.post(
        served.address + "/v1/chat/completions",
        content=bytes(3 * 1024**2),
        headers={"Authorization": f"Bearer {TOKEN}"},
        trust_env=False,
    )
    assert response.status_code == 413
    assert response.json()["error"]["message"] == "The request is larger than 1 MB."


def test_two_questions_at_once_are_never_mixed(served: Served) -> None:
    requests = [tiny_request(shots, max_new_tokens=12) for shots in (1, 2, 3, 4)] * 2

    def ask(request: AskRequest) -> str:
        with served.client() as client:
            return client.ask(request).text

    alone = [ask(request) for request in requests]
    with ThreadPoolExecutor(len(requests)) as pool:
        together = list(pool.map(ask, requests))
    assert together == alone


def test_cancel_ends_the_answer_on_both_sides(served: Served) -> None:
    cancel = threading.Event()
    with served.client() as client, pytest.raises(Cancelled):
        client.ask(long_request(), on_text=lambda _: cancel.set(), cancel=cancel)
    wait(lambda: not served.service.is_answering)


def test_a_caller_that_goes_away_stops_its_answer(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = TorchBackend.forward

    def slowly(backend: TorchBackend, *given: Any) -> Any:
        time.sleep(0.01)  # so that the answer lasts on any machine
        return forward(backend, *given)

    monkeypatch.setattr(TorchBackend, "forward", slowly)
    body = request_to_json(Asked(long_request(), stream=True))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with (
        httpx.Client(base_url=served.address, headers=headers, trust_env=False) as client,
        client.stream("POST", "/v1/chat/completions", json=body) as response,
    ):
        next(response.iter_lines())
        assert served.service.is_answering
    wait(lambda: not served.service.is_answering)


def test_a_question_while_loading_is_a_503(models_folder: Path) -> None:
    gate = threading.Event()

    def load(model: ModelFolder, report: Report) -> Answerer:
        report(0.43, "Reading the weights")
        gate.wait(10)
        return load_answerer(model, "pytorch")

    running = Served(find_models([models_folder]), load)
    running.service.start()
    with running.client() as client:
        wait(lambda: running.service.health.progress)
        with pytest.raises(EngineLoading, match="Loading tiny-previous: 43 %"):
            client.ask(tiny_request(1))
        assert client.health()[0] == "loading"
        gate.set()
        wait(lambda: running.service.health.state == "ready")
        assert client.health()[0] == "ready"
    running.close()


def test_a_model_that_fails_to_load_says_why_at_each_question(models_folder: Path) -> None:
    def load(model: ModelFolder, report: Report) -> Answerer:
        raise ModelError(f"{model.profile.name} is broken.")

    running = Served(find_models([models_folder]), load)
    running.service.start()
    wait(lambda: running.service.health.state == "failed")
    with running.client() as client, pytest.raises(ModelError, match="tiny-previous is broken"):
        client.ask(tiny_request(1))
    running.close()


def test_a_fault_of_ours_is_one_sentence_and_the_engine_goes_on(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("inside")

    with monkeypatch.context() as patch, served.client() as client:
        patch.setattr(Answerer, "prepare", fail)
        with pytest.raises(EngineError, match="ZeroDivisionError"):
            client.ask(tiny_request(1))
    assert "a question failed" in caplog.text
    with served.client() as client:
        assert client.ask(tiny_request(1)).model.name == "tiny-previous"


def test_another_model_is_loaded_when_it_is_asked(served: Served) -> None:
    with served.client() as client:
        answer = client.ask(tiny_request(1, model="tiny-next"))
        assert answer.model.name == "tiny-next"
        assert client.ask(tiny_request(1)).model.name == "tiny-previous"

"""Waiting over the wire: places in line, loading, two clients at once, metrics and health."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest
from tests.inference.serving.test_server import TOKEN, Served, wait
from tests.inference.serving.test_service import Gated
from tests.inference.tiny import tiny_profile, tiny_request, tiny_tokenizer

from precedent_inference.answering import Answerer, Prepared, token_rules
from precedent_inference.client import EngineClient
from precedent_inference.engine import Engine
from precedent_inference.errors import Cancelled, EngineError
from precedent_inference.loading import load_answerer
from precedent_inference.models import FoundModels, ModelFolder, find_models
from precedent_inference.progress import Report
from precedent_inference.prompt import Prompt, Query
from precedent_inference.protocol import Answer, AskRequest
from precedent_inference.tokenizer import TextTokenizer
from precedent_inference.wire.request import Asked, request_to_json

HEADERS = {"Authorization": f"Bearer {TOKEN}"}
REQUEST = tiny_request(1)


class Recorded(Answerer):
    """Keeps the questions in the order in which they are answered."""

    order: list[str]

    def prepare(self, request: AskRequest) -> Prepared:
        self.order.append(request.prompt.query.question)
        return super().prepare(request)


class Bench:
    """A server over one gated backend; the second model loads only when it is let."""

    def __init__(self) -> None:
        self.backend = Gated()
        self.order: list[str] = []
        self.may_load = threading.Event()
        self.may_load.set()
        folders = [
            ModelFolder(Path(f"/{name}"), replace(tiny_profile("previous"), name=name))
            for name in ("tiny-previous", "other")
        ]
        self.served = Served(FoundModels(tuple(folders), ()), self._load)

    def _load(self, model: ModelFolder, report: Report) -> Answerer:
        report(0.43, "Reading the weights")
        assert self.may_load.wait(30)
        tokenizer = TextTokenizer(tiny_tokenizer())
        engine = Engine(self.backend, token_rules(model.profile, tokenizer))
        answerer = Recorded(model.profile, tokenizer, engine)
        answerer.order = self.order
        return answerer

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.served.address + path, headers=HEADERS, trust_env=False)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    made.served.service.start()
    wait(lambda: made.served.service.health.state == "ready")
    yield made
    made.may_load.set()
    made.backend.open()
    made.served.close()


def test_health_while_loading_says_how_far_it_is() -> None:
    bench = Bench()
    bench.may_load.clear()
    bench.served.service.start()
    wait(lambda: bench.served.service.health.progress)
    response = bench.get("/health")
    assert response.status_code == 503
    assert response.json() == {
        "status": "loading",
        "model": "tiny-previous",
        "message": "Loading tiny-previous: 43 %",
        "progress": {"model": "tiny-previous", "fraction": 0.43, "stage": "Reading the weights"},
    }
    bench.may_load.set()
    wait(lambda: bench.get("/health").status_code == 200)
    assert bench.get("/health").json()["progress"] is None
    bench.served.close()


def has_said(said: list[str], beginning: str) -> bool:
    return any(line.startswith(beginning) for line in list(said))


def test_two_clients_at_once_take_turns_and_see_their_places(bench: Bench) -> None:
    said: list[str] = []

    def ask(client: EngineClient, name: str) -> Answer:
        request = replace(REQUEST, prompt=Prompt((), Query(REQUEST.prompt.query.images, name)))
        return client.ask(request, on_progress=lambda words: said.append(f"{name}: {words}"))

    with (
        bench.served.client() as first,
        bench.served.client() as second,
        ThreadPoolExecutor(4) as pool,
    ):
        asked = [pool.submit(ask, first, "a1")]
        wait(lambda: bench.served.service.is_answering)
        for name, client, place in (("a2", first, 1), ("a3", first, 2), ("b1", second, 2)):
            asked.append(pool.submit(ask, client, name))
            wait(partial(has_said, said, f"{name}: Waiting: {place} question"))
        bench.backend.open()
        answers = [one.result(30) for one in asked]
    assert bench.order == ["a1", "a2", "b1", "a3"]
    assert len(answers) == 4
    assert "a3: Waiting: 3 questions are answered first." in said


def test_cancelling_while_waiting_frees_the_place(bench: Bench) -> None:
    cancel = threading.Event()
    service = bench.served.service
    running = service.submit(REQUEST, lambda _: None)
    wait(lambda: service.is_answering)
    with bench.served.client() as client, pytest.raises(Cancelled):
        client.ask(REQUEST, on_progress=lambda _: cancel.set(), cancel=cancel)
    wait(lambda: "precedent_queue_length 0.0" in bench.get("/metrics").text)
    assert not running.cancel.is_set()


def test_a_caller_that_wants_no_progress_gets_none(bench: Bench) -> None:
    service = bench.served.service
    service.submit(REQUEST, lambda _: None)
    wait(lambda: service.is_answering)
    threading.Timer(0.2, bench.backend.open).start()
    response = httpx.post(
        bench.served.address + "/v1/chat/completions",
        json=request_to_json(Asked(REQUEST, stream=True)),
        headers=HEADERS,
        trust_env=False,
    )
    chunks = [json.loads(line[5:]) for line in response.text.split("\n\n") if "{" in line]
    assert all(len(chunk["choices"]) == 1 for chunk in chunks)


def test_another_model_that_loads_is_told_to_who_asked_for_it(bench: Bench) -> None:
    said: list[str] = []
    bench.backend.open()
    with bench.served.client() as client:
        client.ask(replace(REQUEST, model="other"), on_progress=said.append)
    assert said == ["Loading other: 43 %"]


def test_a_full_line_is_a_429_with_a_sentence(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.served.service._queue, "_limit", 0)
    response = httpx.post(
        bench.served.address + "/v1/chat/completions",
        json=request_to_json(Asked(REQUEST)),
        headers=HEADERS,
        trust_env=False,
    )
    assert response.status_code == 429
    assert response.json()["error"]["type"] == "busy"
    assert "The line is full" in response.json()["error"]["message"]


def test_an_engine_out_of_memory_is_one_sentence_and_goes_on(bench: Bench) -> None:
    bench.backend.open()
    bench.backend.fails_with = MemoryError()
    with bench.served.client() as client:
        with pytest.raises(EngineError, match="ran out of memory"):
            client.ask(REQUEST)
        bench.backend.fails_with = None
        assert client.ask(REQUEST).model.name == "tiny-previous"


def test_options_next_best_and_log_probabilities_reach_the_client(models_folder: Path) -> None:
    sampling = replace(REQUEST.sampling, top_logprobs=2)
    request = replace(REQUEST, sampling=sampling, logprobs=True, next_best=True)
    served = Served(find_models([models_folder]), lambda model, _: load_answerer(model, "pytorch"))
    served.service.start()
    wait(lambda: served.service.health.state == "ready")
    with served.client() as client:
        written = client.ask(request)
        chosen = client.ask(replace(request, options=("benign", "mass")))
    served.close()
    assert [len(token.top) for token in written.tokens] == [2] * len(written.tokens)
    assert written.next_best is not None
    assert [option.text for option in chosen.options] == ["benign", "mass"]
    assert chosen.text in {"benign", "mass"}


def test_metrics_are_in_the_text_format(bench: Bench) -> None:
    bench.backend.open()
    with bench.served.client() as client:
        client.ask(REQUEST)
    response = bench.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert 'precedent_requests_total{outcome="answered"} 1.0' in response.text
    assert "# TYPE precedent_first_token_seconds histogram" in response.text

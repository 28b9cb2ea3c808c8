"""Examinations over real sockets: streamed, stopped by the next question, refused in words."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.inference.serving.test_server import TOKEN, Served, wait
from tests.inference.tiny import tiny_request

from precedent_inference.client import EngineClient
from precedent_inference.errors import Cancelled, EngineError, PromptError
from precedent_inference.evidence.findings import Evidence, EvidenceRequest, Finding, Verdict
from precedent_inference.loading import load_answerer
from precedent_inference.models import find_models
from precedent_inference.wire.evidence import evidence_event, evidence_request_to_json

WANTED = EvidenceRequest(tiny_request(2), "mass")


@pytest.fixture(scope="module")
def served(models_folder: Path) -> Iterator[Served]:
    running = Served(find_models([models_folder]), lambda model, _: load_answerer(model, "pytorch"))
    running.service.start()
    wait(lambda: running.service.health.state == "ready")
    yield running
    running.close()


def test_findings_stream_and_the_whole_holds_them_all(served: Served) -> None:
    told: list[Finding] = []
    with served.client() as client:
        evidence = client.evidence(WANTED, on_finding=told.append)
    assert tuple(told) == evidence.findings
    assert isinstance(told[-1], Verdict)
    assert b'precedent_requests_total{outcome="examined"}' in served.service.metrics.text()


def test_without_streaming_the_whole_comes_at_once(served: Served) -> None:
    response = httpx.post(
        served.address + "/v1/precedent/evidence",
        json=evidence_request_to_json(WANTED, stream=False, client=""),
        headers={"Authorization": f"Bearer {TOKEN}"},
        trust_env=False,
        timeout=60,
    )
    evidence = evidence_event(response.json())
    assert isinstance(evidence, Evidence)
    assert evidence.verdict is not None


def test_the_next_question_of_a_client_stops_its_examination(served: Served) -> None:
    with served.client() as client:
        with pytest.raises(Cancelled):
            client.evidence(WANTED, on_finding=once(lambda: client.ask(tiny_request(1))))
        assert client.ask(tiny_request(1)).model.name == "tiny-previous"


def test_the_question_of_another_client_waits_for_an_examination(served: Served) -> None:
    said: list[str] = []
    done = threading.Event()

    def ask() -> None:
        with served.client() as other:
            other.ask(tiny_request(1), on_progress=said.append)
        done.set()

    with served.client() as client:
        evidence = client.evidence(
            WANTED, on_finding=once(lambda: threading.Thread(target=ask, daemon=True).start())
        )
    assert evidence.verdict is not None
    assert done.wait(30)


def test_a_cancelled_examination_ends_and_the_engine_goes_on(served: Served) -> None:
    cancel = threading.Event()
    with served.client() as client:
        with pytest.raises(Cancelled):
            client.evidence(WANTED, on_finding=lambda _: cancel.set(), cancel=cancel)
        assert client.ask(tiny_request(1)).model.name == "tiny-previous"


def test_an_empty_answer_is_refused(served: Served) -> None:
    with served.client() as client, pytest.raises(PromptError, match="answer to be examined"):
        client.evidence(EvidenceRequest(tiny_request(1), " "))


def test_a_server_of_another_make_is_named() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(404, text="{}"))
    client = EngineClient("http://hospital:8000", transport=transport)
    with pytest.raises(EngineError, match="hospital:8000 cannot examine"):
        client.evidence(WANTED)


def once(act: Callable[[], object]) -> Callable[[object], None]:
    """Act at the first call."""
    acted: list[bool] = []

    def take(_: object) -> None:
        if not acted:
            acted.append(True)
            act()

    return take

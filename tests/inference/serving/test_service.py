"""Questions in line on a mock backend: turns, places, cancelling, failures that end only one."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.inference.mock_backend import MockBackend, MockState
from tests.inference.serving.test_server import wait
from tests.inference.tiny import tiny_profile, tiny_request, tiny_tokenizer

from precedent_inference.answering import Answerer, token_rules
from precedent_inference.backends.base import FloatArray, Media, Step, TokenState
from precedent_inference.caches.image_store import ImageStore
from precedent_inference.engine import Engine
from precedent_inference.errors import (
    Cancelled,
    EngineBusy,
    EngineError,
    EngineFull,
    ModelError,
    PromptError,
)
from precedent_inference.models import FoundModels, ModelFolder
from precedent_inference.progress import Report
from precedent_inference.protocol import Answer, Loading, Waiting
from precedent_inference.serving.service import Event, Job, Service
from precedent_inference.tokenizer import TextTokenizer

REQUEST = tiny_request(1)


class Gated(MockBackend):
    """Reads a step only when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.permits = threading.Semaphore(0)
        self.is_open = False

    def open(self) -> None:
        self.is_open = True
        self.permits.release()

    def shut(self) -> None:
        self.is_open = False
        while self.permits.acquire(blocking=False):
            pass

    def forward(self, step: Step, media: Media, state: TokenState) -> tuple[FloatArray, MockState]:
        if not self.is_open:
            assert self.permits.acquire(timeout=30)
        return super().forward(step, media, state)


class Bench:
    """A service over one gated backend, and what it told each question."""

    def __init__(self, max_waiting: int = 9, store: Path | None = None) -> None:
        self._store = store
        self.backend = Gated()
        folders = [
            ModelFolder(Path(f"/{name}"), replace(tiny_profile("previous"), name=name))
            for name in ("tiny-previous", "other")
        ]
        self.service = Service(
            FoundModels(tuple(folders), ()),
            "tiny-previous",
            self._load,
            max_waiting=max_waiting,
            store=store,
        )
        self.ended: list[str] = []
        self.service.start()
        wait(lambda: self.service.health.state == "ready")

    def _load(self, model: ModelFolder, report: Report) -> Answerer:
        report(0.43, "Reading the weights")
        tokenizer = TextTokenizer(tiny_tokenizer())
        kept = None if self._store is None else ImageStore(self._store, model.profile.name)
        engine = Engine(self.backend, token_rules(model.profile, tokenizer), store=kept)
        return Answerer(model.profile, tokenizer, engine)

    def ask(self, name: str, model: str = "tiny-previous") -> "Asked":
        return Asked(self, name, model)

    def metric(self, sample: str, **labels: str) -> float:
        families = text_string_to_metric_families(self.service.metrics.text().decode())
        samples = [each for family in families for each in family.samples if each.name == sample]
        return sum(each.value for each in samples if labels.items() <= each.labels.items())


class Asked:
    """A question by a client, the first letter of its name."""

    def __init__(self, bench: Bench, name: str, model: str) -> None:
        self._bench = bench
        self._name = name
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        request = replace(REQUEST, model=model)
        self.job: Job = bench.service.submit(request, self._tell, name[0])

    def _tell(self, event: Event) -> None:
        if isinstance(event, Answer | Exception):
            self._bench.ended.append(self._name)
        self.events.put(event)

    def next(self) -> Event:
        return self.events.get(timeout=30)

    def end(self) -> Event:
        while not isinstance(event := self.next(), Answer | Exception):
            pass
        return event


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.backend.open()
    made.service.close()


def running(bench: Bench) -> Asked:
    """A question whose first step has begun and waits at the gate."""
    first = bench.ask("first")
    wait(lambda: bench.service.is_answering)
    return first


def test_clients_are_answered_in_turns(bench: Bench) -> None:
    asked = [running(bench), *map(bench.ask, ("a1", "a2", "a3", "b1", "b2"))]
    bench.backend.open()
    assert all(isinstance(one.end(), Answer) for one in asked)
    assert bench.ended == ["first", "a1", "b1", "a2", "b2", "a3"]


def test_who_waits_is_told_the_place_in_line_and_when_it_changes(bench: Bench) -> None:
    running(bench)
    bench.ask("a1")
    late = bench.ask("a2")
    assert late.next() == Waiting(2)
    bench.ask("a3")
    other = bench.ask("b1")
    assert other.next() == Waiting(2)
    assert late.next() == Waiting(3)


def test_a_question_that_leaves_the_line_lets_others_move_up(bench: Bench) -> None:
    running(bench)
    gone, stays = bench.ask("a1"), bench.ask("a2")
    assert stays.next() == Waiting(2)
    bench.service.stop(gone.job)
    assert isinstance(gone.end(), Cancelled)
    assert stays.next() == Waiting(1)
    assert bench.metric("precedent_queue_length") == 1


def test_a_running_question_stops_at_its_next_step(bench: Bench) -> None:
    asked = running(bench)
    bench.service.stop(asked.job)
    bench.backend.permits.release()
    assert isinstance(asked.end(), Cancelled)
    assert len(bench.backend.steps) == 1


def test_a_long_prompt_stops_between_two_parts(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("precedent_inference.engine.PREFILL_CHUNK", 4)
    asked = running(bench)
    bench.backend.permits.release()
    wait(lambda: bench.backend.steps)
    bench.service.stop(asked.job)
    bench.backend.permits.release()
    assert isinstance(asked.end(), Cancelled)
    assert [step.tokens.shape for step in bench.backend.steps] == [(1, 4), (1, 4)]


def test_a_full_line_refuses_in_a_sentence() -> None:
    bench = Bench(max_waiting=1)
    first = running(bench)
    second = bench.ask("a1")
    with pytest.raises(EngineBusy, match="The line is full: 1 questions wait"):
        bench.ask("b1")
    bench.backend.open()
    assert all(isinstance(one.end(), Answer) for one in (first, second))
    assert bench.metric("precedent_requests_total", outcome="busy") == 1
    bench.service.close()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "The engine ran out of memory while it answered."),
        (RuntimeError("CUDA error"), "The engine failed while it answered (RuntimeError)."),
        (ModelError("There is no room.", "Ask less."), "There is no room."),
        (EngineError("The provider failed."), "The provider failed."),
        (EngineFull("The memory of the GPU ran out."), "The memory of the GPU ran out."),
    ],
)
def test_a_failing_backend_ends_one_question_and_not_the_engine(
    bench: Bench, error: Exception, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    bench.backend.open()
    bench.backend.fails_with = error
    failed = bench.ask("a1").end()
    assert isinstance(failed, EngineError | ModelError)
    assert failed.message == words
    assert "Traceback" not in words
    bench.backend.fails_with = None
    assert isinstance(bench.ask("a2").end(), Answer)


@pytest.mark.parametrize("error", [MemoryError(), EngineFull("The memory ran out.")])
def test_memory_that_ran_out_gives_back_what_the_caches_hold(
    bench: Bench, error: Exception
) -> None:
    bench.backend.open()
    bench.ask("a1").end()
    assert bench.metric("precedent_cache_bytes", cache="images") > 0
    bench.backend.fails_with = error
    assert isinstance(bench.ask("a2").end(), EngineFull)
    assert bench.metric("precedent_cache_bytes", cache="images") == 0
    assert bench.metric("precedent_cache_bytes", cache="prefixes") == 0


def test_a_failure_between_two_tokens_leaves_the_caches_right(bench: Bench) -> None:
    bench.backend.open()
    wanted = bench.ask("a1").end()
    bench.backend.shut()
    failing, read = bench.ask("a2"), len(bench.backend.steps)
    bench.backend.permits.release()
    wait(lambda: len(bench.backend.steps) > read)
    bench.backend.fails_with = RuntimeError("lost")
    bench.backend.open()
    assert isinstance(failing.end(), EngineError)
    bench.backend.fails_with = None
    again = bench.ask("a3").end()
    assert isinstance(wanted, Answer)
    assert isinstance(again, Answer)
    assert again.text == wanted.text


def test_a_model_that_loads_says_how_far_it_is(bench: Bench) -> None:
    asked = bench.ask("a1", model="other")
    assert asked.next() == Loading("other", 0.43, "Reading the weights")
    bench.backend.open()
    assert isinstance(asked.end(), Answer)
    assert bench.service.health.model == "other"
    assert bench.service.health.progress is None


def test_closing_ends_what_waits(bench: Bench) -> None:
    first, waiting = running(bench), bench.ask("a1")
    bench.backend.permits.release(50)
    bench.service.close()
    assert isinstance(waiting.end(), Cancelled)
    assert isinstance(first.end(), Cancelled | Answer)


def test_the_numbers_tell_what_was_done(bench: Bench) -> None:
    bench.backend.open()
    first, again = bench.ask("a1").end(), bench.ask("a2").end()
    assert isinstance(first, Answer)
    assert isinstance(again, Answer)
    tokens = first.timing.new_tokens + again.timing.new_tokens
    assert bench.metric("precedent_requests_total", outcome="answered") == 2
    assert bench.metric("precedent_generated_tokens_total") == tokens
    assert bench.metric("precedent_first_token_seconds_count") == 2
    assert bench.metric("precedent_images_total", source="computed") == 2
    assert bench.metric("precedent_images_total", source="cached") == 2
    prompt = first.cache.prompt_tokens
    assert bench.metric("precedent_prompt_tokens_total", source="cached") == prompt - 1
    assert bench.metric("precedent_cache_bytes", cache="images") == 200
    assert bench.metric("precedent_cache_bytes", cache="prefixes") > 0
    assert bench.metric("precedent_queue_length") == 0


def test_a_refused_question_is_counted_so(bench: Bench) -> None:
    bench.backend.open()
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    bench.service.submit(replace(REQUEST, stop=("",)), events.put)
    assert isinstance(events.get(timeout=30), PromptError)
    assert bench.metric("precedent_requests_total", outcome="refused") == 1


def test_caches_are_emptied_in_memory_and_on_disk_between_questions(tmp_path: Path) -> None:
    bench = Bench(store=tmp_path)
    asked = bench.ask("a")
    forgetting = threading.Thread(target=bench.service.forget)
    wait(lambda: bench.service.is_answering)
    forgetting.start()
    assert forgetting.is_alive()
    bench.backend.open()
    assert isinstance(asked.end(), Answer)
    forgetting.join(30)
    assert not forgetting.is_alive()
    assert list(tmp_path.rglob("*.image")) == []
    assert bench.metric("precedent_cache_bytes") == 0
    bench.service.close()

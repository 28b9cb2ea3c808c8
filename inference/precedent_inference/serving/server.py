"""The engine over HTTP on this machine: chat completions, streamed, behind a token.

4xx is the caller's mistake, 429 a full queue, 503 means loading, 5xx is ours; every error has a
body with one sentence. A caller that goes away stops its answer.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from precedent_inference.embedding.embeddings import Embeddings
from precedent_inference.errors import PromptError, RequestTooLarge
from precedent_inference.evidence.findings import Finding
from precedent_inference.protocol import Answer, Loading, Waiting
from precedent_inference.serving.guard import Guard
from precedent_inference.serving.metrics import CONTENT_TYPE
from precedent_inference.serving.service import End, Event, Service, Work
from precedent_inference.wire.answer import (
    Json,
    answer_to_json,
    card_to_json,
    last_chunk,
    progress_chunk,
    text_chunk,
)
from precedent_inference.wire.embedding import embed_request_from_json, embeddings_to_json
from precedent_inference.wire.errors import error_status, error_to_json
from precedent_inference.wire.evidence import (
    evidence_request_from_json,
    evidence_to_json,
    finding_event,
)
from precedent_inference.wire.facts import facts_to_json
from precedent_inference.wire.request import Asked, request_from_json
from precedent_resources import PrecedentError

MAX_BODY_BYTES = 128 * 1024**2


def build_app(service: Service, token: str, port: int) -> ASGIApp:
    """Give the application that serves `service` on 127.0.0.1:`port`."""
    endpoints = Endpoints(service)
    routes = [
        Route("/health", endpoints.health),
        Route("/metrics", endpoints.metrics),
        Route("/v1/models", endpoints.models),
        Route("/v1/chat/completions", endpoints.chat, methods=["POST"]),
        Route("/v1/precedent/evidence", endpoints.evidence, methods=["POST"]),
        Route("/v1/precedent/embeddings", endpoints.embeddings, methods=["POST"]),
        Route("/v1/precedent/count", endpoints.count, methods=["POST"]),
        Route("/v1/precedent/caches", endpoints.forget, methods=["DELETE"]),
    ]
    return Guard(Starlette(routes=routes), token, port)


class Endpoints:
    """The addresses."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def health(self, _: Request) -> Response:
        """Say whether questions can be asked; 503 while the first model loads or when it failed."""
        health = self._service.health
        body = {
            "status": health.state,
            "model": health.model,
            "message": health.message,
            "progress": None if health.progress is None else asdict(health.progress),
        }
        return JSONResponse(body, 200 if health.state == "ready" else 503)

    async def metrics(self, _: Request) -> Response:
        """Give the numbers of this process as Prometheus reads them."""
        return Response(self._service.metrics.text(), headers={"content-type": CONTENT_TYPE})

    async def models(self, _: Request) -> Response:
        """List the models."""
        cards = [card_to_json(card) for card in self._service.cards()]
        return JSONResponse({"object": "list", "data": cards})

    async def count(self, request: Request) -> Response:
        """Say what a question would take of its model, without asking it."""
        try:
            asked = request_from_json(await _read_json(request))
            facts = await run_in_threadpool(self._service.count, asked.request)
        except PrecedentError as error:
            return _error_response(error)
        return JSONResponse(facts_to_json(facts))

    async def forget(self, _: Request) -> Response:
        """Empty the caches, in memory and on disk."""
        try:
            await run_in_threadpool(self._service.forget)
        except PrecedentError as error:
            return _error_response(error)
        return Response(status_code=204)

    async def chat(self, request: Request) -> Response:
        """Answer one question, streamed when the request says so."""
        try:
            asked = request_from_json(await _read_json(request))
        except PromptError as error:
            return self._refused(error)
        return await self._run(request, asked, asked.request)

    async def evidence(self, request: Request) -> Response:
        """Examine one answer, finding by finding when the request says to stream."""
        try:
            asked, wanted = evidence_request_from_json(await _read_json(request))
        except PromptError as error:
            return self._refused(error)
        return await self._run(request, asked, wanted)

    async def embeddings(self, request: Request) -> Response:
        """Give the vectors of pictures, after the questions that came first."""
        try:
            wanted, encoding = embed_request_from_json(await _read_json(request))
            run = Run(self._service, wanted)
        except PromptError as error:
            return self._refused(error)
        except PrecedentError as error:
            return _error_response(error)
        with _ending(asyncio.create_task(_stop_when_gone(request, run))):
            end = await run.end()
        if isinstance(end, Embeddings):
            return JSONResponse(embeddings_to_json(end, wanted.model, encoding))
        return _whole(end)

    def _refused(self, error: PromptError) -> Response:
        self._service.metrics.ended("refused")
        return _error_response(error)

    async def _run(self, request: Request, asked: Asked, work: Work) -> Response:
        try:
            run = Run(self._service, work, asked)
        except PrecedentError as error:
            return _error_response(error)
        watch = asyncio.create_task(_stop_when_gone(request, run))
        if asked.stream:
            return await _streamed(run, watch)
        with _ending(watch):
            return _whole(await run.end())


class Run:
    """Work on its way through the service, read as events on the server's loop."""

    def __init__(self, service: Service, work: Work, asked: Asked | None = None) -> None:
        """asked: how the answer to a question travels; None for what is no question."""
        self._model = "" if asked is None else asked.request.model
        self._service = service
        self._wants_progress = asked is not None and asked.wants_progress
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._job = service.submit(work, self._put, "" if asked is None else asked.client)

    def stop(self) -> None:
        """Cancel the work; what is over stays as it is."""
        self._service.stop(self._job)

    def line(self, event: str | Waiting | Loading | Finding) -> Json:
        """Give the streamed event of what has come so far."""
        if isinstance(event, str):
            return text_chunk(self._model, event)
        if isinstance(event, Waiting | Loading):
            return progress_chunk(self._model, event)
        return finding_event(event)

    async def next(self) -> Event:
        """Wait for the next event; what is waited for is one only where the request says so."""
        while True:
            event = await self._events.get()
            if self._wants_progress or not isinstance(event, Waiting | Loading):
                return event

    async def end(self) -> End:
        """Wait for the whole, or for what ended it."""
        while True:
            event = await self.next()
            if isinstance(event, End):
                return event

    def _put(self, event: Event) -> None:
        # The loop is closed when the server ended before the answer did.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)


async def _streamed(run: Run, watch: "asyncio.Task[None]") -> Response:
    """Wait for the first event, so that a question that cannot be asked has its own status."""
    first = await run.next()
    if isinstance(first, PrecedentError):
        watch.cancel()
        return _error_response(first)
    return StreamingResponse(_lines(run, first, watch), media_type="text/event-stream")


async def _lines(run: Run, event: Event, watch: "asyncio.Task[None]") -> AsyncIterator[str]:
    try:
        while not isinstance(event, End):
            yield _line(run.line(event))
            event = await run.next()
        yield _line(_last(event))
        yield "data: [DONE]\n\n"
    finally:
        run.stop()
        watch.cancel()


def _last(end: End) -> Json:
    if isinstance(end, PrecedentError):
        return error_to_json(end)
    assert not isinstance(end, Embeddings), "vectors are never streamed"
    return last_chunk(end) if isinstance(end, Answer) else evidence_to_json(end)


def _whole(end: End) -> Response:
    if isinstance(end, PrecedentError):
        return _error_response(end)
    assert not isinstance(end, Embeddings), "a question has no vectors for an answer"
    return JSONResponse(answer_to_json(end) if isinstance(end, Answer) else evidence_to_json(end))


def _line(body: Json) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


@contextlib.contextmanager
def _ending(task: "asyncio.Task[None]") -> Iterator[None]:
    try:
        yield
    finally:
        task.cancel()


async def _stop_when_gone(request: Request, run: Run) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    run.stop()


async def _read_json(request: Request) -> object:
    """Read the body within its bound. Raises RequestTooLarge or PromptError."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise RequestTooLarge(
                f"The request is larger than {MAX_BODY_BYTES // 1024**2} MB.",
                "Send fewer or smaller pictures.",
            )
    try:
        decoded: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PromptError(f"The request is not JSON: {error}.") from error
    return decoded


def _error_response(error: PrecedentError) -> Response:
    return JSONResponse(error_to_json(error), error_status(error))

"""The engine over HTTP on this machine: chat completions, streamed, behind a token.

4xx is the caller's mistake, 503 means loading, 5xx is ours; every error has a body with one
sentence. A caller that goes away stops its answer.
"""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from precedent_inference.errors import Cancelled, PromptError
from precedent_inference.guard import Guard
from precedent_inference.protocol import Answer, AskRequest
from precedent_inference.service import Service
from precedent_inference.wire import (
    Json,
    answer_to_json,
    card_to_json,
    last_chunk,
    request_from_json,
    text_chunk,
)
from precedent_inference.wire_errors import error_status, error_to_json
from precedent_resources import PrecedentError

MAX_BODY_BYTES = 128 * 1024**2

Event = str | Answer | PrecedentError
"""A piece of text, the whole answer at the end, or what ended it."""


def build_app(service: Service, token: str, port: int) -> ASGIApp:
    """Give the application that serves `service` on 127.0.0.1:`port`."""
    endpoints = Endpoints(service)
    routes = [
        Route("/health", endpoints.health),
        Route("/v1/models", endpoints.models),
        Route("/v1/chat/completions", endpoints.chat, methods=["POST"]),
    ]
    return Guard(Starlette(routes=routes), token, port)


class Endpoints:
    """The three addresses."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def health(self, _: Request) -> Response:
        """Say whether questions can be asked; 503 while the first model loads."""
        health = self._service.health
        body = {"status": health.state, "model": health.model, "message": health.message}
        return JSONResponse(body, 503 if health.state == "loading" else 200)

    async def models(self, _: Request) -> Response:
        """List the models."""
        cards = [card_to_json(card) for card in self._service.cards()]
        return JSONResponse({"object": "list", "data": cards})

    async def chat(self, request: Request) -> Response:
        """Answer one question, streamed when the request says so."""
        try:
            body = await _read_json(request)
            asked = request_from_json(body)
            run = Run(self._service, asked)
            watch = asyncio.create_task(_stop_when_gone(request, run.cancel))
            if isinstance(body, dict) and body.get("stream") is True:
                return await _streamed(run, watch)
            with _ending(watch):
                return JSONResponse(answer_to_json(await run.whole()))
        except PrecedentError as error:
            return _error_response(error)


class Run:
    """One question on its way through the worker thread, read as events on the server's loop."""

    def __init__(self, service: Service, request: AskRequest) -> None:
        self.model = request.model
        self.cancel = threading.Event()
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        future = service.submit(request, self._put, self.cancel)
        future.add_done_callback(lambda done: self._put(_outcome(done)))

    async def next(self) -> Event:
        """Wait for the next event."""
        return await self._events.get()

    async def whole(self) -> Answer:
        """Wait for the answer. Raises what ended it."""
        while True:
            event = await self.next()
            if isinstance(event, PrecedentError):
                raise event
            if isinstance(event, Answer):
                return event

    def _put(self, event: Event) -> None:
        # The loop is closed when the server ended before the answer did.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)


def _outcome(done: "Future[Answer]") -> Event:
    if done.cancelled():
        return Cancelled("The engine is closing.")
    error = done.exception()
    if error is None:
        return done.result()
    assert isinstance(error, PrecedentError)
    return error


async def _streamed(run: Run, watch: "asyncio.Task[None]") -> Response:
    """Wait for the first event, so that a question that cannot be asked has its own status."""
    first = await run.next()
    if isinstance(first, PrecedentError):
        watch.cancel()
        return _error_response(first)
    return StreamingResponse(_lines(run, first, watch), media_type="text/event-stream")


async def _lines(run: Run, event: Event, watch: "asyncio.Task[None]") -> AsyncIterator[str]:
    try:
        while isinstance(event, str):
            yield _line(text_chunk(run.model, event))
            event = await run.next()
        yield _line(last_chunk(event) if isinstance(event, Answer) else error_to_json(event))
        yield "data: [DONE]\n\n"
    finally:
        run.cancel.set()
        watch.cancel()


def _line(body: Json) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


@contextlib.contextmanager
def _ending(task: "asyncio.Task[None]") -> Iterator[None]:
    try:
        yield
    finally:
        task.cancel()


async def _stop_when_gone(request: Request, cancel: threading.Event) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    cancel.set()


async def _read_json(request: Request) -> object:
    """Read the body within its bound. Raises PromptError."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise PromptError(
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

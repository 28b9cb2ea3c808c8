"""What the rest of Precedent knows of an engine: ask, and get a streamed answer.

EngineClient speaks to any chat-completions server; LocalEngine owns the engine process on this
machine and starts it again when it has died. Starts in milliseconds: neither torch nor onnxruntime
is imported.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import httpx

from precedent_inference.caches.image_store import default_root, remove_all
from precedent_inference.child import Child
from precedent_inference.errors import Cancelled, EngineError, EngineLost
from precedent_inference.evidence.findings import Evidence, EvidenceRequest, Finding
from precedent_inference.interrupt import Interrupt
from precedent_inference.json_border import Table
from precedent_inference.progress import progress_words
from precedent_inference.protocol import (
    Answer,
    AnswerToken,
    AskRequest,
    CacheCounts,
    FinishReason,
    Loading,
    ModelCard,
    ModelSummary,
    PromptFacts,
    Timing,
    Waiting,
)
from precedent_inference.wire.answer import (
    answer_from_evidence,
    card_from_json,
    finish_reason,
    logprobs_from_json,
    progress_from_json,
)
from precedent_inference.wire.errors import error_from_json
from precedent_inference.wire.evidence import evidence_event, evidence_request_to_json
from precedent_inference.wire.facts import facts_from_json
from precedent_inference.wire.request import Asked, Json, request_to_json
from precedent_resources import PrecedentError

__all__ = ["EngineClient", "LocalEngine"]

CHAT = "/v1/chat/completions"
EVIDENCE = "/v1/precedent/evidence"
if TYPE_CHECKING:
    from precedent_inference.embedding.embeddings import Embeddings

EMBEDDINGS = "/v1/precedent/embeddings"
LACKS = {EVIDENCE: "examine its answers", EMBEDDINGS: "compare pictures"}
"""What a server cannot do that does not know an address of ours."""
CONNECT_S = 5.0
WRITE_S = 60.0
POLL_S = 0.05
START_S = 600.0
"""Without any progress; a large model on a slow disk takes minutes."""
DYING_S = 2.0
NOT_OFFERED = frozenset({httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED})


class EngineClient:
    """Asks a chat-completions server, ours or another."""

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        name: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """name: who asks, for a server whose callers take turns; None makes one up."""
        self.base_url = base_url
        self._name = name or secrets.token_hex(8)
        self._place = urlsplit(base_url).netloc
        is_local = urlsplit(base_url).hostname in {"127.0.0.1", "localhost", "::1"}
        self._http = httpx.Client(
            base_url=base_url,
            headers={} if token is None else {"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(None, connect=CONNECT_S, write=WRITE_S),
            # A fresh connection for each question: `Interrupt` must learn its socket.
            limits=httpx.Limits(max_keepalive_connections=0),
            transport=transport,
            trust_env=not is_local,
        )

    def models(self) -> tuple[ModelCard, ...]:
        """List the models. Raises EngineLost or EngineRefused."""
        table = Table.of(self._get("/v1/models"), "The engine's list of models", EngineError)
        return tuple(card_from_json(item) for item in table.items("data"))

    def health(self) -> tuple[str, str]:
        """Give our engine's state ("loading", "ready", "failed") and its message."""
        response = self._send("GET", "/health")
        table = Table.of(_json(response.text), "The engine's health", EngineError)
        if "status" not in table.values:
            raise error_from_json(table.values, response.status_code)
        return table.text("status"), table.text("message")

    def count(self, request: AskRequest) -> PromptFacts | None:
        """Say what a request would take of its model, without asking it.

        None from a server that is not ours. Raises EngineLost, ModelError, PromptError, ImageError.
        """
        body = request_to_json(Asked(request))
        response = self._send("POST", "/v1/precedent/count", body)
        if response.status_code in NOT_OFFERED:
            return None
        if not response.is_success:
            raise error_from_json(_json(response.text), response.status_code)
        return facts_from_json(_json(response.text))

    def forget(self) -> None:
        """Empty the engine's caches, in memory and on disk, once a question under way is over.

        A server that is not ours is left alone. Raises EngineLost, EngineError.
        """
        response = self._send("DELETE", "/v1/precedent/caches")
        if not response.is_success and response.status_code not in NOT_OFFERED:
            raise error_from_json(_json(response.text), response.status_code)

    def ask(
        self,
        request: AskRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        on_progress: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Answer:
        """Ask and wait for the whole answer; `on_text` gets each piece, on this thread.

        `on_progress` gets what is waited for in words: the place in line, a model that loads.
        Raises Cancelled soon after `cancel` is set, EngineLost when the connection breaks, and what
        the engine reports: PromptError, ImageError, ModelError, EngineLoading, EngineRefused,
        EngineError.
        """
        reply = _Reply(request, self._place, on_text, on_progress)
        body = request_to_json(Asked(request, stream=True, wants_progress=True, client=self._name))
        for event in self._events(CHAT, body, cancel):
            reply.add(event)
        if reply.finish is None:
            raise self._lost("was lost while it answered", None)
        return reply.answer(reply.finish)

    def evidence(
        self,
        request: EvidenceRequest,
        *,
        on_finding: Callable[[Finding], None] | None = None,
        on_progress: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Evidence:
        """Find out what an answer rests on; `on_finding` gets each finding when it is made.

        The next question of this client stops it in the engine too. Raises as `ask` does;
        EngineError where the server gives no evidence.
        """
        body = evidence_request_to_json(request, stream=True, client=self._name)
        for raw in self._events(EVIDENCE, body, cancel):
            event = evidence_event(raw)
            if isinstance(event, Evidence):
                return event
            if isinstance(event, Waiting | Loading):
                if on_progress is not None:
                    on_progress(progress_words(event))
            elif event is not None and on_finding is not None:
                on_finding(event)
        raise self._lost("was lost while it examined an answer", None)

    def embed(
        self,
        pngs: Sequence[bytes],
        model: str = "starter",
        *,
        cancel: threading.Event | None = None,
    ) -> "Embeddings":
        """Give the vectors by which pictures are compared; without pictures, only what makes them.

        They go in small batches, between which a question is answered. Raises as `ask` does;
        EngineError where the server embeds no pictures.
        """
        # Vectors are arrays: who only asks questions need not load what holds them.
        from precedent_inference.embedding.embeddings import BATCH, EmbedRequest, joined
        from precedent_inference.wire.embedding import (
            embed_request_to_json,
            embeddings_from_json,
        )

        parts: list[Embeddings] = []
        for start in range(0, max(1, len(pngs)), BATCH):
            batch = tuple(pngs[start : start + BATCH])
            body = embed_request_to_json(EmbedRequest(model, batch))
            for event in self._events(EMBEDDINGS, body, cancel):
                parts.append(embeddings_from_json(event, len(batch)))
        return joined(parts)

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def _events(self, path: str, body: Json, cancel: threading.Event | None) -> Iterator[object]:
        """Give each event of a stream. Raises what the engine reports, EngineLost or Cancelled."""
        is_cancelled = cancel.is_set if cancel is not None else bool
        with Interrupt(cancel) as interrupt:
            try:
                for event in self._stream(path, body, interrupt):
                    if is_cancelled():
                        raise _stopped()
                    yield _checked(event)
            except (httpx.TransportError, httpx.StreamError) as error:
                if is_cancelled():
                    raise _stopped() from error
                raise self._lost("was lost while it answered", error) from error
        if is_cancelled():
            raise _stopped()

    def _stream(self, path: str, body: Json, interrupt: Interrupt) -> Iterator[object]:
        """Give each event as it comes; a server that does not stream gives one."""
        extensions = {"trace": interrupt.trace}
        with self._http.stream("POST", path, json=body, extensions=extensions) as response:
            if not response.is_success:
                response.read()
                raise self._refusal(path, response)
            if response.headers.get("content-type", "").startswith("application/json"):
                response.read()
                yield _json(response.text)
                return
            for line in response.iter_lines():
                if line.startswith("data:") and line != "data: [DONE]":
                    yield _json(line[5:])

    def _refusal(self, path: str, response: httpx.Response) -> PrecedentError:
        if path in LACKS and response.status_code in NOT_OFFERED:
            return EngineError(
                f"The server at {self._place} cannot {LACKS[path]}.",
                "Ask the engine that comes with Precedent.",
            )
        return error_from_json(_json(response.text), response.status_code)

    def _get(self, path: str) -> object:
        response = self._send("GET", path)
        if not response.is_success:
            raise error_from_json(_json(response.text), response.status_code)
        return _json(response.text)

    def _send(self, method: str, path: str, body: object = None) -> httpx.Response:
        try:
            return self._http.request(method, path, json=body)
        except httpx.TransportError as error:
            raise self._lost("cannot be reached", error) from error

    def _lost(self, what: str, error: Exception | None) -> EngineLost:
        reason = f": {error}" if error is not None and str(error) else ""
        return EngineLost(f"The engine at {self._place} {what}{reason}.", "Ask again.")

    def __enter__(self) -> "EngineClient":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Reply:
    """An answer while it arrives."""

    def __init__(
        self,
        request: AskRequest,
        place: str,
        on_text: Callable[[str], None] | None,
        on_progress: Callable[[str], None] | None,
    ) -> None:
        self.finish: FinishReason | None = None
        self._request = request
        self._place = place
        self._on_text = on_text
        self._on_progress = on_progress
        self._started = time.perf_counter()
        self._first: float | None = None
        self._text = ""
        self._pieces = 0
        self._tokens: list[AnswerToken] = []
        self._last: Table = Table({}, "The engine's answer", EngineError)

    def add(self, event: object) -> None:
        """Take in one event."""
        table = Table.of(event, "The engine's answer", EngineError)
        progress = progress_from_json(table.table("precedent", {}))
        if progress is not None:
            self._tell(progress)
            return
        if "precedent" in table.values or "usage" in table.values:
            self._last = table
        for choice in table.tables("choices", ()):
            self._tokens += logprobs_from_json(choice)
            part = choice.table("delta" if "delta" in choice.values else "message")
            self._take_text(part.optional_text("content") or "")
            if choice.values.get("finish_reason") is not None:
                self.finish = finish_reason(choice.text("finish_reason"))

    def answer(self, finish: FinishReason) -> Answer:
        """Give the whole answer."""
        if "precedent" in self._last.values:
            evidence = self._last.values["precedent"]
            return answer_from_evidence(evidence, self._text.rstrip(), finish, tuple(self._tokens))
        usage = self._last.table("usage", {})
        now = time.perf_counter()
        first = self._first or now
        tokens = usage.integer("completion_tokens", self._pieces)
        rate = (tokens - 1) / (now - first) if tokens > 1 and now > first else 0.0
        return Answer(
            text=self._text.strip(),
            model=ModelSummary(self._request.model, "unknown", "remote", "unknown", self._place),
            shots=tuple(shot.case_id for shot in self._request.prompt.shots),
            timing=Timing(0.0, first - self._started, rate, tokens),
            cache=CacheCounts(0, 0, usage.integer("prompt_tokens", 0), 0),
            confidence=None,
            warnings=("This server does not report what the model saw.",),
            finish_reason=finish,
            tokens=tuple(self._tokens),
        )

    def _tell(self, progress: Waiting | Loading) -> None:
        if self._on_progress is not None:
            self._on_progress(progress_words(progress))

    def _take_text(self, text: str) -> None:
        if not text:
            return
        self._first = self._first or time.perf_counter()
        self._pieces += 1
        self._text += text
        if self._on_text is not None:
            self._on_text(text)


class LocalEngine:
    """The engine process on this machine; ends with this process."""

    def __init__(
        self,
        *,
        backend: Literal["auto", "pytorch", "onnx"] = "auto",
        model_folders: Sequence[Path] = (),
        first_model: str | None = None,
        encoder: Path | None = None,
    ) -> None:
        """Nothing is started yet. first_model: the one loaded at the start; None for the starter.

        When it cannot be loaded, questions to it say why. encoder: an ONNX file or a Hugging Face
        folder that embeds pictures in place of the models' own eyes.
        """
        self._arguments = ["--backend", backend]
        if first_model is not None:
            self._arguments += ["--model", first_model]
        for folder in model_folders:
            self._arguments += ["--models", str(folder)]
        if encoder is not None:
            self._arguments += ["--encoder", str(encoder)]
        self._name = secrets.token_hex(8)
        self._child: Child | None = None
        self._starting = threading.Lock()
        """Held while a client is made, which may take minutes."""
        self._choosing = threading.Lock()
        """Held for a moment, while `_child` changes."""

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._child is not None and self._child.is_running

    @property
    def pid(self) -> int | None:
        """The process's id, None when it does not run."""
        return self._child.pid if self._child is not None and self._child.is_running else None

    def client(self, *, on_progress: Callable[[str], None] | None = None) -> EngineClient:
        """Give a client of the running engine; start it if it does not run, wait until it is ready.

        Raises EngineLost when it ends before it is ready, or is closed meanwhile.
        """
        with self._starting:
            child = self._child
            if child is not None:
                try:
                    return self._reach(child, on_progress)
                except EngineLost:
                    # A process that was killed counts as running until the system has ended it.
                    if self._child is not child or not child.has_ended(DYING_S):
                        raise
            if on_progress is not None:
                on_progress("Starting the engine.")
            return self._reach(self._replace(child), on_progress)

    def forget(self) -> None:
        """Empty the caches: by the engine where it runs, else on disk. Raises EngineError."""
        if self.is_running:
            self.client().forget()
        else:
            remove_all(default_root())

    def close(self) -> None:
        """End the process and wait for it; who waits for a client gets EngineLost."""
        with self._choosing:
            child, self._child = self._child, None
        if child is not None:
            child.close()

    def _replace(self, former: Child | None) -> Child:
        if former is not None:
            former.close()
        with self._choosing:
            child = self._child = Child(self._arguments)
        return child

    def _reach(self, child: Child, on_progress: Callable[[str], None] | None) -> EngineClient:
        client = EngineClient(child.connect(), child.token, name=self._name)
        try:
            self._wait(child, client, on_progress)
        except BaseException:
            client.close()
            raise
        return client

    def _wait(
        self, child: Child, client: EngineClient, on_progress: Callable[[str], None] | None
    ) -> None:
        until = time.monotonic() + START_S
        said = ""
        while time.monotonic() < until:
            if not child.is_running:
                raise child.lost()
            state, message = client.health()
            if state != "loading":
                return
            if message != said:
                until, said = time.monotonic() + START_S, message
                if on_progress is not None:
                    on_progress(message)
            time.sleep(POLL_S)
        raise EngineLost(
            f"The engine got no further for {START_S:.0f} s.", "Ask again or restart Precedent."
        )


def _json(text: str) -> object:
    try:
        decoded: object = json.loads(text)
    except ValueError as error:
        raise EngineError(f"The engine's answer is not JSON: {text[:80]!r}.") from error
    return decoded


def _checked(event: object) -> object:
    """Give an event back. Raises the error that it reports."""
    if isinstance(event, dict) and "error" in event:
        raise error_from_json(event, httpx.codes.INTERNAL_SERVER_ERROR)
    return event


def _stopped() -> Cancelled:
    return Cancelled("The answer was stopped.")

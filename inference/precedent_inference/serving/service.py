"""What an engine process offers: its models, one of them loaded, and one question at a time.

Questions wait in a fair queue for a single worker thread, so two of them are never mixed. What
fails one question, memory that ran out included, leaves the engine ready for the next.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from precedent_inference.answering import Answerer
from precedent_inference.caches.image_store import remove_all
from precedent_inference.counting.meter import Meters
from precedent_inference.embedding.embedder import Embedder
from precedent_inference.embedding.embeddings import Embeddings, EmbedRequest
from precedent_inference.embedding.tower import TowerEmbedder
from precedent_inference.errors import Cancelled, EngineBusy, EngineError, EngineFull, EngineLoading
from precedent_inference.evidence.examine import examine
from precedent_inference.evidence.findings import Evidence, EvidenceRequest, Finding
from precedent_inference.models import FoundModels, ModelFolder
from precedent_inference.progress import Report, progress_words
from precedent_inference.protocol import (
    Answer,
    AskRequest,
    Loading,
    ModelCard,
    PromptFacts,
    Waiting,
)
from precedent_inference.serving.fair_queue import FairQueue
from precedent_inference.serving.metrics import Metrics, Outcome
from precedent_resources import PrecedentError

logger = logging.getLogger(__name__)

MAX_WAITING = 64
GRACE_S = 2.0
"""A running answer ends at its next token; a loading model ends with the process."""

State = Literal["loading", "ready", "failed"]
Work = AskRequest | EvidenceRequest | EmbedRequest
"""A question to be answered, an answer to be examined, or pictures to be embedded."""
End = Answer | Evidence | Embeddings | PrecedentError
Event = Waiting | Loading | str | Finding | End
"""What is waited for, a piece of text or a finding; at the end the whole, or what ended it."""
Load = Callable[[ModelFolder, Report], Answerer]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the first model is loaded, and why not."""

    state: State
    model: str
    message: str = ""
    progress: Loading | None = None
    """None when nothing is being loaded."""


@dataclass(slots=True, eq=False)
class Job:
    """Work on its way."""

    model: ModelFolder
    work: Work
    client: str
    tell: Callable[[Event], None]
    cancel: threading.Event
    place: int = 0
    """How many come first, as it was told last."""


class Service:
    """The models of one engine process."""

    def __init__(
        self,
        found: FoundModels,
        first: str,
        load: Load,
        *,
        max_waiting: int = MAX_WAITING,
        store: Path | None = None,
        encoder: Callable[[], Embedder] | None = None,
    ) -> None:
        """Load nothing before `start`.

        store: where `load` keeps encoded images, if it does. encoder: gives what embeds pictures in
        place of the models themselves.
        """
        self._found = found
        self._load = load
        self._encoder = encoder
        self._loaded: Answerer | None = None
        self._meters = Meters()
        self._queue: FairQueue[Job] = FairQueue(max_waiting)
        self._store = store
        self._running: Job | None = None
        self._turn = threading.Lock()
        """Held while a question is answered, and while the caches are emptied."""
        self._worker = threading.Thread(target=self._work, name="answer", daemon=True)
        self.metrics = Metrics(lambda: len(self._queue), self._cache_bytes)
        self.health = Health("loading", first, f"Loading {first}.")

    @property
    def is_answering(self) -> bool:
        """Whether a question is being answered now."""
        return self._running is not None

    def start(self) -> None:
        """Begin to load the first model, then to answer."""
        self._worker.start()

    def close(self) -> None:
        """Stop what runs and what waits; wait a moment for the worker to notice."""
        for job in self._queue.close():
            job.tell(Cancelled("The engine is closing."))
        running = self._running
        if running is not None:
            running.cancel.set()
        if self._worker.is_alive():
            self._worker.join(GRACE_S)

    def cards(self) -> tuple[ModelCard, ...]:
        """Give every model that can be asked."""
        return tuple(_card(model) for model in self._found.models)

    def count(self, request: AskRequest) -> PromptFacts:
        """Say what a request would take, whatever is being loaded or answered; from any thread.

        Raises ModelError when there is no such model, PromptError, ImageError.
        """
        model = self._found.named(request.model)
        loaded = self._loaded
        engine = None
        if loaded is not None and loaded.profile == model.profile:
            engine = loaded.engine
        return self._meters.of(model).count(request, engine)

    def submit(self, work: Work, tell: Callable[[Event], None], client: str = "") -> Job:
        """Put work in its client's line; a question stops its client's examinations.

        tell: called on any thread, with an End last; whatever else goes wrong becomes an
        EngineError. Raises EngineLoading until the first model is loaded,
        ModelError when there is no such model, EngineBusy when too many wait.
        """
        try:
            if self.health.state == "loading":
                raise EngineLoading(self.health.message, "Ask again in a moment.")
            question = work.asked if isinstance(work, EvidenceRequest) else work
            model = self._found.named(question.model)
            job = Job(model, work, client, tell, threading.Event())
            self._queue.put(client, job)
        except PrecedentError as error:
            self.metrics.ended(_outcome(error))
            raise
        if isinstance(work, AskRequest):
            self._stop_examinations(client)
        self._tell_places()
        return job

    def stop(self, job: Job) -> None:
        """Cancel a question, whether it waits or runs; one that is over stays as it is."""
        job.cancel.set()
        if self._queue.remove(job):
            self._end(job, Cancelled("The question was stopped while it waited."))
            self._tell_places()

    def forget(self) -> None:
        """Empty the caches, in memory and on disk, once the question under way is over.

        Raises EngineError when a file cannot be removed.
        """
        with self._turn:
            self._forget()
            if self._store is not None:
                remove_all(self._store)

    def _stop_examinations(self, client: str) -> None:
        running = self._running
        for job in (*self._queue.order(), *(() if running is None else (running,))):
            if job.client == client and isinstance(job.work, EvidenceRequest):
                self.stop(job)

    def _work(self) -> None:
        self._load_first()
        while (job := self._queue.get()) is not None:
            self._running = job
            self._tell_places()
            with self._turn:
                end = self._do(job)
            self._end(job, end)
            self._running = None

    def _do(self, job: Job) -> End:
        try:
            return self._whole(job)
        except EngineFull as error:
            self._forget()
            return error
        except PrecedentError as error:
            return error
        except MemoryError:
            logger.exception("a question ran out of memory")
            self._forget()
            return EngineFull(
                "The engine ran out of memory while it answered.",
                "Ask with fewer reference cases, or close other programs.",
            )
        except Exception as error:
            logger.exception("a question failed")
            return EngineError(
                f"The engine failed while it answered ({type(error).__name__}).",
                "Ask again; if it fails again, report it with the log.",
            )

    def _whole(self, job: Job) -> End:
        if isinstance(job.work, EmbedRequest):
            return self._embedder(job.model).embed(job.work.images, job.cancel)
        answerer = self._answerer(job.model)
        if isinstance(job.work, EvidenceRequest):
            return examine(answerer, job.work, job.tell, job.cancel)
        prepared = answerer.prepare(job.work)
        return answerer.run(prepared, job.tell, job.cancel)

    def _end(self, job: Job, end: End) -> None:
        if isinstance(end, Answer):
            self.metrics.answered(end)
        elif isinstance(end, Evidence):
            self.metrics.ended("examined")
        elif isinstance(end, Embeddings):
            self.metrics.ended("embedded")
        else:
            self.metrics.ended(_outcome(end))
        job.tell(end)

    def _tell_places(self) -> None:
        """Tell who waits how many come first, where that has changed."""
        first = int(self.is_answering)
        for place, job in enumerate(self._queue.order(), start=first):
            if place not in (0, job.place):
                job.place = place
                job.tell(Waiting(place))

    def _answerer(self, model: ModelFolder) -> Answerer:
        if self._loaded is None or self._loaded.profile != model.profile:
            self._loaded = None  # the memory of the last model is needed for the next
            self._loaded = self._load(model, lambda *report: self._report(model, *report))
            self.health = Health("ready", model.profile.name)
        return self._loaded

    def _embedder(self, model: ModelFolder) -> Embedder:
        if self._encoder is not None:
            return self._encoder()
        return TowerEmbedder(self._answerer(model))

    def _report(self, model: ModelFolder, fraction: float, stage: str) -> None:
        progress = Loading(model.profile.name, fraction, stage)
        self.health = Health(self.health.state, progress.model, progress_words(progress), progress)
        if self._running is not None:
            self._running.tell(progress)

    def _load_first(self) -> None:
        name = self.health.model
        try:
            self._answerer(self._found.named(name))
        except PrecedentError as error:
            self.health = Health("failed", name, str(error))
        except Exception as error:
            logger.exception("the first model failed to load")
            self.health = Health("failed", name, f"The model {name} failed to load: {error}.")

    def _forget(self) -> None:
        if self._loaded is not None:
            self._loaded.engine.forget()

    def _cache_bytes(self) -> Mapping[str, int]:
        loaded = self._loaded
        if loaded is None:
            return {}
        engine = loaded.engine
        return {
            "images": engine.image_cache.used_bytes,
            "prefixes": engine.prefix_cache.used_bytes,
        }


def _outcome(error: PrecedentError) -> Outcome:
    """Say how a question ended that was not answered."""
    if isinstance(error, Cancelled):
        return "cancelled"
    if isinstance(error, EngineBusy):
        return "busy"
    return "failed" if isinstance(error, EngineError) else "refused"


def _card(model: ModelFolder) -> ModelCard:
    profile = model.profile
    return ModelCard(
        name=profile.name,
        kind=profile.kind,
        takes_shots=profile.takes_shots,
        max_images=profile.max_images,
        context_tokens=profile.context_tokens,
        card=model.card,
        known_limits=profile.known_limits,
        trained_images=profile.trained_images,
        templates=profile.templates,
    )

"""What an engine process offers: its models, one of them loaded, and one question at a time.

Questions wait in line for a single worker thread, so two of them are never mixed.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from precedent_inference.answering import Answerer, Prepared
from precedent_inference.errors import Cancelled, EngineError, EngineLoading
from precedent_inference.models import FoundModels, ModelFolder
from precedent_inference.protocol import Answer, AskRequest, ModelCard
from precedent_resources import PrecedentError

logger = logging.getLogger(__name__)

State = Literal["loading", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the first model is loaded, and why not."""

    state: State
    model: str
    message: str = ""


class Service:
    """The models of one engine process."""

    def __init__(
        self, found: FoundModels, first: str, load: Callable[[ModelFolder], Answerer]
    ) -> None:
        self._found = found
        self._load = load
        self._loaded: Answerer | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="answer")
        self._running: set[threading.Event] = set()
        self.health = Health("loading", first, f"Loading the model {first}.")

    @property
    def is_answering(self) -> bool:
        """Whether a question is being answered now."""
        return bool(self._running)

    def start(self) -> None:
        """Begin to load the first model."""
        self._worker.submit(self._load_first)

    def close(self) -> None:
        """Stop what runs and wait in vain for nothing."""
        for cancel in list(self._running):
            cancel.set()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def cards(self) -> tuple[ModelCard, ...]:
        """Give every model that can be asked."""
        return tuple(_card(model) for model in self._found.models)

    def submit(
        self, request: AskRequest, on_text: Callable[[str], None], cancel: threading.Event
    ) -> "Future[Answer]":
        """Put a question in line. Raises EngineLoading until the first model is loaded.

        The future raises what the answer raises; whatever is not a PrecedentError becomes an
        EngineError.
        """
        if self.health.state == "loading":
            raise EngineLoading(self.health.message, "Ask again in a moment.")
        model = self._found.named(request.model)
        return self._worker.submit(self._answer, model, request, on_text, cancel)

    def _answer(
        self,
        model: ModelFolder,
        request: AskRequest,
        on_text: Callable[[str], None],
        cancel: threading.Event,
    ) -> Answer:
        self._running.add(cancel)
        try:
            if cancel.is_set():
                raise Cancelled("The answer was stopped while it waited.")
            answerer = self._answerer(model)
            prepared: Prepared = answerer.prepare(request)
            return answerer.run(prepared, on_text, cancel)
        except PrecedentError:
            raise
        except Exception as error:
            logger.exception("a question failed")
            raise EngineError(
                f"The engine failed while it answered ({type(error).__name__}).",
                "Ask again; if it fails again, report it with the log.",
            ) from error
        finally:
            self._running.discard(cancel)

    def _answerer(self, model: ModelFolder) -> Answerer:
        if self._loaded is None or self._loaded.profile != model.profile:
            self._loaded = None  # the memory of the last model is needed for the next
            self._loaded = self._load(model)
        return self._loaded

    def _load_first(self) -> None:
        name = self.health.model
        try:
            self._answerer(self._found.named(name))
            self.health = Health("ready", name)
        except PrecedentError as error:
            self.health = Health("failed", name, str(error))
        except Exception as error:
            logger.exception("the first model failed to load")
            self.health = Health("failed", name, f"The model {name} failed to load: {error}.")


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
    )

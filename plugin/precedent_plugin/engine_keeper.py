"""The one engine of a session: made and started by who needs it first, ended with its window."""

import threading
from collections.abc import Callable
from typing import Protocol

from precedent_inference.errors import EngineLost
from precedent_inference.protocol import AskRequest, ModelCard, PromptFacts
from precedent_plugin.examination import Examines
from precedent_plugin.question import Client
from precedent_plugin.suggest.advisor import Embeds


class EngineClientLike(Client, Examines, Embeds, Protocol):
    """The part of `EngineClient` that a session needs."""

    def models(self) -> tuple[ModelCard, ...]:
        """List the models that the engine offers."""
        ...

    def count(self, request: AskRequest) -> PromptFacts | None:
        """Say what a request would take of its model; None from a server that is not ours."""
        ...


class EngineLike(Protocol):
    """The part of `LocalEngine` that a session needs."""

    def client(self, *, on_progress: Callable[[str], None] | None = None) -> EngineClientLike:
        """Give a client of a running engine; start it when it is not running or dead."""
        ...

    def forget(self) -> None:
        """Empty its caches, on disk where it does not run."""
        ...

    def close(self) -> None:
        """End the process."""
        ...


class EngineKeeper:
    """Holds the engine. May be used from any thread; whatever waits for the process says so."""

    def __init__(self, make: Callable[[], EngineLike]) -> None:
        """Make nothing yet."""
        self._make = make
        self._engine: EngineLike | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    def client(self, progress: Callable[[str], None] | None = None) -> EngineClientLike:
        """Give a client of the running engine; may wait until it runs. Raises EngineLost."""
        return self._held().client(on_progress=progress)

    def forget(self) -> None:
        """Empty the caches, in memory and on disk; may wait. Raises EngineError."""
        self._held().forget()

    def restart(self) -> None:
        """End the engine; the next client starts one, which looks for its models anew; waits."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def close(self) -> None:
        """End the engine for good."""
        with self._lock:
            self._is_closed = True
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def _held(self) -> EngineLike:
        with self._lock:
            if self._is_closed:
                raise EngineLost("The engine was ended with its window.", "Open the window again.")
            if self._engine is None:
                self._engine = self._make()
            return self._engine

"""One window's work with the plugin: library, tray, engine and the question under way.

The panels hold a Session and nothing below it. Methods marked "may wait" read files or talk to the
engine: call them through the host's `run`. All others return at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from psygnal import Signal

from precedent_inference.protocol import ModelCard
from precedent_plugin.host import Runner
from precedent_plugin.library import CaseLibrary
from precedent_plugin.preprocess import ViewImage
from precedent_plugin.question import Client, Question
from precedent_plugin.select import ArrangedShot
from precedent_plugin.tray import Tray
from precedent_plugin.warnings import PromptWarning


class EngineClientLike(Client, Protocol):
    """The part of `EngineClient` that a session needs."""

    def models(self) -> tuple[ModelCard, ...]:
        """List the models that the engine offers."""


class EngineLike(Protocol):
    """The part of `LocalEngine` that a session needs."""

    def client(self, *, on_progress: Callable[[str], None] | None = None) -> EngineClientLike:
        """Give a client of a running engine; start it when it is not running or dead."""

    def close(self) -> None:
        """End the process."""


@dataclass(frozen=True, slots=True)
class AskSettings:
    """How to ask."""

    model: str = "starter"
    max_new_tokens: int = 32
    temperature: float = 0.0
    seed: int = 0
    rationale: bool = False


class Session:
    """Library, tray, engine and the question under way, joined."""

    question_changed = Signal(object)
    """With the new `Question`, or None; its own signals say how it goes on."""

    def __init__(
        self, library: CaseLibrary, run: Runner, make_engine: Callable[[], EngineLike]
    ) -> None:
        """The engine is made and started with the first call that needs it."""
        self.library = library
        self.tray = Tray()
        self._run = run
        self._make_engine = make_engine

    @property
    def question(self) -> Question | None:
        """The latest question, whatever its state."""
        raise NotImplementedError

    def models(self, progress: Callable[[str], None] | None = None) -> tuple[ModelCard, ...]:
        """List the models; may wait for the engine to start."""
        raise NotImplementedError

    def arrange(self, image: ViewImage | None) -> tuple[ArrangedShot, ...]:
        """Give the tray's shots in the order of the prompt, muted ones after; may wait."""
        raise NotImplementedError

    def check(self, image: ViewImage | None) -> tuple[PromptWarning, ...]:
        """Give what is true and worth knowing before asking; may wait."""
        raise NotImplementedError

    def ask(self, text: str, image: ViewImage, settings: AskSettings) -> Question:
        """Make a question of the tray's active shots and send it; stops one under way.

        Raises PromptError at once when the words cannot be asked.
        """
        raise NotImplementedError

    def stop(self) -> None:
        """Stop the question under way."""
        raise NotImplementedError

    def retry(self) -> None:
        """Send the latest question again after it failed or was stopped."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop everything and end the engine; the library is closed by who opened it."""
        raise NotImplementedError

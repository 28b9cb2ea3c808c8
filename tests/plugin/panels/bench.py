"""A host, an engine and a window's worth of panels, without a viewer or a model."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QWidget
from tests.plugin.seen import see

from precedent_inference.embedding.embeddings import Embeddings
from precedent_inference.errors import EngineLost
from precedent_inference.evidence.findings import Evidence, EvidenceRequest, Finding
from precedent_inference.protocol import (
    Answer,
    AskRequest,
    CacheCounts,
    ModelCard,
    ModelSummary,
    PromptFacts,
    Sent,
    Timing,
)
from precedent_plugin.cases import Case, CaseDraft, Provenance
from precedent_plugin.errors import HostError
from precedent_plugin.host import HostCommand, PaintedPixels, ViewSnapshot
from precedent_plugin.library import CaseLibrary
from precedent_plugin.panels.workplace import Workplace
from precedent_plugin.preprocess import encode_png
from precedent_plugin.runners import PlainHandle, run_here
from precedent_resources import PrecedentError


def pixels(seed: int) -> NDArray[np.uint8]:
    """Give a picture, (48, 64, 3), of smooth shapes that differ by seed."""
    rows, columns = np.mgrid[0:48, 0:64]
    grey = 127 + 120 * np.sin(rows / (3 + seed % 5)) * np.cos(columns / (4 + seed % 7))
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


@dataclass
class Held:
    """A question on its way, answered by the test."""

    on_progress: Callable[[Any], object]
    on_result: Callable[[Any], object]
    on_error: Callable[[PrecedentError], object]

    def say(self, words: str) -> None:
        self.on_progress(("text", words))

    def wait(self, words: str) -> None:
        self.on_progress(("progress", words))


class FakeHost:
    """Shows one picture, runs work at once, remembers what it was told."""

    view_changed = Signal(object)
    version = 1
    capabilities: frozenset[Any] = frozenset({"commands"})

    def __init__(self) -> None:
        self.view: ViewSnapshot | None = ViewSnapshot(
            sop_instance_uid="1.2.3", modality="CT", frame_index=11, number_of_frames=64,
            window=(40.0, 400.0), patient_key_source="PATIENT", title="CT, frame 12 of 64",
        )  # fmt: skip
        self.seed = 0
        self.notes: list[tuple[str, str | None, str]] = []
        self.panels: dict[str, Any] = {}
        self.commands: dict[str, HostCommand] = {}
        self.closers: list[Callable[[], None]] = []
        self.holds = False
        self.held: list[Held] = []

    def show(self, seed: int, frame: int) -> None:
        self.seed = seed
        self.view = ViewSnapshot(sop_instance_uid="1.2.3", modality="CT", frame_index=frame,
                                 number_of_frames=64)  # fmt: skip
        self.view_changed.emit(self.view)

    def snapshot(self) -> ViewSnapshot | None:
        return self.view

    def painted_pixels(self, *, region_only: bool = True) -> PaintedPixels:
        if self.view is None:
            raise HostError("Nothing is shown.")
        return pixels(self.seed)

    def stored_pixels(self) -> NDArray[Any]:
        raise HostError("Not here.")

    def modality_pixels(self) -> NDArray[np.float32]:
        raise HostError("Not here.")

    def add_panel(self, widget: Any, *, title: str, object_name: str, area: str = "right") -> None:
        self.panels[title] = widget

    def register(self, command: HostCommand) -> None:
        self.commands[command.id] = command

    def open_paths(self, paths: tuple[Path, ...]) -> None:
        raise HostError("Not here.")

    def notify(self, message: str, hint: str | None = None, *, level: str = "info") -> None:
        self.notes.append((message, hint, level))

    def run(
        self,
        function: Callable[..., Any],
        *args: object,
        on_result: Callable[[Any], object],
        on_error: Callable[[PrecedentError], object] | None = None,
        on_progress: Callable[[Any], object] | None = None,
    ) -> PlainHandle:
        if self.holds and function.__name__ in ("_ask", "_examine"):
            assert on_progress is not None
            assert on_error is not None
            self.held.append(Held(on_progress, on_result, on_error))
            return PlainHandle()
        return run_here(
            function, *args, on_result=on_result, on_error=on_error, on_progress=on_progress
        )

    def on_closing(self, callback: Callable[[], None]) -> None:
        self.closers.append(callback)


def an_answer(request: AskRequest, text: str = "pneumonia") -> Answer:
    shots = request.prompt.shots
    return Answer(
        text=text,
        model=ModelSummary("starter", "flamingo", "onnx", "float32", "CPU"),
        shots=tuple(shot.case_id for shot in shots),
        timing=Timing(0.0, 0.084, 41.0, 3),
        cache=CacheCounts(1, len(shots), 160, 120),
        confidence=0.93,
        warnings=(),
        finish_reason="stop",
        sent=Sent("<s>Question", request.prompt.images),
    )


@dataclass
class FakeEngine:
    """An engine and its client in one."""

    requests: list[AskRequest] = field(default_factory=list)
    answer: str = "pneumonia"
    is_dead: bool = False
    is_closed: bool = False
    starts: int = 0
    findings: list[Finding] = field(default_factory=list)
    examined: list[EvidenceRequest] = field(default_factory=list)

    def embed(self, pngs: Sequence[bytes], model: str = "starter") -> Embeddings:
        return see(pngs)

    def forget(self) -> None:
        """It keeps nothing."""

    def client(self, *, on_progress: Callable[[str], None] | None = None) -> "FakeEngine":
        self.starts += 1
        if on_progress is not None:
            on_progress("Starting the engine")
        return self

    def models(self) -> tuple[ModelCard, ...]:
        return (
            ModelCard("starter", "flamingo", "yes", 9, 1024, "# Starter\nA demonstration.",
                      ("It has no medical knowledge.",)),
            ModelCard("other", "flamingo", "no", 1, 1024, "# Other"),
        )  # fmt: skip

    def count(self, request: AskRequest) -> PromptFacts | None:
        return None

    def ask(
        self,
        request: AskRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        on_progress: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Answer:
        self.requests.append(request)
        if self.is_dead:
            raise EngineLost("The engine's process ended.", "Ask again to restart it.")
        for piece in self.answer.split(" "):
            if on_text is not None:
                on_text(piece)
        return an_answer(request, self.answer)

    def evidence(
        self,
        request: EvidenceRequest,
        *,
        on_finding: Callable[[Finding], None] | None = None,
        on_progress: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Evidence:
        self.examined.append(request)
        if self.is_dead:
            raise EngineLost("The engine's process ended.", "Ask again to restart it.")
        for finding in self.findings:
            if on_finding is not None:
                on_finding(finding)
        return Evidence(tuple(self.findings), 1.0)

    def close(self) -> None:
        self.is_closed = True


@dataclass
class Bench:
    """Everything that a test of the panels needs."""

    host: FakeHost
    library: CaseLibrary
    engine: FakeEngine
    work: Workplace

    def add_cases(self, *answers: str) -> list[Case]:
        return [
            self.library.add(
                CaseDraft("What does this show?", answer, None, ("chest",),
                          Provenance(modality="CT")),
                encode_png(pixels(seed)),
            )
            for seed, answer in enumerate(answers, 1)
        ]  # fmt: skip

    def fill_tray(self, *answers: str) -> list[Case]:
        cases = self.add_cases(*answers)
        self.work.desk.add_to_tray([case.id for case in cases])
        return cases

    @staticmethod
    def press(
        widget: QWidget,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        QTest.keyClick(widget, key, modifier)  # type: ignore[call-overload]  # stub wants a self

    def ask(self, words: str = "What does this show?") -> None:
        self.work.ask.question.setPlainText(words)
        self.work.ask.ask()


class MakeBench(Protocol):
    """Makes a bench; `holds` leaves answers to the test."""

    def __call__(self, *, holds: bool = False, with_sample: bool = False) -> Bench: ...

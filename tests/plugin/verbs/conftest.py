"""The command line on a fake engine and a painter of plain pictures."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from precedent_inference.errors import EngineLost
from precedent_inference.evidence.findings import (
    Agreement,
    Baseline,
    Certainty,
    Evidence,
    EvidenceRequest,
    Influence,
    OcclusionMap,
    Rectangle,
    Reliance,
    Rerun,
    Verdict,
)
from precedent_inference.protocol import (
    Answer,
    AskRequest,
    CacheCounts,
    ModelSummary,
    PromptFacts,
    Timing,
)
from precedent_plugin.host import PaintedPixels, ViewSnapshot

STARTER = ModelSummary("starter", "flamingo", "onnx", "float32", "CPU")


class FakeEngine:
    """Answers with the last shot's answer; stands in for LocalEngine."""

    made: list["FakeEngine"]
    is_broken = False

    def __init__(self, **arguments: Any) -> None:
        self.arguments = arguments
        self.asked: list[AskRequest] = []
        self.is_closed = False
        self.examined: EvidenceRequest | None = None
        self.made.append(self)

    def forget(self) -> None:
        """It keeps nothing."""

    def client(self, *, on_progress: Callable[[str], None] | None = None) -> "FakeEngine":
        assert on_progress is not None
        on_progress("Starting the engine.")
        if self.is_broken:
            raise EngineLost("The engine ended before it was ready.", "Run `precedent doctor`.")
        return self

    def close(self) -> None:
        self.is_closed = True

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
        self.asked.append(request)
        text = request.prompt.shots[-1].answer if request.prompt.shots else "unknown"
        if on_text is not None:
            on_text(text)
        ids = tuple(shot.case_id for shot in request.prompt.shots)
        counts, timing = CacheCounts(1, 2, 90, 40), Timing(1.5, 0.25, 30.0, 2)
        return Answer(text, STARTER, ids, timing, counts, 0.875, ("It ran on the CPU.",), "stop")

    def evidence(
        self, request: EvidenceRequest, *, on_progress: Callable[[str], None] | None = None
    ) -> Evidence:
        self.examined = request
        return EVIDENCE


EVIDENCE = Evidence(
    (
        Certainty(-0.5, -0.25, "left", 1.5),
        Influence(0, "shot-1", -0.125),
        Influence(1, "shot-2", 0.75),
        Agreement("orders", (Rerun("right", True, (1, 0)),), 0.0),
        Reliance("query-picture", "right", False, 0.0),
        Reliance("shot-answers", "left", True, 2.0, "left"),
        Baseline("majority", None, False),
        Baseline("last", "right", True, shot=1),
        OcclusionMap(0, ((0.5, 0.0), (0.25, -0.125)), Rectangle(0, 0, 64, 64)),
        Verdict("last", "Copies the last precedent: because."),
    ),
    1.25,
)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[FakeEngine]:
    """The engines that a verb made."""
    made: list[FakeEngine] = []
    monkeypatch.setattr(FakeEngine, "made", made, raising=False)
    monkeypatch.setattr(FakeEngine, "is_broken", False)
    monkeypatch.setattr("precedent_plugin.verbs.ask.LocalEngine", FakeEngine)
    monkeypatch.setattr("precedent_plugin.verbs.demo.LocalEngine", FakeEngine)
    monkeypatch.setattr("precedent_plugin.verbs.casebook_check.LocalEngine", FakeEngine)
    monkeypatch.setattr("precedent_plugin.verbs.audit.LocalEngine", FakeEngine)
    monkeypatch.setattr("precedent_plugin.verbs.erase.LocalEngine", FakeEngine)
    monkeypatch.setattr("precedent_plugin.verbs.ask.painter", lambda: paint)
    monkeypatch.setattr("precedent_plugin.verbs.erase.painter", lambda: paint)
    return made


def paint(path: Path, *, index: int = 0) -> tuple[PaintedPixels, ViewSnapshot]:
    """Stand in for the viewer: any picture is a CT of patient DOE."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    snapshot = ViewSnapshot(
        modality="CT",
        frame_index=index,
        number_of_frames=index + 1,
        patient_key_source="DOE^JANE" if path.stem.startswith("doe") else path.stem,
    )
    return pixels, snapshot


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[[str, int], str]:
    """Writes a picture with a disc at a place and gives its path."""

    def write(name: str, x: int) -> str:
        rows, columns = np.mgrid[:64, :64]
        grey = np.where((rows - 32) ** 2 + (columns - x) ** 2 < 100, 220, 40).astype(np.uint8)
        path = tmp_path / f"{name}.png"
        Image.fromarray(grey).save(path)
        return str(path)

    return write

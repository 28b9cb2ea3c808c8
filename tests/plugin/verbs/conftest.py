"""The command line on a fake engine and a painter of plain pictures."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from precedent_inference.errors import EngineLost
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
        self.made.append(self)

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
    monkeypatch.setattr("precedent_plugin.verbs.ask.painter", lambda: paint)
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

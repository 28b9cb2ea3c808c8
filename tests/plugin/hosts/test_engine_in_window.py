"""From an open study to an answer in the real window, by a real engine process."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.inference.tiny import write_tiny_model
from tests.plugin.hosts.window import Window, real_window

from precedent_inference.client import LocalEngine
from precedent_inference.protocol import Answer
from precedent_resources import resource

PATIENCE_MS = 180_000
"""The engine loads its runtime twice; on a machine that is busy elsewhere this takes long."""


@pytest.fixture
def tiny_models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    write_tiny_model(folder / "tiny-previous", "previous")
    return folder


@pytest.fixture
def engine(tiny_models: Path) -> Iterator[LocalEngine]:
    made = LocalEngine(backend="pytorch", model_folders=[tiny_models])
    yield made
    made.close()


@pytest.fixture
def window(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: LocalEngine
) -> Iterator[Window]:
    with real_window(qapp, tmp_path, monkeypatch, lambda: engine, with_sample=True) as made:
        yield made


def ready_to_ask(window: Window, qtbot: QtBot) -> None:
    """Open the sample study and fill the tray from the sample casebook."""
    app, work = window.app, window.work
    app.open_paths([resource("samples", "study")])
    qtbot.waitUntil(lambda: work.desk.view is not None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: bool(work.session.library.cases()), timeout=PATIENCE_MS)
    sample = json.loads(resource("samples", "sample.json").read_text(encoding="utf-8"))
    work.desk.add_to_tray(sample["shots"][:4])
    qtbot.waitUntil(lambda: len(work.desk.tray.shots) == 4, timeout=PATIENCE_MS)
    work.ask.models.box.addItem("tiny-previous")
    work.ask.models.box.setCurrentText("tiny-previous")
    work.ask.question.setPlainText(sample["query"]["question"])


def answered(window: Window, qtbot: QtBot) -> Answer:
    """Ask by the command and wait for the answer."""
    session, before = window.work.session, window.work.session.question
    window.app.registry.run("ask.ask-question")
    qtbot.waitUntil(
        lambda: (
            session.question is not None
            and session.question is not before
            and session.question.is_finished
        ),
        timeout=PATIENCE_MS,
    )
    assert session.question is not None
    assert session.question.answer is not None, session.question.error
    return session.question.answer


def test_engine_answers_comes_back_when_killed_and_ends_with_the_window(
    window: Window, engine: LocalEngine, qtbot: QtBot
) -> None:
    ready_to_ask(window, qtbot)
    first, first_pid = answered(window, qtbot), engine.pid
    assert first.sent is not None
    assert len(first.sent.media) == 5
    assert window.work.ask.answer.view.evidence.isVisible()
    assert first_pid is not None
    os.kill(first_pid, signal.SIGTERM)
    qtbot.waitUntil(lambda: not engine.is_running, timeout=PATIENCE_MS)
    second = answered(window, qtbot)
    assert second.text == first.text
    assert engine.pid != first_pid
    history = window.work.session.library.history
    qtbot.waitUntil(lambda: len(history()) == 2, timeout=PATIENCE_MS)  # it is written by a worker
    window.app.window.close()
    assert not engine.is_running

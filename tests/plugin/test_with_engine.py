"""The session with the real engine process and a tiny random model: asked, killed, asked again."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.inference.tiny import write_tiny_model

from precedent_inference.client import LocalEngine
from precedent_inference.protocol import Sampling
from precedent_plugin.ask_settings import AskSettings
from precedent_plugin.cases import CaseDraft, Provenance
from precedent_plugin.library import CaseLibrary
from precedent_plugin.pictures import content_hash
from precedent_plugin.preprocess import ViewImage, encode_png
from precedent_plugin.question import Question
from precedent_plugin.runners import ThreadRunner
from precedent_plugin.session import Session

SETTINGS = AskSettings(model="tiny-previous", sampling=Sampling(3))
WAIT_S = 300


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (48, 48, 3), dtype=np.uint8)
    return encode_png(pixels)


def view(seed: int) -> ViewImage:
    png = picture(seed)
    return ViewImage(png, content_hash(png), 48, 48, Provenance())


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LocalEngine]:
    write_tiny_model(tmp_path / "models" / "tiny-previous", "previous")
    local = LocalEngine(backend="pytorch", model_folders=[tmp_path / "models"])
    yield local
    local.close()


@pytest.fixture
def session(library: CaseLibrary, engine: LocalEngine) -> Iterator[Session]:
    runner = ThreadRunner()
    made = Session(library, runner, lambda: engine)
    yield made
    made.close()
    runner.join(WAIT_S)


def finished(question: Question) -> threading.Event:
    """An event that is set when the question has ended."""
    event = threading.Event()
    question.state_changed.connect(lambda _: event.set() if question.is_finished else None)
    if question.is_finished:
        event.set()
    return event


def test_question_is_answered_killed_and_answered_again(
    session: Session, engine: LocalEngine
) -> None:
    cases = [session.library.add(CaseDraft("Which?", f"kind {n}"), picture(n)) for n in range(2)]
    session.tray.add(cases)
    first = session.ask("Which?", view(9), SETTINGS)
    assert finished(first).wait(WAIT_S)
    assert first.error is None
    assert first.answer is not None
    assert first.answer.shots == tuple(case.id for case in first.shots)
    assert first.answer.model.name == "tiny-previous"
    assert first.answer.sent is not None
    assert len(first.answer.sent.media) == 3

    killed = engine.pid
    assert killed is not None
    os.kill(killed, 9)
    second = session.ask("Which?", view(9), SETTINGS)
    assert finished(second).wait(WAIT_S)
    assert second.state == "answered", second.error
    assert second.text == first.text
    assert engine.pid not in (None, killed)


def test_a_count_is_what_the_answer_then_takes(session: Session) -> None:
    case = session.library.add(CaseDraft("Which?", "one"), picture(1))
    session.tray.add([case])
    told = session.count("Which?", view(2), SETTINGS)
    assert told is not None
    assert (told.images_cached, len(told.pictures), told.fits) == (0, 2, True)
    question = session.ask("Which?", view(2), SETTINGS, told)
    assert finished(question).wait(WAIT_S)
    assert question.answer is not None
    assert question.answer.cache.prompt_tokens == told.prompt_tokens
    again = session.count("Which?", view(2), SETTINGS)
    assert again is not None
    assert again.images_cached == 2
    assert again.prompt_tokens_cached == told.prompt_tokens - 1

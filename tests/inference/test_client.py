"""The whole path: a model folder, a served engine, a client that streams."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.inference.tiny import tiny_request

from precedent_inference.client import LocalEngine


@pytest.fixture(scope="module")
def engine(models_folder: Path) -> Iterator[LocalEngine]:
    local = LocalEngine(backend="pytorch", model_folders=[models_folder])
    yield local
    local.close()


def test_an_answer_streams_and_carries_its_evidence(engine: LocalEngine) -> None:
    pieces: list[str] = []
    with engine.client() as client:
        answer = client.ask(tiny_request(2), on_text=pieces.append)
    assert "".join(pieces).rstrip() == answer.text
    assert answer.shots == ("case-0", "case-1")
    assert answer.model.backend == "pytorch"
    assert answer.sent is not None
    assert len(answer.sent.media) == 3

"""Memory that runs out ends one question with what would fit; the next one is answered."""

from pathlib import Path

import pytest
import torch
from tests.inference.tiny import tiny_request, write_tiny_model
from torch import Tensor

from precedent_inference.answering import Answerer
from precedent_inference.backends.device_plan import Device, Plan, Smaller
from precedent_inference.backends.pytorch import TorchBackend, open_torch_backend
from precedent_inference.errors import EngineFull, ModelError
from precedent_inference.loading import load_answerer
from precedent_inference.model import flamingo, weights

TOO_MUCH = 1 << 50
"""Elements that no machine has room for: torch's own error comes, not one made up here."""

PLAN = Plan(
    Device("cpu", 0, "the processor", 10**9), "fp32", "fp32", "As asked.", Smaller("bf16", 10**9)
)


def greedy(*_: object, **__: object) -> Tensor:
    return torch.empty(TOO_MUCH)


@pytest.fixture
def answerer(tmp_path: Path) -> Answerer:
    return load_answerer(write_tiny_model(tmp_path / "tiny", "previous"), "pytorch")


def test_the_question_ends_with_what_would_fit_and_the_next_is_answered(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = answerer.answer(tiny_request()).text
    with monkeypatch.context() as patched:
        patched.setattr(flamingo.Flamingo, "decode", greedy)
        with pytest.raises(EngineFull) as caught:
            answerer.answer(tiny_request())
    assert caught.value.message == (
        "The memory of the processor ran out while the question was answered."
    )
    assert caught.value.hint is not None
    assert caught.value.hint.startswith(
        "Ask with fewer reference cases, or start the engine with --precision bf16 ("
    )
    assert answerer.answer(tiny_request()).text == wanted


def test_pictures_that_do_not_fit_end_the_question_too(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(answerer.engine.backend, TorchBackend)
    monkeypatch.setattr(answerer.engine.backend.model.vision, "forward", greedy)
    with pytest.raises(EngineFull):
        answerer.answer(tiny_request())
    monkeypatch.undo()
    assert answerer.answer(tiny_request()).text


def test_a_failure_that_is_not_about_memory_stays_what_it_is(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Tensor:
        raise RuntimeError("device-side assert triggered")

    monkeypatch.setattr(flamingo.Flamingo, "decode", broken)
    with pytest.raises(RuntimeError, match="device-side assert"):
        answerer.answer(tiny_request())


def test_a_model_that_does_not_fit_after_all_is_refused_with_what_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write_tiny_model(tmp_path / "tiny", "previous")
    monkeypatch.setattr(weights, "_usable", greedy)
    with pytest.raises(ModelError) as caught:
        open_torch_backend(model.path, PLAN, context_tokens=512)
    assert caught.value.message == (
        "The memory of the processor ran out while the model was loaded in fp32."
    )
    assert caught.value.hint == (
        "Close other programs, or start the engine with --precision bf16 (1.0 GB less)."
    )

"""A stage that is cut off and goes on ends where an unbroken one does."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from precedent_inference.model.flamingo import Flamingo
from precedent_inference.model.language import DecoderLayer, rotations
from precedent_inference.training.bank import PictureBank, make_bank
from precedent_inference.training.encoder_stage import (
    Encoder,
    appearance,
    contrastive_loss,
    layout_stress,
    train_encoder,
)
from precedent_inference.training.language_stage import (
    LatentBank,
    comparison_loss,
    draw_batch,
    episode_loss,
    mixture_at,
    prepare,
    train_language,
)
from precedent_inference.training.latents import encode_bank
from precedent_inference.training.recipe import STARTER, EncoderSettings, LanguageSettings, Mixture
from precedent_inference.training.vocabulary import train_tokenizer

SMALL = replace(
    STARTER,
    language=replace(STARTER.language, layers=4, width=64, heads=2, mlp_width=64),
)


@pytest.fixture(scope="module")
def bank() -> PictureBank:
    return make_bank(1, classes=40, instances=5, marked=30, workers=1)


@pytest.fixture(scope="module")
def latents(bank: PictureBank, tmp_path_factory: pytest.TempPathFactory) -> LatentBank:
    path = tmp_path_factory.mktemp("latents") / "latents.pt"
    return encode_bank(Encoder(SMALL).eval(), bank, 0, path)


def test_the_encoder_resumes_exactly(bank: PictureBank, tmp_path: Path) -> None:
    settings = EncoderSettings(steps=4, batch=20, learning_rate=1e-3, keep_every=2)
    whole, broken, resumed = (_encoder() for _ in range(3))
    for encoder, path, stop in (
        (whole, "whole.pt", None),
        (broken, "cut.pt", 3),
        (resumed, "cut.pt", None),
    ):
        _exhaust(train_encoder(encoder, bank, settings, 0, tmp_path / path), stop)
    assert not _same(whole, broken)
    assert _same(whole, resumed)


def test_the_decoder_resumes_exactly(latents: LatentBank, tmp_path: Path) -> None:
    settings = LanguageSettings(
        steps=4, batch=2, learning_rate=1e-3, keep_every=2, text_steps=1, synthetic_steps=1
    )
    tokenizer = train_tokenizer(0, sentences=100)
    whole, broken, resumed = (_model() for _ in range(3))
    for model, path, stop in (
        (whole, "whole.pt", None),
        (broken, "cut.pt", 3),
        (resumed, "cut.pt", None),
    ):
        steps = train_language(model, tokenizer, latents, settings, 0, tmp_path / path)
        _exhaust(steps, stop)
    assert _same(whole, resumed)
    assert not _same(whole, broken)


def test_stages_follow_the_schedule() -> None:
    settings = LanguageSettings(
        steps=100, batch=2, learning_rate=1e-3, text_steps=10, synthetic_steps=20
    )
    shares = [mixture_at(step, settings) for step in (0, 10, 29, 30)]
    assert [share.text for share in shares] == [1.0, 0.2, 0.2, 0.1]
    assert [round(share.text + share.synthetic, 9) for share in shares] == [1.0, 1.0, 1.0, 0.4]


def test_the_contrastive_loss_is_least_when_classes_lie_apart() -> None:
    classes = torch.tensor([0, 0, 1, 1])
    apart = torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    mixed = torch.tensor([[1.0, 0], [0, 1], [1, 0], [0, 1]])
    # By hand: each picture has one fellow; at temperature 0.1 a likeness of 1 scores 10.
    share = np.exp(10) / (np.exp(10) + 2)
    assert contrastive_loss(apart, classes).item() == pytest.approx(-np.log(share), abs=1e-6)
    assert contrastive_loss(mixed, classes) > contrastive_loss(apart, classes)


def test_features_have_unit_length() -> None:
    features = appearance(torch.randn(3, 8, 192))
    assert torch.allclose(features.norm(dim=-1), torch.ones(3))


def _encoder() -> Encoder:
    torch.manual_seed(0)
    return Encoder(SMALL)


def _model() -> Flamingo:
    torch.manual_seed(0)
    model = Flamingo(SMALL)
    prepare(model)
    return model


def _exhaust(steps: Iterable[object], stop: int | None) -> None:
    for _ in islice(steps, stop):
        pass


def _same(first: nn.Module, second: nn.Module) -> bool:
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_layout_stress_by_hand() -> None:
    # Both distances are per value: latents 2 apart, coarse pictures 1 apart and wanted 0.7.
    layout = torch.tensor([[0.0, 0, 0, 0], [2, 2, 2, 2]])
    coarse = torch.tensor([[0.0, 0], [1, 1]])
    # The two pairs are off by 1.3, a picture and itself by nothing.
    assert layout_stress(layout, coarse).item() == pytest.approx(2 * 1.3**2 / 4)


def test_comparison_loss_by_hand() -> None:
    """With no queries all earlier tokens are looked at alike."""
    layer = _model().layers[2]
    assert isinstance(layer, DecoderLayer)
    torch.nn.init.zeros_(layer.q.weight)
    # Two chunks of one kind, answers of two tokens: at place 4 the first token is to be found at
    # place 2, at place 5 the second at place 3.
    source = torch.tensor([[-1, -1, 0, 1, -1, 0, 1]])
    rotation = rotations(torch.arange(7)[None], 32, 10_000.0)
    loss = comparison_loss(layer, torch.randn(1, 7, 64), rotation, source)
    first, second = np.log(5), np.log(6)  # one of the five or six tokens so far
    assert loss.item() == pytest.approx((3 * first + second) / 4, rel=1e-5)


def test_text_is_answered_and_pictures_are_compared(latents: LatentBank) -> None:
    tokenizer = train_tokenizer(0, sentences=100)
    for kind in ("text", "synthetic", "real"):
        episodes, drawn = draw_batch(
            np.random.default_rng(3), kind, 2, latents, Mixture(text=0.1, synthetic=0.3)
        )
        losses = episode_loss(_model(), tokenizer, episodes, drawn, torch.device("cpu"))
        assert set(losses) == {"answer", "comparison", "tokens", "first"}
        assert all(torch.isfinite(loss) for loss in losses.values())

"""Packed linear layers give what plain ones give."""

import pytest
import torch
from torch import nn

from precedent_inference.model import packed
from precedent_inference.model.packed import PackedLinear, pack_linears


@pytest.mark.parametrize("rows", [1, 2, 13, 300])
@pytest.mark.parametrize("bias", [True, False])
def test_a_packed_product_is_the_plain_product(rows: int, bias: bool) -> None:
    torch.manual_seed(0)
    plain = nn.Linear(70, 130, bias=bias)
    x = torch.randn(2, rows, 70)
    with torch.inference_mode():
        found, wanted = PackedLinear(plain)(x), plain(x)
    assert (found - wanted).abs().max() <= 1e-5


def test_every_linear_layer_of_a_model_is_packed() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Sequential(nn.GELU(), nn.Linear(4, 2)))
    assert pack_linears(model)
    kinds = [type(module) for module in model.modules()]
    assert kinds.count(PackedLinear) == 2
    assert nn.Linear not in kinds


def test_half_precision_is_left_alone() -> None:
    model = nn.Sequential(nn.Linear(4, 4, dtype=torch.bfloat16))
    pack_linears(model)
    assert type(model[0]) is nn.Linear


def test_a_model_stays_as_it_is_where_the_operators_are_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Missing(PackedLinear):
        def __init__(self, linear: nn.Linear) -> None:
            raise AttributeError(linear)

    monkeypatch.setattr(packed, "PackedLinear", Missing)
    model = nn.Sequential(nn.Linear(4, 4))
    assert not pack_linears(model)
    assert type(model[0]) is nn.Linear

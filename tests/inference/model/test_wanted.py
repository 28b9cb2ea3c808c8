"""The logits of some positions are those that a pass over all positions gives there."""

from collections.abc import Callable

import pytest
import torch
from tests.inference.tiny import tiny_config

from precedent_inference.model.flamingo import Flamingo
from precedent_inference.model.kv_cache import BufferCache, GrowingCache

TOKENS = 7


def model() -> Flamingo:
    torch.manual_seed(1)
    made = Flamingo(tiny_config("previous"))
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if name.endswith("_gate"):
                parameter.fill_(0.8)
    return made.eval()


def buffer() -> BufferCache:
    return BufferCache.empty((2, 2, 2, 4, 16), torch.zeros(1))


@pytest.mark.parametrize("wanted", [(-1,), (0,), (2, 5), (-1, 0), tuple(range(TOKENS))])
@pytest.mark.parametrize("cached", [0, 3])
@pytest.mark.parametrize("padding", [0, 2])
@pytest.mark.parametrize("make", [GrowingCache, buffer])
@torch.inference_mode()
def test_wanted_positions_are_those_of_a_full_pass(
    wanted: tuple[int, ...],
    cached: int,
    padding: int,
    make: Callable[[], GrowingCache | BufferCache],
) -> None:
    flamingo, rng = model(), torch.Generator().manual_seed(0)
    latents = torch.randn(2, 3, 4, 32, generator=rng)
    media = flamingo.project_media(latents)
    tokens = torch.randint(0, 320, (2, cached + TOKENS), generator=rng)
    index = torch.randint(0, 4, tokens.shape, generator=rng)
    mask = None
    if padding:
        mask = torch.ones_like(tokens)
        mask[1, :padding] = 0
    whole = flamingo.decode(tokens, media, index, GrowingCache(), mask)[:, cached:]
    cache = make()
    if cached:
        before = None if mask is None else mask[:, :cached]
        flamingo.decode(tokens[:, :cached], media, index[:, :cached], cache, before)
    found = flamingo.decode(tokens[:, cached:], media, index[:, cached:], cache, mask, wanted)
    torch.testing.assert_close(found, whole[:, list(wanted)], atol=1e-5, rtol=0)
    assert cache.length == cached + TOKENS

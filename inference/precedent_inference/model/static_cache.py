"""A cache whose memory and sizes never change, for decoding that is recorded once and replayed.

Letters: N layers, H heads, C capacity, D head width. One row, one new token at a time.
"""

import torch
from torch import Tensor

from precedent_inference.model.language import Standing, Visible


class StaticCache:
    """The first C places of one row's buffers; where the next token goes is a tensor as well.

    Places at and after the next token's are masked, and must hold numbers: a mask hides a number,
    it does not hide what is none.
    """

    def __init__(self, keys: Tensor, values: Tensor, place: Tensor) -> None:
        """Write into `keys` and `values` [N, 1, H, C, D]; place: [1], counted from 0."""
        self._keys = keys
        self._values = values
        self._place = place

    def stand(self, tokens: Tensor, attention_mask: Tensor | None) -> Standing:
        """Say where the one new token stands: at the place, seeing itself and those before it."""
        assert tokens.shape == (1, 1)
        assert attention_mask is None
        at = torch.arange(self._keys.shape[3], device=tokens.device)
        mask = (at <= self._place)[None, None, None]  # [1, 1, 1, C]
        return Standing(self._place[None], Visible(mask, is_causal=False))

    def append(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Put a layer's new key and value [1, H, 1, D] in their place; give all places."""
        own_keys, own_values = self._keys[layer], self._values[layer]
        own_keys.index_copy_(2, self._place, keys)
        own_values.index_copy_(2, self._place, values)
        return own_keys, own_values

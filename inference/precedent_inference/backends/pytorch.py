"""The torch backend: the model code itself, on the CPU or one GPU.

Letters as in `model/flamingo.py`: X cross-attention blocks, N layers, B batch, M media, L latents,
V latent width, H heads, D head width, S cached tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from precedent_inference.backends.base import (
    BackendReport,
    EncodedImage,
    FloatArray,
    Media,
    Step,
    TokenState,
)
from precedent_inference.model.flamingo import Flamingo, KVCache, MediaKV
from precedent_inference.model.weights import load_flamingo

ENCODE_BATCH = 32
"""Images through the vision tower at once; bounds the memory of an evaluation."""


@dataclass(frozen=True, slots=True, eq=False)
class TorchImage:
    """One encoded image."""

    features: Tensor
    """[L, V]."""
    keys: Tensor
    """[X, H, L, D]."""
    values: Tensor

    @property
    def latents(self) -> FloatArray:
        """(L, V), copied to the host."""
        return np.asarray(self.features.float().cpu().numpy(), dtype=np.float32)

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.features.nbytes + self.keys.nbytes + self.values.nbytes


@dataclass(frozen=True, slots=True, eq=False)
class TorchMedia:
    """Keys and values [X, B, M, H, L, D] of a batch's images."""

    pairs: MediaKV


@dataclass(frozen=True, slots=True, eq=False)
class TorchState:
    """Keys and values [N, B, H, S, D] of the tokens so far."""

    cache: KVCache

    @property
    def length(self) -> int:
        """Cached tokens, S."""
        return self.cache.length

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.cache.keys.nbytes + self.cache.values.nbytes


class TorchBackend:
    """Runs a Flamingo with torch."""

    def __init__(self, model: Flamingo, warnings: tuple[str, ...] = ()) -> None:
        self.model = model
        weight = model.embedding.weight
        self._device = weight.device
        precision = {torch.float32: "fp32", torch.float16: "fp16", torch.bfloat16: "bf16"}
        self.report = BackendReport(
            "pytorch", precision[weight.dtype], _device_name(weight.device), warnings
        )

    @torch.inference_mode()
    def encode(self, pixels: FloatArray) -> list[EncodedImage]:
        """Encode normalised pictures [M, 3, size, size]."""
        images: list[EncodedImage] = []
        for part in torch.split(torch.from_numpy(pixels), ENCODE_BATCH):
            dtype = self.model.embedding.weight.dtype
            latents = self.model.encode_images(part.to(self._device, dtype))  # [M, L, V]
            pairs = self.model.project_media(latents[None])  # [X, 1, M, H, L, D]
            # Copies, so that an image kept in a cache does not keep its whole batch alive.
            for at in range(len(part)):
                keys, values = pairs.keys[:, 0, at].clone(), pairs.values[:, 0, at].clone()
                images.append(TorchImage(latents[at].clone(), keys, values))
        return images

    @torch.inference_mode()
    def join(self, rows: Sequence[Sequence[EncodedImage]]) -> TorchMedia:
        """Line up each row's images; missing ones are zeros, which no token sees."""
        most = max(len(row) for row in rows)
        keys = torch.stack([_padded([_own(image).keys for image in row], most) for row in rows], 1)
        values = [_padded([_own(image).values for image in row], most) for row in rows]
        return TorchMedia(MediaKV(keys, torch.stack(values, 1)))

    @torch.inference_mode()
    def forward(
        self, step: Step, media: Media, state: TokenState | None
    ) -> tuple[FloatArray, TorchState]:
        """Give the logits [B, vocabulary] after each row's last token, and the grown state."""
        assert isinstance(media, TorchMedia)
        assert state is None or isinstance(state, TorchState)
        tokens = self._tensor(step.tokens)
        cache = self.model.empty_cache(len(tokens)) if state is None else state.cache
        shape = (len(tokens), cache.length + tokens.shape[1])
        mask = tokens.new_ones(shape) if step.mask is None else self._tensor(step.mask)
        index = self._tensor(step.media_index)
        hidden, cache = self.model.hidden_states(tokens, media.pairs, index, cache, mask)
        logits = self.model.head(hidden[:, -1])  # [B, vocabulary]
        return np.asarray(logits.float().cpu().numpy(), dtype=np.float32), TorchState(cache)

    def truncate(self, state: TokenState, length: int) -> TorchState:
        """Give the state of the first `length` tokens, a view."""
        assert isinstance(state, TorchState)
        keys, values = state.cache
        return TorchState(KVCache(keys[:, :, :, :length], values[:, :, :, :length]))

    def _tensor(self, array: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Tensor:
        return torch.from_numpy(array).to(self._device)


def open_torch_backend(folder: Path, warnings: tuple[str, ...] = ()) -> TorchBackend:
    """Load a model folder onto the GPU when torch can use one, else onto the CPU.

    warnings: what was wanted instead and could not be had.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return TorchBackend(load_flamingo(folder, dtype=torch.float32, device=device), warnings)


def _own(image: EncodedImage) -> TorchImage:
    assert isinstance(image, TorchImage)
    return image


def _padded(tensors: list[Tensor], length: int) -> Tensor:
    missing = length - len(tensors)
    return torch.stack(tensors + [torch.zeros_like(tensors[0])] * missing, 1)  # [X, M, H, L, D]


def _device_name(device: torch.device) -> str:
    return f"cuda ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else "cpu"

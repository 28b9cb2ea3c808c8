"""The torch backend: the model code itself, on the CPU or one GPU.

Letters as in `model/flamingo.py`: X cross-attention blocks, N layers, B batch, M media, L latents,
V latent width, H heads, D head width, S cached tokens.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from precedent_inference.backends.base import (
    BackendReport,
    EncodedImage,
    FloatArray,
    IntArray,
    Media,
    Segment,
    Step,
    TokenState,
)
from precedent_inference.backends.cuda_graph import GraphRecorder
from precedent_inference.backends.device_plan import Plan
from precedent_inference.backends.memory import free_bytes
from precedent_inference.backends.out_of_memory import is_out_of_memory, within_memory
from precedent_inference.backends.static_decoder import Seen, StaticDecoder
from precedent_inference.errors import EngineFull, ModelError
from precedent_inference.model.flamingo import Flamingo, MediaKV
from precedent_inference.model.kv_cache import BufferCache
from precedent_inference.model.packed import pack_linears
from precedent_inference.model.quantized import Quantizer
from precedent_inference.model.weights import load_flamingo

logger = logging.getLogger(__name__)

ENCODE_BATCH = 32
"""Images encoded at once; bounds the memory of an evaluation."""

CACHE_BYTES = 2_500_000
"""On a CPU, the largest activations of the vision tower at once: a block takes a tenth less time
for what stays in the processor's own cache (ViT-B/16: one image)."""

DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
PRECISIONS = {dtype: name for name, dtype in DTYPES.items()}


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
    """Keys and values [X, B, H, M, L, D] of a batch's images; None when there is none."""

    pairs: MediaKV | None


@dataclass(frozen=True, slots=True, eq=False)
class TorchSegment:
    """Keys and values [N, 1, H, T, D] of some neighbouring tokens."""

    keys: Tensor
    values: Tensor

    @property
    def length(self) -> int:
        """Tokens, T."""
        return int(self.keys.shape[3])

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.keys.nbytes + self.values.nbytes

    def split(self, at: int) -> "tuple[TorchSegment, TorchSegment]":
        """Give the first `at` tokens and the rest, as copies."""
        parts = (self.keys[..., :at, :], self.values[..., :at, :])
        rest = (self.keys[..., at:, :], self.values[..., at:, :])
        return TorchSegment(*map(torch.clone, parts)), TorchSegment(*map(torch.clone, rest))


@dataclass(frozen=True, slots=True, eq=False)
class TorchState:
    """The keys and values of the tokens so far, written on by every forward pass."""

    cache: BufferCache

    @property
    def length(self) -> int:
        """Cached tokens, S."""
        return self.cache.length

    @property
    def nbytes(self) -> int:
        """Bytes held, room for tokens to come included."""
        return self.cache.nbytes


class TorchBackend:
    """Runs a Flamingo with torch."""

    def __init__(
        self,
        model: Flamingo,
        warnings: tuple[str, ...] = (),
        *,
        plan: Plan | None = None,
        static: StaticDecoder | None = None,
    ) -> None:
        """Take a loaded model.

        plan: how it was decided where and how it runs. static: decodes one row at a time by
        recorded steps.
        """
        self.model = model
        self._static = static
        weight = model.embedding.weight
        self._device, self._dtype, self._plan = weight.device, weight.dtype, plan
        self._vision_batch = _vision_batch(model, weight.device)
        self.report = BackendReport(
            "pytorch",
            plan.precision if plan else PRECISIONS[self._dtype],
            _device_name(weight.device),
            warnings,
            reason=plan.reason if plan else "",
            free_bytes=free_bytes(weight.device) if weight.device.type == "cuda" else None,
        )

    def relieve(self) -> EngineFull:
        """Give unused memory back to the device, and the error that says what would fit."""
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        name = self._plan.device.name if self._plan else self._device.type
        way_out = self._plan.way_out if self._plan else ""
        return EngineFull(
            f"The memory of {name} ran out while the question was answered.",
            f"Ask with fewer reference cases{way_out}.",
        )

    @within_memory
    @torch.inference_mode()
    def encode(self, pixels: FloatArray) -> list[EncodedImage]:
        """Encode normalised pictures [M, 3, size, size]."""
        images: list[EncodedImage] = []
        for part in torch.split(torch.from_numpy(pixels), ENCODE_BATCH):
            part = part.to(self._device, self._dtype)
            patches = torch.cat(
                [self.model.vision(x) for x in torch.split(part, self._vision_batch)]
            )
            latents = self.model.resampler(patches)  # [M, L, V]
            pairs = self.model.project_media(latents[None])  # [X, 1, H, M, L, D]
            # Copies, so that an image kept in a cache does not keep its whole batch alive.
            for at in range(len(part)):
                keys, values = (x[:, 0, :, at].clone() for x in pairs)
                images.append(TorchImage(latents[at].clone(), keys, values))
        return images

    def pack(self, image: EncodedImage) -> bytes:
        """Give an encoded image as safetensors bytes."""
        own = _own(image)
        tensors = {"features": own.features, "keys": own.keys, "values": own.values}
        data: bytes = safetensors.torch.save({name: t.cpu() for name, t in tensors.items()})
        return data

    def unpack(self, data: bytes) -> TorchImage:
        """Give the image of `pack`. Raises ValueError when the bytes are not one of this model."""
        config = self.model.config
        heads, width = config.cross_attention.heads, config.cross_attention.head_width
        latents = config.resampler.latents
        pair = (len(config.cross_layers), heads, latents, width)
        shapes = {"features": (latents, config.vision.width), "keys": pair, "values": pair}
        try:
            tensors = safetensors.torch.load(data)
        except SafetensorError as error:
            raise ValueError(f"not an encoded image: {error}") from error
        found = {name: (tuple(t.shape), t.dtype) for name, t in tensors.items()}
        if found != {name: (shape, self._dtype) for name, shape in shapes.items()}:
            raise ValueError(f"an encoded image of another model: {found}")
        return TorchImage(*(tensors[name].to(self._device) for name in shapes))

    @within_memory
    @torch.inference_mode()
    def join(self, rows: Sequence[Sequence[EncodedImage]]) -> TorchMedia:
        """Line up each row's images; missing ones are zeros, which no token sees."""
        most = max(len(row) for row in rows)
        if most == 0:
            return TorchMedia(None)
        empty = next(_own(image) for row in rows for image in row)
        keys = [_padded([_own(image).keys for image in row], most, empty.keys) for row in rows]
        values = [
            _padded([_own(image).values for image in row], most, empty.values) for row in rows
        ]
        return TorchMedia(MediaKV(torch.stack(keys, 1), torch.stack(values, 1)))

    @within_memory
    @torch.inference_mode()
    def start(self, segments: Sequence[Segment], capacity: int) -> TorchState:
        """Give a state of one row that holds copies of `segments`, with room for more."""
        language = self.model.config.language
        cache = None if self._static is None else self._static.lend(capacity)
        if cache is None:
            head_width = language.width // language.heads
            shape = (language.layers, 1, language.heads, capacity, head_width)
            cache = BufferCache.empty(shape, self.model.embedding.weight)
        for segment in segments:
            assert isinstance(segment, TorchSegment)
            end = cache.length + segment.length
            cache.keys[:, :, :, cache.length : end] = segment.keys
            cache.values[:, :, :, cache.length : end] = segment.values
            cache.length = end
        return TorchState(cache)

    @within_memory
    @torch.inference_mode()
    def forward(self, step: Step, media: Media, state: TokenState) -> tuple[FloatArray, TorchState]:
        """Give the logits [B, W, vocabulary] of the wanted positions, and the grown state."""
        assert isinstance(media, TorchMedia)
        own = _own_state(state)
        logits = self._replay(step, media, own.cache)
        if logits is None:
            seen = media.pairs if step.sees_images else None
            mask = None if step.mask is None else self._tensor(step.mask)
            tokens, index = self._tensor(step.tokens), self._tensor(step.media_index)
            logits = self.model.decode(tokens, seen, index, own.cache, mask, step.wanted)
        return np.asarray(logits.float().cpu().numpy(), dtype=np.float32), own

    @within_memory
    @torch.inference_mode()
    def cut(self, state: TokenState, start: int, end: int) -> TorchSegment:
        """Give a copy of the keys and values of the tokens from `start` to before `end`."""
        cache = _own_state(state).cache
        assert cache.keys.shape[1] == 1
        assert 0 <= start < end <= cache.length
        keys, values = (x[:, :, :, start:end].clone() for x in (cache.keys, cache.values))
        return TorchSegment(keys, values)

    @within_memory
    @torch.inference_mode()
    def pick(self, state: TokenState, rows: Sequence[int]) -> TorchState:
        """Give a new state whose row i is a copy of row `rows[i]`."""
        return TorchState(_own_state(state).cache.pick(rows))

    def _replay(self, step: Step, media: TorchMedia, cache: BufferCache) -> Tensor | None:
        """Give the logits of a recorded step, None where none fits or it cannot be recorded."""
        if self._static is None or not step.is_single or not self._static.holds(cache):
            return None
        number = int(step.media_index[0, 0])
        seen = Seen(media.pairs, number) if media.pairs is not None and number else None
        try:
            return self._static.step(int(step.tokens[0, 0]), cache, seen)
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise
            logger.warning("decoding cannot be recorded", exc_info=True)
            words = f"Decoding runs step by step, and slower: recording it failed ({error})."
            self.report = replace(self.report, warnings=(*self.report.warnings, words))
            self._static = None
            return None

    def _tensor(self, array: IntArray) -> Tensor:
        return torch.from_numpy(array).to(self._device)


def open_torch_backend(
    folder: Path,
    plan: Plan,
    warnings: tuple[str, ...] = (),
    report: Callable[[float], object] = bool,
    *,
    context_tokens: int,
) -> TorchBackend:
    """Load a model folder as planned.

    warnings: what was wanted instead and could not be had. report: gets how much of the weights has
    been read, 0 to 1. context_tokens: of the longest question. Raises ModelError when memory runs
    out after all.
    """
    try:
        model = _load(folder, plan, report)
        static = static_decoder(model, context_tokens)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise ModelError(
            f"The memory of {plan.device.name} ran out while the model was loaded "
            f"in {plan.precision}.",
            f"Close other programs{plan.way_out}.",
        ) from error
    if plan.compute == "fp32" and plan.device.kind == "cpu":
        pack_linears(model)
    return TorchBackend(model, warnings, plan=plan, static=static)


def static_decoder(model: Flamingo, context_tokens: int) -> StaticDecoder | None:
    """Give what decodes by recorded steps; None off GPUs, where launching costs little."""
    device = model.embedding.weight.device
    if device.type != "cuda":
        return None
    return StaticDecoder(model, context_tokens, GraphRecorder(device))


def _load(folder: Path, plan: Plan, report: Callable[[float], object]) -> Flamingo:
    dtype, device = DTYPES[plan.compute], torch.device(plan.device.torch_name)
    if plan.precision != "int8" and plan.precision != "int4":
        return load_flamingo(folder, dtype=dtype, device=device, report=report)
    quantizer = Quantizer(plan.precision, dtype=dtype, device=device)
    return load_flamingo(folder, dtype=dtype, device=device, report=report, take=quantizer.take)


def _vision_batch(model: Flamingo, device: torch.device) -> int:
    if device.type != "cpu":
        return ENCODE_BATCH
    vision = model.config.vision
    image_bytes = (vision.tokens + 1) * vision.mlp_width * 4
    return max(1, min(ENCODE_BATCH, CACHE_BYTES // image_bytes))


def _own(image: EncodedImage) -> TorchImage:
    assert isinstance(image, TorchImage)
    return image


def _own_state(state: TokenState) -> TorchState:
    assert isinstance(state, TorchState)
    return state


def _padded(tensors: list[Tensor], length: int, like: Tensor) -> Tensor:
    missing = length - len(tensors)
    return torch.stack(tensors + [torch.zeros_like(like)] * missing, 2)  # [X, H, M, L, D]


def _device_name(device: torch.device) -> str:
    return f"cuda ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else "cpu"

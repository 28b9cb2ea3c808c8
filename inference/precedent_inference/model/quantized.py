"""Linear layers with weights of eight or four bits; what is multiplied stays in half precision.

Why: a decode step reads every weight of the decoder once, so its time is their bytes over the
memory's bandwidth. Every weight is off by at most half a step: its row's (int8) or its group's
(int4). Letters: N outputs, K inputs, G groups of a row, R rows of x.
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from precedent_inference.model.int4_kernels import Int4Kernel, int4_kernel
from precedent_inference.model.int8_kernels import Int8Product, dequantized_product, int8_product
from precedent_inference.precision import group_size

Bits = Literal["int8", "int4"]

FEW_ROWS = 64
"""Rows up to which the fused kernels, which unpack the weight anew for every few rows, are used for
int8. Measured on one core with AVX-512: 16 rows in 9 ms against 26 ms by unpacking once, 128 rows
in 71 ms against 45 ms."""

INT8_LARGEST = 127
INT4_LARGEST = 15
INT4_MIDDLE = 8
"""The level that stands for the zero, as in torch's kernels: w = (q - 8) * step + zero."""


class Int8Weight(NamedTuple):
    """A matrix of [N, K] levels, w = q * step."""

    levels: Tensor
    """int8, -127..127."""
    step: Tensor
    """[N]."""

    def dequantize(self) -> Tensor:
        """Give the matrix that is really multiplied, float32."""
        return self.levels.float() * self.step.float()[:, None]


class Int4Weight(NamedTuple):
    """A matrix of [N, K] levels, w = (q - 8) * step + zero."""

    levels: Tensor
    """uint8, 0..15."""
    step: Tensor
    """[N, G]."""
    zero: Tensor
    """[N, G]."""

    def dequantize(self) -> Tensor:
        """Give the matrix that is really multiplied, float32."""
        grouped = self.levels.view(*self.step.shape, -1).float() - INT4_MIDDLE
        weight = grouped * self.step.float()[..., None] + self.zero.float()[..., None]
        return weight.flatten(1)


def quantize_int8(weight: Tensor, dtype: torch.dtype) -> Int8Weight:
    """Round a matrix to 255 levels a row, symmetric about zero; steps are of `dtype`.

    A row of a trained matrix is centred on zero, so a zero of its own would buy nothing.
    """
    weight = weight.float()
    step = _round_up(weight.abs().amax(1) / INT8_LARGEST, dtype)
    levels = (weight / step.float()[:, None]).round_().clamp_(-INT8_LARGEST, INT8_LARGEST)
    return Int8Weight(levels.to(torch.int8), step)


def quantize_int4(weight: Tensor, group: int, dtype: torch.dtype) -> Int4Weight:
    """Round a matrix to 16 levels a group, between its smallest and largest weight.

    Asymmetric: a group of 128 weights is seldom centred on zero, torch's kernels read a zero
    beside every step whatever it is, and symmetric levels would leave one of the sixteen unused.
    """
    grouped = weight.float().view(weight.shape[0], -1, group)  # [N, G, group]
    least, most = grouped.aminmax(dim=2)
    above = INT4_LARGEST - INT4_MIDDLE
    zero = (least + (most - least) * (INT4_MIDDLE / INT4_LARGEST)).to(dtype)
    # The step is widened until the levels about the rounded zero reach both ends again.
    reach = torch.maximum((most - zero.float()) / above, (zero.float() - least) / INT4_MIDDLE)
    step = _round_up(torch.maximum(reach, (most - least) / INT4_LARGEST), dtype)
    levels = (grouped - zero.float()[..., None]) / step.float()[..., None]
    levels = levels.round_().add_(INT4_MIDDLE).clamp_(0, INT4_LARGEST)
    return Int4Weight(levels.to(torch.uint8).flatten(1), step, zero)


class Int8Linear(nn.Module):
    """A linear layer without bias, one byte a weight."""

    levels: Tensor
    step: Tensor

    def __init__(self, weight: Int8Weight, product: Int8Product) -> None:
        """Hold `weight`; `product` multiplies few rows."""
        super().__init__()
        self.register_buffer("levels", weight.levels, persistent=False)
        self.register_buffer("step", weight.step, persistent=False)
        self._product = product

    def forward(self, x: Tensor) -> Tensor:
        """Give [..., N] for [..., K]."""
        flat = x.reshape(-1, x.shape[-1])  # [R, K]
        multiply = self._product if flat.shape[0] <= FEW_ROWS else dequantized_product
        return multiply(flat, self.levels, self.step).view(*x.shape[:-1], -1)


class Int4Linear(nn.Module):
    """A linear layer without bias, half a byte a weight and four bytes a group."""

    packed: Tensor
    steps: Tensor

    def __init__(self, weight: Int4Weight, kernel: Int4Kernel) -> None:
        """Lay `weight` out as `kernel` reads it."""
        super().__init__()
        steps = torch.stack((weight.step, weight.zero), dim=2).transpose(0, 1)  # [G, N, 2]
        self.group = weight.levels.shape[1] // weight.step.shape[1]
        self.register_buffer("packed", kernel.pack(weight.levels), persistent=False)
        self.register_buffer("steps", steps.contiguous(), persistent=False)
        self._kernel = kernel

    def forward(self, x: Tensor) -> Tensor:
        """Give [..., N] for [..., K]."""
        flat = x.reshape(-1, x.shape[-1])  # [R, K]
        product = self._kernel.multiply(flat, self.packed, self.group, self.steps)
        return product.view(*x.shape[:-1], -1)


class Quantizer:
    """Turns the decoder's matrices into few bits, one by one as they are read from the disk."""

    def __init__(self, bits: Bits, *, dtype: torch.dtype, device: torch.device) -> None:
        """dtype: of steps and of what is multiplied."""
        self._bits = bits
        self._dtype = dtype
        self._device = device

    def take(self, model: nn.Module, name: str, tensor: Tensor) -> bool:
        """Put a tensor into `model` as a layer of few bits; false for one that is kept whole."""
        path, _, last = name.rpartition(".")
        parent, _, child = path.rpartition(".")
        if last != "weight" or not is_quantized(path):
            return False
        assert getattr(model.get_submodule(path), "bias", None) is None
        layer = self._layer(tensor.to(self._device))
        setattr(model.get_submodule(parent), child, layer)
        return True

    def _layer(self, weight: Tensor) -> nn.Module:
        group = group_size(weight.shape[1])
        if self._bits == "int4" and group is not None:
            kernel = int4_kernel(self._device, self._dtype, *weight.shape)
            return Int4Linear(quantize_int4(weight, group, self._dtype), kernel)
        product = int8_product(self._device, self._dtype)
        return Int8Linear(quantize_int8(weight, self._dtype), product)


def is_quantized(path: str) -> bool:
    """Say whether the linear layer at a path of the model is one of the large ones of a step.

    They are the decoder layers' and the gated blocks' MLPs: 98 % of the bytes that a step reads of
    Med-Flamingo. The head stays whole: its error would go straight into the choice of the token.
    """
    house, _, rest = path.partition(".")
    _, _, layer = rest.partition(".")
    if house == "layers":
        return layer in {"q", "k", "v", "out", "gate", "up", "down"}
    return house == "cross_attention" and layer in {"up", "down"}


def _round_up(values: Tensor, dtype: torch.dtype) -> Tensor:
    """Give the nearest number of `dtype` that is not smaller, and is above zero."""
    limits = torch.finfo(dtype)
    rounded = values.clamp(min=limits.tiny).to(dtype)
    larger = (rounded.float() * (1 + limits.eps)).to(dtype)
    return torch.where(rounded.float() < values, larger, rounded)

"""Products with int4 weights: torch's fused kernels for CPU and CUDA, else by unpacking.

A kernel lays the levels out as it reads them, so that layout and product belong together. Why not
torchao: see `int8_kernels.py`; its int4 on CUDA needs yet another library (mslk) besides.
Letters: N outputs, K inputs, G groups of a row, R rows.
"""

from functools import lru_cache
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

TOLERANCE = 0.02
"""As in `int8_kernels.py`."""

MIDDLE = 8
TILE_INPUTS = 16
CUDA_TILES = (8, 4, 2)
"""Tiles of 16 inputs that the CUDA layout may interleave; together they divide K."""
CUDA_OUTPUTS = 8
CPU_OUTPUTS = 16
"""Outputs that a kernel computes at once: N is a multiple."""


class Int4Kernel(Protocol):
    """A layout of four-bit levels and the product that reads it."""

    def pack(self, levels: Tensor) -> Tensor:
        """Lay out levels [N, K], uint8 in 0..15."""
        ...

    def multiply(self, x: Tensor, packed: Tensor, group: int, steps: Tensor) -> Tensor:
        """Give [R, N] for x [R, K]. steps: [G, N, 2], the step and the zero of each group."""
        ...


class PlainInt4:
    """Two neighbouring inputs in a byte, the first in the low half; unpacked to multiply."""

    def pack(self, levels: Tensor) -> Tensor:
        """Give [N, K / 2]."""
        return levels[:, ::2] | levels[:, 1::2] << 4

    def multiply(self, x: Tensor, packed: Tensor, group: int, steps: Tensor) -> Tensor:
        """Give [R, N]; for a moment the whole matrix is there in x's precision."""
        levels = torch.stack((packed & 15, packed >> 4), dim=2).flatten(1)  # [N, K]
        step, zero = steps.transpose(0, 1).unbind(2)  # each [N, G]
        grouped = levels.view(step.shape[0], -1, group).to(x.dtype) - MIDDLE
        weight = (grouped * step[..., None] + zero[..., None]).flatten(1)
        return functional.linear(x, weight.to(x.dtype))


class CpuInt4:
    """torch's kernel for processors, from 2.6."""

    def pack(self, levels: Tensor) -> Tensor:
        """Give the layout of this processor's vector width."""
        result: Tensor = torch.ops.aten._convert_weight_to_int4pack_for_cpu(levels.int(), 1)
        return result

    def multiply(self, x: Tensor, packed: Tensor, group: int, steps: Tensor) -> Tensor:
        """Give [R, N]."""
        result: Tensor = torch.ops.aten._weight_int4pack_mm_for_cpu(x, packed, group, steps)
        return result


class CudaInt4:
    """torch's kernel for NVIDIA GPUs of compute capability 8.0 and later, bfloat16 alone."""

    def __init__(self, tiles: int) -> None:
        """Interleave so many tiles."""
        self._tiles = tiles

    def pack(self, levels: Tensor) -> Tensor:
        """Give the layout of the tensor cores' tiles."""
        pairs = levels[:, ::2] << 4 | levels[:, 1::2]
        result: Tensor = torch.ops.aten._convert_weight_to_int4pack(pairs.contiguous(), self._tiles)
        return result

    def multiply(self, x: Tensor, packed: Tensor, group: int, steps: Tensor) -> Tensor:
        """Give [R, N]."""
        result: Tensor = torch.ops.aten._weight_int4pack_mm(x, packed, group, steps)
        return result


@lru_cache
def int4_kernel(device: torch.device, dtype: torch.dtype, outputs: int, inputs: int) -> Int4Kernel:
    """Give the fastest kernel that is right on this device for a matrix of this shape."""
    kernel: Int4Kernel | None = None
    if dtype == torch.bfloat16 and device.type == "cuda" and outputs % CUDA_OUTPUTS == 0:
        tiles = [tiles for tiles in CUDA_TILES if inputs % (tiles * TILE_INPUTS) == 0]
        kernel = CudaInt4(tiles[0]) if tiles else None
    elif dtype == torch.bfloat16 and device.type == "cpu" and outputs % CPU_OUTPUTS == 0:
        kernel = CpuInt4()
    if kernel is None or not is_trustworthy(kernel, device):
        return PlainInt4()
    return kernel


@torch.inference_mode()
def is_trustworthy(kernel: Int4Kernel, device: torch.device) -> bool:
    """Multiply once both ways; the operators belong to torch's inside and may change."""
    outputs, inputs, group = 64, 256, 128
    x = torch.linspace(-1, 1, 3 * inputs, device=device).view(3, inputs).to(torch.bfloat16)
    levels = torch.arange(outputs * inputs, device=device).view(outputs, inputs)
    levels = (levels * 7 % 16).to(torch.uint8)
    steps = torch.linspace(0.01, 0.02, inputs // group * outputs * 2, device=device)
    steps = steps.view(inputs // group, outputs, 2).to(torch.bfloat16)
    try:
        found = kernel.multiply(x, kernel.pack(levels), group, steps)
    except (AttributeError, NotImplementedError, RuntimeError, TypeError):
        return False
    plain = PlainInt4()
    wanted = plain.multiply(x.float(), plain.pack(levels), group, steps.float())
    return bool((found.float() - wanted).abs().max() <= TOLERANCE * wanted.abs().max())

"""Products with int8 weights: torch's fused kernel where it is there and right, else by unpacking.

torch's own operators are used and not torchao: below 0.17 each of its releases loads its kernels
beside one exact version of torch and above needs torch 2.11, while we run from 2.6 on; it names no
torch among its requirements, so no installer keeps the pair in step (pytorch/ao#2919).
Letters: N outputs, K inputs, R rows.
"""

from collections.abc import Callable
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

Int8Product = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Gives [R, N] for x [R, K], levels [N, K] and the rows' steps [N]."""

TOLERANCE = 0.02
"""Largest difference between the fused and the plain product of a trial, relative to its largest
element; bfloat16 keeps eight bits, so a right one is off by 0.004 and a little more."""


def dequantized_product(x: Tensor, levels: Tensor, step: Tensor) -> Tensor:
    """Multiply by the levels as numbers of x's kind, then by the steps; exact in the levels."""
    return functional.linear(x, levels.to(x.dtype)) * step


def fused_product(x: Tensor, levels: Tensor, step: Tensor) -> Tensor:
    """Multiply by the levels as they lie in memory (CPU; CUDA from torch 2.9)."""
    result: Tensor = torch.ops.aten._weight_int8pack_mm(x, levels, step)
    return result


@lru_cache
def int8_product(device: torch.device, dtype: torch.dtype) -> Int8Product:
    """Give the faster product for few rows that is right on this device.

    In float32 and float16 the CPU's kernel is a plain loop, three to ten times slower than
    unpacking (torch 2.13).
    """
    if dtype == torch.bfloat16 and _is_trustworthy(device):
        return fused_product
    return dequantized_product


@torch.inference_mode()
def _is_trustworthy(device: torch.device) -> bool:
    """Multiply once both ways; the operator belongs to torch's inside and may change."""
    x = torch.linspace(-1, 1, 3 * 96, device=device).view(3, 96).to(torch.bfloat16)
    levels = torch.arange(64 * 96, device=device).view(64, 96).remainder(255).sub(127)
    levels, step = levels.to(torch.int8), torch.full_like(x[0, :1], 0.01).expand(64).contiguous()
    try:
        found = fused_product(x, levels, step)
    except (AttributeError, NotImplementedError, RuntimeError, TypeError):
        return False
    wanted = dequantized_product(x.float(), levels, step.float())
    return bool((found.float() - wanted).abs().max() <= TOLERANCE * wanted.abs().max())

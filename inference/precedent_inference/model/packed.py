"""Linear layers whose weights lie as oneDNN's matrix kernels read them, float32 on the CPU.

torch multiplies by a weight as it is stored; for a few rows, as in a question of a dozen tokens,
that is two to three times slower than by a weight that was laid out in blocks once. The operators
are those of torch's own compiler (`torch._inductor`, "freezing"), called without compiling.
"""

import ctypes
import sys
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

ROWS = 256
"""Rows for which the layout is chosen: between a question's tokens and a batch of pictures."""

LEAST_ROWS = 4
"""oneDNN's kernel for four rows reads the weight at 18 GB/s where that for one row reads it at 11
to 14 (3.12, AVX-512, one thread): fewer rows are filled up, always, so that a sum is always the
same sum."""

RETURN_BYTES = 128 * 1024**2
"""Packed weights after which the memory of the plain ones is given back."""

TOLERANCE = 1e-4
"""Largest difference of a packed from a plain product, relative to its largest element."""


class PackedLinear(nn.Module):
    """A linear layer for inference, with its weight in oneDNN's layout."""

    weight: Tensor
    bias: Tensor | None

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        bias = cast("Tensor | None", linear.bias)  # torch's types leave the None out
        packed = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), ROWS)
        self.register_buffer("weight", packed, persistent=False)
        self.register_buffer("bias", None if bias is None else bias.detach(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Give [..., out] for [..., in]."""
        rows = x.numel() // self.in_features
        if 0 < rows < LEAST_ROWS:
            filled = x.new_zeros(LEAST_ROWS, self.in_features)
            filled[:rows] = x.reshape(rows, self.in_features)
            return self._multiply(filled)[:rows].view(*x.shape[:-1], self.out_features)
        return self._multiply(x)

    def _multiply(self, x: Tensor) -> Tensor:
        result: Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self.weight, self.bias, "none", [], ""
        )
        return result


def pack_linears(model: nn.Module) -> bool:
    """Pack every float32 linear layer of a model on the CPU; say whether it was done.

    It is left alone where torch was built without oneDNN, or where a trial product differs.
    """
    if not _is_trustworthy():
        return False
    packed_bytes = 0
    # Parents alone: a list of the layers themselves would keep every plain weight to the end.
    parents = [module for module in model.modules() if not isinstance(module, nn.Linear)]
    for parent in parents:
        for name, child in list(parent.named_children()):
            if type(child) is nn.Linear and child.weight.dtype == torch.float32:
                setattr(parent, name, PackedLinear(child))
                packed_bytes += child.weight.nbytes
                if packed_bytes > RETURN_BYTES:
                    return_freed_memory()
                    packed_bytes = 0
    return_freed_memory()
    return True


def return_freed_memory() -> None:
    """Give freed memory back to the system; glibc keeps it, and packing would hold all twice."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


@torch.inference_mode()
def _is_trustworthy() -> bool:
    """Multiply once both ways; the operators belong to torch's inside and may change."""
    plain = nn.Linear(96, 80)
    x = torch.linspace(-1, 1, 5 * 96).view(1, 5, 96)
    try:
        found = PackedLinear(plain)(x)
    except (AttributeError, NotImplementedError, RuntimeError, TypeError):
        return False
    wanted = functional.linear(x, plain.weight, plain.bias)
    difference = (found - wanted).abs().max() / wanted.abs().max()
    return bool(difference <= TOLERANCE)

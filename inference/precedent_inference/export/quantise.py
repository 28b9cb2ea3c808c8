"""Weight-only quantisation in blocks, packed as ONNX Runtime's MatMulNBits reads it.

A block of neighbouring inputs of one output shares a scale. The number farthest from zero lies on
the grid itself, so no weight is off by more than half a step, one beyond the grid's other end by a
whole one. Source: the operator's definition in ONNX Runtime's contrib operators.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Bits = Literal[4, 8]

BLOCK = 128
"""Inputs that share a scale. ONNX Runtime holds a block's scale twice and its sum once beside the
packed numbers: blocks of 32 would take 2.8 GB more for the 7.5 billion weights of the real size."""


@dataclass(frozen=True, slots=True)
class PackedWeight:
    """A weight [outputs, inputs] as the operator takes it."""

    values: NDArray[np.uint8]
    """(outputs, blocks, bytes of a block); of two numbers in a byte the first is the lower."""
    scales: NDArray[np.float32]
    """(outputs * blocks,)."""
    inputs: int
    bits: Bits


def quantise(weight: NDArray[np.float32], bits: Bits) -> PackedWeight:
    """Quantise a weight (outputs, inputs), symmetrically about the middle of the grid."""
    outputs, inputs = weight.shape
    blocks = -(-inputs // BLOCK)
    padded = np.zeros((outputs, blocks * BLOCK), np.float32)
    padded[:, :inputs] = weight
    grouped = padded.reshape(outputs, blocks, BLOCK)
    middle = 1 << (bits - 1)
    farthest = np.take_along_axis(grouped, np.abs(grouped).argmax(-1)[..., None], -1)[..., 0]
    scales = (farthest / -middle).astype(np.float32)
    inverse = np.divide(1, scales, out=np.zeros_like(scales), where=scales != 0)
    steps = np.rint(grouped * inverse[..., None]) + middle
    values = np.clip(steps, 0, 2 * middle - 1).astype(np.uint8)
    if bits == 4:
        values = values[..., ::2] | (values[..., 1::2] << np.uint8(4))
    return PackedWeight(np.ascontiguousarray(values), scales.reshape(-1), inputs, bits)


def dequantise(packed: PackedWeight) -> NDArray[np.float32]:
    """Give the weight (outputs, inputs) that the operator multiplies by."""
    values = packed.values
    if packed.bits == 4:
        values = np.stack((values & 15, values >> 4), -1).reshape(*values.shape[:2], -1)
    outputs, blocks, _ = values.shape
    scales = packed.scales.reshape(outputs, blocks, 1)
    middle = np.float32(1 << (packed.bits - 1))
    weight = (values.astype(np.float32) - middle) * scales
    return weight.reshape(outputs, -1)[:, : packed.inputs]

"""The precisions that a model runs in, and the bytes its weights take in each.

int8 and int4 store the decoder's large matrices so and compute in a half precision; everything
else (vision tower, resampler, norms, embedding, head, caches) is kept in that half precision.
"""

from typing import Literal

Precision = Literal["fp32", "bf16", "fp16", "int8", "int4"]
PRECISIONS: tuple[Precision, ...] = ("fp32", "bf16", "fp16", "int8", "int4")

ComputePrecision = Literal["fp32", "bf16", "fp16"]
"""What is added and multiplied; never integers."""

INT4_GROUPS = (128, 64, 32)
"""Neighbouring weights of a row that share a step and a zero, the first that divides the row.
128 is the usual compromise: 4.25 bits a weight in all."""

ITEM_BYTES = {"fp32": 4, "bf16": 2, "fp16": 2}
SCALE_BYTES = 2


def group_size(columns: int) -> int | None:
    """Give the weights in a group of an int4 matrix; None where none divides its rows."""
    return next((size for size in INT4_GROUPS if columns % size == 0), None)


def matrix_bytes(rows: int, columns: int, precision: Precision) -> int:
    """Give the bytes of a weight matrix (output, input), its steps and zeros included.

    A matrix that cannot be cut into groups is kept in int8 where int4 is wanted.
    """
    if precision == "int4" and (group := group_size(columns)) is not None:
        return rows * columns // 2 + rows * (columns // group) * 2 * SCALE_BYTES
    if precision in ("int8", "int4"):
        return rows * (columns + SCALE_BYTES)
    return rows * columns * ITEM_BYTES[precision]

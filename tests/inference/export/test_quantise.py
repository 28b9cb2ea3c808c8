"""Quantised weights: packed as the operator reads them, and never further off than a step."""

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]  # no stubs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx import TensorProto, helper, numpy_helper

from precedent_inference.export.quantise import BLOCK, Bits, dequantise, quantise

WEIGHTS = arrays(
    np.float32,
    st.tuples(st.integers(1, 4), st.integers(1, 80)),
    elements=st.floats(-100, 100, width=32).filter(lambda x: x == 0 or abs(x) > 1e-6),
)


@given(WEIGHTS, st.sampled_from([4, 8]))
def test_a_weight_is_off_by_a_step_of_its_block_at_most(
    weight: np.ndarray[tuple[int, int], np.dtype[np.float32]], bits: Bits
) -> None:
    found = dequantise(quantise(weight, bits))
    assert found.shape == weight.shape
    blocks = range(0, weight.shape[1], BLOCK)
    for start in blocks:
        part = weight[:, start : start + BLOCK]
        # 2^(bits - 1) steps lie between zero and the number farthest from it.
        step = np.abs(part).max(axis=1, keepdims=True) / 2 ** (bits - 1)
        error = np.abs(found[:, start : start + BLOCK] - part)
        assert (error <= step * 1.0001).all()


def test_numbers_on_the_grid_are_kept() -> None:
    weight = np.arange(-8, 8, dtype=np.float32)[None].repeat(2, axis=0)
    np.testing.assert_array_equal(dequantise(quantise(weight, 4)), weight)


def test_zeros_stay_zero() -> None:
    assert not dequantise(quantise(np.zeros((3, 40), np.float32), 4)).any()


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("inputs", [32, 64, 96])
@pytest.mark.parametrize("rows", [1, 5])
def test_the_operator_multiplies_by_the_dequantised_weight(
    bits: Bits, inputs: int, rows: int
) -> None:
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((7, inputs), dtype=np.float32)
    x = rng.standard_normal((rows, inputs), dtype=np.float32)
    packed = quantise(weight, bits)
    node = helper.make_node(
        "MatMulNBits",
        ["x", "q", "s"],
        ["y"],
        domain="com.microsoft",
        K=inputs,
        N=7,
        bits=bits,
        block_size=BLOCK,
    )
    graph = helper.make_graph(
        [node],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [rows, inputs])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [rows, 7])],
        [numpy_helper.from_array(packed.values, "q"), numpy_helper.from_array(packed.scales, "s")],
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    (found,) = session.run(None, {"x": x})
    np.testing.assert_allclose(found, x @ dequantise(packed).T, atol=1e-4)

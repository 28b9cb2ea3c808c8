"""A graph's weights, put into it one at a time in the precision wanted.

Linear layers arrive as a transposition and a product; the transposition is done here, once, or
weight and product become one quantised operator.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import onnx_ir as ir
import torch
from numpy.typing import NDArray

from precedent_inference.export.graphs import PREFIX
from precedent_inference.export.quantise import BLOCK, Bits, quantise
from precedent_inference.model.weights import StoredWeights

Precision = Literal["fp32", "fp16", "int8", "int4"]
Array = NDArray[np.generic]

SMALL = 256
"""Elements below which a weight stays in the graph's own precision."""
EXTERNAL_ELEMENTS = 100_000_000
"""Beyond so many, weights lie in a file beside the graph, whose own format ends at 2 GB."""
INTEGER_PRODUCTS = 4
"""The operator's accuracy level: a block's activations are rounded to eight bits too. At the others
ONNX Runtime 1.31 packs no weights of eight bits on a processor, and takes fifty times as long."""
ALIGNMENT = 4096
"""Of each weight in that file, so that it can be mapped."""

COMPUTE: Mapping[Precision, torch.dtype] = {
    "fp32": torch.float32,
    "fp16": torch.float16,
    "int8": torch.float32,
    "int4": torch.float32,
}
"""What the graphs compute in; quantised weights meet activations of full precision."""


def bits_of(precision: Precision, graph: str) -> Bits | None:
    """Give the bits of a graph's linear weights; None where they stay as they are.

    Of four bits only the decoder's weights are: it holds nine tenths of all, and a vision tower
    suffers more.
    """
    if precision == "int8" or (precision == "int4" and graph in ("vision", "resampler")):
        return 8
    if precision == "int4" and graph == "decoder":
        return 4
    return None


@dataclass(frozen=True, slots=True)
class WeightPlan:
    """Where weights come from and what becomes of them."""

    source: StoredWeights
    precision: Precision
    step: Callable[[int], object]
    """Called with the elements of each weight that was read; may raise Cancelled."""


class WeightWriter:
    """Fills one graph; keeps weights inside it or in a file beside it."""

    def __init__(self, plan: WeightPlan, name: str, folder: Path) -> None:
        self._plan = plan
        self._bits: Bits | None = bits_of(plan.precision, name)
        self._folder = folder
        self._location = f"{name}.onnx.data"
        self._offset = 0
        self._is_external = False

    def fill(self, model: ir.Model) -> None:
        """Give every initializer its value. Raises ModelError, Cancelled or OSError."""
        graph = model.graph
        # What folding made has its value already.
        weights = {n: v for n, v in graph.initializers.items() if v.const_value is None}
        counts = (self._plan.source.elements_of(_stored_name(name)) for name in weights)
        self._is_external = sum(counts) > EXTERNAL_ELEMENTS
        for name, value in weights.items():
            tensor = self._plan.source.read(_stored_name(name))
            self._plan.step(tensor.numel())
            product = _product(value)
            if product is not None and self._bits is not None and tensor.shape[1] >= BLOCK:
                self._quantise(graph, value, product, tensor.float().numpy())
            elif product is not None:
                _remove_transposition(value)
                value.shape = ir.Shape((tensor.shape[1], tensor.shape[0]))
                self._put(graph, value, tensor.T.contiguous())
            else:
                self._put(graph, value, tensor)
        if self._bits is not None:
            graph.opset_imports["com.microsoft"] = 1

    def _put(self, graph: ir.Graph, value: ir.Value, tensor: torch.Tensor) -> None:
        """Keep a weight in half precision where that loses nothing, with a cast behind it."""
        half = tensor.to(torch.float16)
        is_exact = torch.equal(half.to(tensor.dtype), tensor)
        dtype = COMPUTE[self._plan.precision]
        if dtype == torch.float16 or not is_exact or tensor.numel() < SMALL:
            value.const_value = self._tensor(str(value.name), tensor.to(dtype).numpy())
            return
        name = str(value.name)
        uses = list(value.uses())
        cast = ir.node("Cast", [value], {"to": ir.DataType.FLOAT}, name=f"{name}_cast")
        cast.outputs[0].name = f"{name}_full"
        is_looked_up = all(use.node.op_type == "Gather" and use.idx == 0 for use in uses)
        if is_looked_up and len(uses) == 1:
            # Rows are cast when they are looked up: a table cast whole would be held whole.
            _cast_after(uses[0].node, cast)
        else:
            for use in uses:
                use.node.replace_input_with(use.idx, cast.outputs[0])
            graph.insert_before(graph[0], cast)
        value.dtype = ir.DataType.FLOAT16
        value.const_value = self._tensor(name, half.numpy())

    def _quantise(
        self, graph: ir.Graph, value: ir.Value, product: ir.Node, weight: NDArray[np.float32]
    ) -> None:
        assert self._bits is not None
        packed = quantise(weight, self._bits)
        name = str(value.name)
        parts: dict[str, Array] = {
            f"{name}_q{packed.bits}": packed.values,
            f"{name}_scales": packed.scales,
        }
        inputs: list[ir.Value] = []
        for part, array in parts.items():
            made = ir.Value(name=part, const_value=self._tensor(part, array))
            made.shape, made.dtype = ir.Shape(array.shape), ir.DataType.from_numpy(array.dtype)
            graph.initializers[part] = made
            inputs.append(made)
        left, output = product.inputs[0], product.outputs[0]
        assert left is not None
        attributes = {
            "K": weight.shape[1],
            "N": weight.shape[0],
            "bits": packed.bits,
            "block_size": BLOCK,
            "accuracy_level": INTEGER_PRODUCTS,
        }
        node = ir.node(
            "MatMulNBits", [left, *inputs], attributes, domain="com.microsoft", name=f"{name}_mul"
        )
        node.outputs[0].name, output.name = output.name, f"{output.name}_plain"
        node.outputs[0].shape, node.outputs[0].type = output.shape, output.type
        ir.convenience.replace_nodes_and_values(
            graph, product, [product], [node], [output], [node.outputs[0]]
        )
        _remove_transposition(value)
        del graph.initializers[name]

    def _tensor(self, name: str, array: Array) -> ir.TensorProtocol:
        if not self._is_external:
            return ir.tensor(array, name=name)
        padding = -self._offset % ALIGNMENT
        path = self._folder / self._location
        with path.open("ab") as stream:
            stream.write(bytes(padding))
            stream.write(np.ascontiguousarray(array).data)
        tensor = ir.ExternalTensor(
            location=self._location,
            offset=self._offset + padding,
            length=array.nbytes,
            dtype=ir.DataType.from_numpy(array.dtype),
            shape=ir.Shape(array.shape),
            name=name,
            base_dir=str(self._folder),
        )
        self._offset += padding + array.nbytes
        return tensor


def _cast_after(lookup: ir.Node, cast: ir.Node) -> None:
    """Put a cast behind a node instead of before it."""
    found = lookup.outputs[0]
    for use in list(found.uses()):
        use.node.replace_input_with(use.idx, cast.outputs[0])
    cast.replace_input_with(0, found)
    cast.outputs[0].shape = found.shape
    cast.outputs[0].dtype, found.dtype = ir.DataType.FLOAT, ir.DataType.FLOAT16
    assert lookup.graph is not None
    lookup.graph.insert_after(lookup, cast)


def _stored_name(name: str) -> str:
    return name.removeprefix(PREFIX)


def _product(value: ir.Value) -> ir.Node | None:
    """Give the product that a weight enters by its right side through a transposition."""
    uses = list(value.uses())
    if len(uses) != 1 or uses[0].node.op_type != "Transpose":
        return None
    after = list(uses[0].node.outputs[0].uses())
    if len(after) != 1 or after[0].node.op_type != "MatMul" or after[0].idx != 1:
        return None
    return after[0].node


def _remove_transposition(value: ir.Value) -> None:
    (use,) = value.uses()
    node = use.node
    for after in list(node.outputs[0].uses()):
        after.node.replace_input_with(after.idx, value)
    node.replace_input_with(0, None)
    assert node.graph is not None
    node.graph.remove(node)

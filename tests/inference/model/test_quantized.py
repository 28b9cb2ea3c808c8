"""Weights of few bits: errors bounded by the step, fused products against unpacked ones."""

from pathlib import Path

import pytest
import torch
from tests.inference.tiny import tiny_config, write_tiny_model
from torch import Tensor, nn

from precedent_inference.model import int4_kernels, int8_kernels
from precedent_inference.model.flamingo import Flamingo
from precedent_inference.model.int4_kernels import (
    CpuInt4,
    Int4Kernel,
    PlainInt4,
    int4_kernel,
    is_trustworthy,
)
from precedent_inference.model.int8_kernels import (
    dequantized_product,
    fused_product,
    int8_product,
)
from precedent_inference.model.kv_cache import BufferCache
from precedent_inference.model.quantized import (
    FEW_ROWS,
    Bits,
    Int4Linear,
    Int8Linear,
    Quantizer,
    is_quantized,
    quantize_int4,
    quantize_int8,
)
from precedent_inference.model.weights import load_flamingo
from precedent_inference.precision import matrix_bytes

CPU = torch.device("cpu")
HALF_STEP = 0.5 + 1e-4
"""A rounded weight is off by half a step at most; the rest is float32's own rounding."""
BFLOAT16_STEP = 2**-8
"""Largest relative error of rounding to eight bits of mantissa."""


def trained_like(rows: int, columns: int) -> Tensor:
    generator = torch.Generator().manual_seed(5)
    weight = torch.randn(rows, columns, generator=generator) * 0.02
    weight[3] = 0.0
    weight[4] = 1.001  # a constant row far from zero
    weight[5] *= 100
    return weight


def test_three_weights_are_rounded_by_hand() -> None:
    weight = torch.tensor([[-1.27, 0.5, 0.004]])
    found = quantize_int8(weight, torch.float32)
    # Step 1.27 / 127 = 0.01.
    assert found.levels.tolist() == [[-127, 50, 0]]
    assert found.step.tolist() == pytest.approx([0.01], rel=1e-6)


def test_a_group_spreads_its_levels_between_its_ends_by_hand() -> None:
    weight = torch.linspace(-0.5, 1.0, 16).repeat(2)[None]
    found = quantize_int4(weight, 32, torch.float32)
    # Step 1.5 / 15 = 0.1, zero -0.5 + 8 x 0.1 = 0.3, one level for each of the sixteen values.
    assert found.levels[0, :16].tolist() == list(range(16))
    assert found.step.tolist() == [[pytest.approx(0.1, rel=1e-5)]]
    assert found.zero.tolist() == [[pytest.approx(0.3, rel=1e-5)]]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_an_int8_weight_is_off_by_half_a_step(dtype: torch.dtype) -> None:
    weight = trained_like(16, 256)
    found = quantize_int8(weight, dtype)
    errors = (found.dequantize() - weight).abs() / found.step.float()[:, None]
    assert errors.max() <= HALF_STEP
    # No step is much larger than the 127th part of its row's largest weight.
    wanted = (weight.abs().amax(1) / 127).clamp(min=torch.finfo(dtype).tiny)
    assert (found.step.float() / wanted).max() <= 1 + 2 * torch.finfo(dtype).eps


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("group", [32, 128])
def test_an_int4_weight_is_off_by_half_a_step(dtype: torch.dtype, group: int) -> None:
    weight = trained_like(16, 256)
    found = quantize_int4(weight, group, dtype)
    errors = (found.dequantize() - weight).abs().view(16, -1, group)
    assert (errors / found.step.float()[..., None]).max() <= HALF_STEP
    assert found.levels.max() <= 15


def output_bound(x: Tensor, weight: Tensor, step: Tensor, dtype: torch.dtype) -> Tensor:
    """Half a step for each weight, times what it is multiplied by, plus the product's rounding."""
    columns = weight.shape[1]
    steps = step.float().view(weight.shape[0], -1)
    steps = steps.repeat_interleave(columns // steps.shape[1], dim=1)  # [N, K]
    by_steps = x.float().abs() @ (HALF_STEP * steps).T
    rounding = 0.0 if dtype == torch.float32 else BFLOAT16_STEP
    # Dequantised weights, levels times steps and the sum are each rounded once.
    return by_steps + (3 * rounding + 1e-5) * (x.float().abs() @ (weight.abs() + steps).T)


@pytest.mark.parametrize("rows", [1, 3, FEW_ROWS + 1])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("bits", ["int8", "int4"])
def test_an_output_is_off_by_no_more_than_the_steps_allow(
    bits: Bits, dtype: torch.dtype, rows: int
) -> None:
    weight = trained_like(64, 256)
    x = torch.randn(2, rows, 256, generator=torch.Generator().manual_seed(1)).to(dtype)
    if bits == "int8":
        few = quantize_int8(weight, dtype)
        layer: nn.Module = Int8Linear(few, int8_product(CPU, dtype))
        step = few.step
    else:
        fewer = quantize_int4(weight, 128, dtype)
        layer = Int4Linear(fewer, int4_kernel(CPU, dtype, 64, 256))
        step = fewer.step
    found = layer(x)
    assert found.dtype == dtype
    assert found.shape == (2, rows, 64)
    difference = (found.float() - x.float() @ weight.T).abs()
    assert (difference <= output_bound(x, weight, step, dtype)).all()


@pytest.mark.parametrize("kernel", [PlainInt4(), CpuInt4()])
def test_a_kernel_multiplies_by_the_matrix_that_was_laid_out(kernel: Int4Kernel) -> None:
    weight = quantize_int4(trained_like(32, 128), 64, torch.bfloat16)
    layer = Int4Linear(weight, kernel)
    # The unit vectors read the matrix column by column; each number is rounded once or twice.
    found = layer(torch.eye(128, dtype=torch.bfloat16)).T
    assert torch.allclose(found.float(), weight.dequantize(), rtol=2 * BFLOAT16_STEP, atol=2e-3)


def test_this_processor_has_fused_products_for_bfloat16_alone() -> None:
    assert int8_product(CPU, torch.bfloat16) is fused_product
    assert int8_product(CPU, torch.float32) is dequantized_product
    assert isinstance(int4_kernel(CPU, torch.bfloat16, 64, 128), CpuInt4)
    assert isinstance(int4_kernel(CPU, torch.bfloat16, 30, 128), PlainInt4)
    assert isinstance(int4_kernel(CPU, torch.float32, 64, 128), PlainInt4)


def test_a_kernel_that_computes_something_else_is_not_used() -> None:
    class Wrong(PlainInt4):
        def multiply(self, x: Tensor, packed: Tensor, group: int, steps: Tensor) -> Tensor:
            return super().multiply(x, packed, group, steps) * 1.05

    class Missing(PlainInt4):
        def pack(self, levels: Tensor) -> Tensor:
            raise NotImplementedError

    assert is_trustworthy(PlainInt4(), CPU)
    assert not is_trustworthy(Wrong(), CPU)
    assert not is_trustworthy(Missing(), CPU)


def test_without_fused_products_the_weights_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> Tensor:
        raise NotImplementedError

    monkeypatch.setattr(int8_kernels, "fused_product", missing)
    monkeypatch.setattr(CpuInt4, "pack", missing)
    int8_kernels.int8_product.cache_clear()
    int4_kernels.int4_kernel.cache_clear()
    assert int8_product(CPU, torch.bfloat16) is dequantized_product
    assert isinstance(int4_kernel(CPU, torch.bfloat16, 64, 128), PlainInt4)
    int8_kernels.int8_product.cache_clear()
    int4_kernels.int4_kernel.cache_clear()


@pytest.mark.parametrize("bits", ["int8", "int4"])
def test_a_layer_takes_the_bytes_that_are_counted(bits: Bits) -> None:
    model = nn.Module()
    model.layers = nn.ModuleList([nn.Module()])
    model.layers[0].q = nn.Linear(256, 64, bias=False)
    quantizer = Quantizer(bits, dtype=torch.bfloat16, device=CPU)
    assert quantizer.take(model, "layers.0.q.weight", torch.randn(64, 256))
    held = sum(buffer.nbytes for buffer in model.layers[0].buffers())
    assert held == matrix_bytes(64, 256, bits)


def test_a_row_that_no_group_divides_is_kept_in_int8() -> None:
    model = nn.Module()
    model.layers = nn.ModuleList([nn.Module()])
    model.layers[0].q = nn.Linear(40, 16, bias=False)
    Quantizer("int4", dtype=torch.bfloat16, device=CPU).take(
        model, "layers.0.q.weight", torch.randn(16, 40)
    )
    assert isinstance(model.layers[0].q, Int8Linear)
    assert matrix_bytes(16, 40, "int4") == 16 * 42


def test_the_large_matrices_of_a_step_are_quantised_and_no_others() -> None:
    with torch.device("meta"):
        model = Flamingo(tiny_config("next"))
    taken = {
        name.rpartition(".")[0]
        for name in model.state_dict()
        if is_quantized(name.rpartition(".")[0]) and name.endswith(".weight")
    }
    layers = {f"layers.{n}.{part}" for n in range(2) for part in "q k v out gate up down".split()}
    blocks = {f"cross_attention.{n}.{part}" for n in range(2) for part in ("up", "down")}
    assert taken == layers | blocks


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("tiny") / "tiny", "previous").path


@pytest.mark.parametrize(("bits", "kind"), [("int8", Int8Linear), ("int4", Int4Linear)])
def test_a_model_is_quantised_while_it_is_read(
    tiny_folder: Path, bits: Bits, kind: type[nn.Module]
) -> None:
    quantizer = Quantizer(bits, dtype=torch.bfloat16, device=CPU)
    model = load_flamingo(tiny_folder, dtype=torch.bfloat16, take=quantizer.take)
    kinds = [type(module) for module in model.modules()]
    assert kinds.count(kind) == 2 * 7 + 2 * 2
    assert not any(tensor.is_meta for tensor in [*model.parameters(), *model.buffers()])
    cache = BufferCache.empty((2, 1, 2, 8, 16), model.embedding.weight)
    index = torch.zeros(1, 5, dtype=torch.long)
    logits = model.decode(torch.arange(5)[None], None, index, cache)
    plain = load_flamingo(tiny_folder)
    cache = BufferCache.empty((2, 1, 2, 8, 16), plain.embedding.weight)
    wanted = plain.decode(torch.arange(5)[None], None, index, cache)
    # Random matrices are the worst case: nothing in them is redundant. Eight bits follow closely;
    # four bits still point the same way.
    likeness = torch.nn.functional.cosine_similarity(logits.float().flatten(), wanted.flatten(), 0)
    assert likeness >= (0.99 if bits == "int8" else 0.8)


@pytest.mark.gpu
@pytest.mark.parametrize("inputs", [128, 256, 11008])
def test_the_fused_products_of_a_gpu_are_right(inputs: int) -> None:
    device = torch.device("cuda")
    kernel = int4_kernel(device, torch.bfloat16, 64, inputs)
    assert not isinstance(kernel, PlainInt4)
    weight, x = trained_like(64, inputs), torch.randn(2, inputs).to(torch.bfloat16)
    fewer = quantize_int4(weight.to(device), 128, torch.bfloat16)
    found = Int4Linear(fewer, kernel)(x.to(device)).cpu().float()
    bound = output_bound(x, weight, fewer.step.cpu(), torch.bfloat16)
    assert ((found - x.float() @ weight.T).abs() <= bound).all()
    few = quantize_int8(weight.to(device), torch.bfloat16)
    found = Int8Linear(few, int8_product(device, torch.bfloat16))(x.to(device)).cpu().float()
    bound = output_bound(x, weight, few.step.cpu(), torch.bfloat16)
    assert ((found - x.float() @ weight.T).abs() <= bound).all()

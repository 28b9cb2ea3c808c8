"""Where Med-Flamingo runs: devices with free memory in, device, precision and sentence out.

Needed at real size for 2048 tokens and 9 images, by hand: the weights (32.88, 16.44, 8.89 and
5.35 GB), 2048 x 0.524 MB and 9 x 1.18 MB of keys and values (twice that in fp32), 0.13 GB of small
caches, 0.65 GB for a moment (0.77 in fp32, 0.79 in int8 and int4).
"""

from dataclasses import replace

import pytest

from precedent_inference.backends.device_plan import Device, Plan, Planner, Wish
from precedent_inference.backends.model_size import Room
from precedent_inference.bench.workload import REAL
from precedent_inference.errors import ModelError
from precedent_inference.precision import Precision

NEEDED_GB = {"fp32": 35.96, "bf16": 18.31, "fp16": 18.31, "int8": 10.90, "int4": 7.35}
PLANNER = Planner(REAL, Room(2048, 9))


def gpu(free_gb: float, index: int = 0, name: str = "NVIDIA A") -> Device:
    return Device("cuda", index, name, round(free_gb * 1e9))


def processor(free_gb: float) -> Device:
    return Device("cpu", 0, "the processor", round(free_gb * 1e9))


def chosen(*devices: Device, wish: Wish | None = None) -> Plan:
    return PLANNER.plan(devices, wish or Wish())


@pytest.mark.parametrize("precision", NEEDED_GB)
def test_the_smallest_memory_that_fits_is_the_sum_by_hand(precision: Precision) -> None:
    # A twentieth of what is free is left alone.
    enough = NEEDED_GB[precision] / 0.95
    wish = Wish(precision=precision)
    assert chosen(gpu(enough + 0.02), wish=wish).precision == precision
    with pytest.raises(ModelError):
        chosen(gpu(enough - 0.02), wish=wish)


@pytest.mark.parametrize(
    ("gpu_gb", "cpu_gb", "device", "precision"),
    [
        (80, 60, "cuda:0", "bf16"),  # A100: float32 would fit and is not worth its time
        (23.4, 60, "cuda:0", "bf16"),  # RTX 4090
        (15.6, 60, "cuda:0", "int8"),
        (11.6, 60, "cuda:0", "int8"),
        (8.0, 60, "cuda:0", "int4"),
        (6.0, 60, "cpu", "fp32"),
        (6.0, 30, "cpu", "bf16"),
        (6.0, 14, "cpu", "int8"),
        (6.0, 8, "cpu", "int4"),
    ],
)
def test_the_best_that_fits_on_a_gpu_comes_first(
    gpu_gb: float, cpu_gb: float, device: str, precision: str
) -> None:
    plan = chosen(processor(cpu_gb), gpu(gpu_gb))
    assert (plan.device.torch_name, plan.precision) == (device, precision)


def test_of_two_gpus_the_better_precision_wins_and_then_the_room() -> None:
    cards = (gpu(12, 0, "small"), gpu(24, 1, "large"), gpu(40, 2, "largest"), processor(64))
    assert chosen(*cards).device.name == "largest"
    assert chosen(*cards[:2], cards[3]).device.name == "large"


def test_an_old_gpu_computes_in_float16() -> None:
    old = replace(gpu(23), has_bf16=False)
    plan = chosen(old, processor(8))
    assert (plan.precision, plan.compute) == ("fp16", "fp16")
    plan = chosen(replace(old, free_bytes=13 * 10**9), processor(8))
    assert (plan.precision, plan.compute) == ("int8", "fp16")


def test_few_bits_are_multiplied_in_bfloat16() -> None:
    assert chosen(gpu(12)).compute == "bf16"
    assert chosen(processor(60)).compute == "fp32"


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (
            chosen(gpu(80), processor(60)),
            "bf16 on NVIDIA A: 18.3 GB of 80.0 GB free are needed.",
        ),
        (
            chosen(gpu(19.4), processor(60)),
            "bf16 on NVIDIA A: 18.3 GB of 19.4 GB free are needed; "
            "int8 would leave room to keep more prompts.",
        ),
        (
            chosen(gpu(15.6), processor(60)),
            "int8 on NVIDIA A: 10.9 GB of 15.6 GB free are needed; bf16 would need 18.3 GB.",
        ),
        (
            chosen(gpu(3.0), processor(60)),
            "fp32 on the processor: 36.0 GB of 60.0 GB free are needed; "
            "no GPU has room (NVIDIA A: 3.0 GB free; int4 needs 7.4 GB).",
        ),
        (
            chosen(gpu(80), processor(60), wish=Wish("cpu", "int8")),
            "int8 on the processor as asked: 10.9 GB of 60.0 GB free are needed.",
        ),
    ],
)
def test_a_plan_says_why_in_one_sentence(plan: Plan, reason: str) -> None:
    assert plan.reason == reason


@pytest.mark.parametrize(
    ("wish", "message", "hint"),
    [
        (
            Wish(precision="fp32"),
            "The model in fp32 needs 36.0 GB of memory (NVIDIA A: 23.4 GB free, the processor: "
            "16.0 GB free); in bf16 it needs 18.3 GB and would fit on NVIDIA A.",
            "Ask for --precision bf16, or for none.",
        ),
        (
            Wish("cpu", "bf16"),
            "The model in bf16 needs 18.3 GB of memory (the processor: 16.0 GB free); in int8 it "
            "needs 10.9 GB and would fit on the processor.",
            "Ask for --precision int8, or for none.",
        ),
        (
            Wish("cuda:1"),
            "There is no device 'cuda:1' that can run a model; this machine has cuda:0 (NVIDIA A), "
            "cpu (the processor).",
            "Ask for one of these, or for none.",
        ),
    ],
)
def test_a_wish_that_cannot_be_granted_is_refused_with_what_would_fit(
    wish: Wish, message: str, hint: str
) -> None:
    with pytest.raises(ModelError) as caught:
        chosen(gpu(23.4), processor(16), wish=wish)
    assert caught.value.message == message
    assert caught.value.hint == hint


def test_a_machine_without_room_is_told_how_much_is_needed() -> None:
    with pytest.raises(ModelError) as caught:
        chosen(gpu(4), processor(6))
    assert caught.value.message == (
        "The model needs 7.4 GB of memory in int4, the smallest precision "
        "(the processor: 6.0 GB free, NVIDIA A: 4.0 GB free)."
    )
    assert caught.value.hint == "Close other programs, or choose a smaller model."


def test_bfloat16_on_a_gpu_without_it_is_refused() -> None:
    old = replace(gpu(40), has_bf16=False)
    with pytest.raises(ModelError) as caught:
        chosen(old, wish=Wish("cuda", "bf16"))
    assert caught.value.message == (
        "The model in bf16 cannot be computed here (NVIDIA A); in fp16 it needs 18.3 GB and would "
        "fit on NVIDIA A."
    )


def test_a_wish_too_large_for_any_precision_says_what_it_needs() -> None:
    with pytest.raises(ModelError) as caught:
        chosen(gpu(4), wish=Wish(precision="int8"))
    assert caught.value.message == (
        "The model needs 10.9 GB of memory in int8 (NVIDIA A: 4.0 GB free)."
    )

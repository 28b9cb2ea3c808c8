"""What can run a model on this machine, and how much memory is free there now."""

import logging

import psutil
import torch

from precedent_inference.backends.device_plan import Device

logger = logging.getLogger(__name__)

PROCESSOR = "the processor"

BF16_CAPABILITY = (8, 0)
"""The first NVIDIA generation whose tensor cores multiply bfloat16 (Ampere)."""


def find_devices() -> tuple[Device, ...]:
    """Give the GPUs that torch can use, and the processor.

    A GPU that does not answer is left out with a line in the log.
    """
    found: list[Device] = []
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    for index in range(count):
        try:
            found.append(_gpu(index))
        except RuntimeError as error:  # busy, lost, or with a driver too old for this torch
            logger.warning("GPU %d cannot be used: %s", index, error)
    return (*found, Device("cpu", 0, PROCESSOR, free_bytes(torch.device("cpu"))))


def free_bytes(device: torch.device) -> int:
    """Give the bytes that a model on this device may still take.

    On a GPU what torch keeps for itself and does not use is counted as free.
    """
    if device.type != "cuda":
        return psutil.virtual_memory().available
    free, _ = torch.cuda.mem_get_info(device)
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return free + kept


def _gpu(index: int) -> Device:
    # Asking creates this process's context there, so that what it takes is not counted as free.
    free = free_bytes(torch.device("cuda", index))
    has_bf16 = torch.cuda.get_device_capability(index) >= BF16_CAPABILITY
    return Device("cuda", index, torch.cuda.get_device_name(index), free, has_bf16)

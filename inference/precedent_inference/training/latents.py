"""Encode the picture bank once, so that the decoder's training never touches a picture."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from precedent_inference.training.augment import augment
from precedent_inference.training.bank import PictureBank
from precedent_inference.training.checkpoint import load_checkpoint, save_checkpoint
from precedent_inference.training.encoder_stage import Encoder
from precedent_inference.training.language_stage import LatentBank

BATCH = 256
TWINS = (300, 6, 5)
"""Classes, pictures of each and views of each picture for telling apart pictures of one class."""


def encode_bank(encoder: Encoder, bank: PictureBank, seed: int, path: Path) -> LatentBank:
    """Encode every picture, changed once at random as in use no two pictures are framed alike.

    The result is kept at `path` and read back from there; delete it when the encoder changes.
    """
    if (state := load_checkpoint(path)) is None:
        classes, instances = bank.pictures.shape[:2]
        flat = bank.pictures.reshape(-1, *bank.pictures.shape[2:])
        encoded = _encode(encoder, flat, seed, keep_place=False)
        state = {
            "classes": encoded.view(classes, instances, *encoded.shape[1:]),
            "marked": _encode(encoder, bank.marked, seed, keep_place=True),
            "twins": _twins(encoder, bank, seed),
        }
        save_checkpoint(path, state)
    return LatentBank(
        classes=state["classes"],
        family=bank.family,
        marked=state["marked"],
        twins=state["twins"],
        counts=bank.counts,
        places=bank.places,
    )


def _twins(encoder: Encoder, bank: PictureBank, seed: int) -> Tensor:
    classes, instances, views = TWINS
    chosen = bank.pictures[:classes, :instances]
    flat = np.repeat(chosen.reshape(-1, *chosen.shape[2:]), views, axis=0)
    encoded = _encode(encoder, flat, seed + 1, keep_place=False)
    return encoded.view(*chosen.shape[:2], views, *encoded.shape[1:])


@torch.inference_mode()
def _encode(
    encoder: Encoder, pictures: NDArray[np.uint8], seed: int, *, keep_place: bool
) -> Tensor:
    device = next(encoder.parameters()).device
    noise = torch.Generator().manual_seed(seed)
    encoded: list[Tensor] = []
    for start in tqdm(range(0, len(pictures), BATCH), "latents"):
        part = torch.from_numpy(pictures[start : start + BATCH]).permute(0, 3, 1, 2).float() / 255
        changed = augment(part, noise, keep_place=keep_place).to(device)
        with torch.autocast(device.type, torch.bfloat16):
            encoded.append(encoder(changed).half().cpu())
    return torch.cat(encoded)

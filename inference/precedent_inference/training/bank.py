"""A stock of rendered pictures by class, made once from a seed and drawn from by every stage."""

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from tqdm import tqdm

from precedent_inference.training import canvas
from precedent_inference.training.anatomy import MEDICAL
from precedent_inference.training.attributes import draw_marked
from precedent_inference.training.families import TEXTURES, Family

Pictures = NDArray[np.uint8]
"""(..., SIZE, SIZE, 3)."""

FAMILIES: tuple[Family, ...] = TEXTURES + MEDICAL + MEDICAL
"""Medical-looking families stand twice, so that they are drawn twice as often."""


@dataclass(frozen=True, slots=True)
class PictureBank:
    """Pictures of many classes, several instances each, and pictures with count and place."""

    pictures: Pictures
    """(classes, instances, SIZE, SIZE, 3)."""
    family: NDArray[np.int64]
    """(classes,): the index of each class's family, without repeats."""
    marked: Pictures
    """(marked, SIZE, SIZE, 3)."""
    counts: NDArray[np.int64]
    places: NDArray[np.int64]


def make_bank(
    seed: int, classes: int, instances: int, marked: int, *, workers: int = 0
) -> PictureBank:
    """Render a bank; the same seed gives the same pictures however many workers there are."""
    workers = workers or os.cpu_count() or 1
    draw_class = partial(_class_pictures, seed, instances)
    draw_marks = partial(_marked_picture, seed)
    # Spawned, as on Windows: a forked child of a process with threads may never wake.
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        rows = list(
            tqdm(pool.map(draw_class, range(classes), chunksize=16), "classes", total=classes)
        )
        marks = list(
            tqdm(pool.map(draw_marks, range(marked), chunksize=64), "marked", total=marked)
        )
    shape = (0, canvas.SIZE, canvas.SIZE, 3)
    return PictureBank(
        pictures=np.stack([pictures for pictures, _ in rows]),
        family=np.array([family for _, family in rows]),
        marked=np.stack([m[0] for m in marks]) if marks else np.zeros(shape, np.uint8),
        counts=np.array([m[1] for m in marks], dtype=np.int64),
        places=np.array([m[2] for m in marks], dtype=np.int64),
    )


def save_bank(bank: PictureBank, path: Path) -> None:
    """Keep a bank as an array file, whole or not at all."""
    partial_path = path.with_name(path.stem + "-partial.npz")
    np.savez(partial_path, **{field.name: getattr(bank, field.name) for field in fields(bank)})
    partial_path.replace(path)


def load_bank(path: Path) -> PictureBank:
    """Read a kept bank."""
    with np.load(path) as arrays:
        return PictureBank(**{name: arrays[name] for name in arrays.files})


def _class_pictures(seed: int, instances: int, index: int) -> tuple[Pictures, int]:
    rng = np.random.default_rng([seed, 0, index])
    which = int(rng.integers(len(FAMILIES)))
    render = FAMILIES[which](rng)
    pictures = np.stack([_to_bytes(render(rng)) for _ in range(instances)])
    return pictures, FAMILIES.index(FAMILIES[which])


def _marked_picture(seed: int, index: int) -> tuple[Pictures, int, int]:
    marked = draw_marked(np.random.default_rng([seed, 1, index]))
    return _to_bytes(marked.picture), marked.count, marked.place


def _to_bytes(picture: canvas.Picture) -> Pictures:
    return np.asarray(picture * 255 + 0.5, dtype=np.uint8)


def draw_classes(
    bank: PictureBank, count: int, rng: Generator, *, alike: bool
) -> NDArray[np.int64]:
    """Draw distinct classes: from the whole bank, or (`alike`, harder) from few families."""
    if not alike:
        return rng.choice(len(bank.family), count, replace=False)
    chosen: list[int] = []
    for family in rng.permutation(np.unique(bank.family)):
        members = np.flatnonzero(bank.family == family)
        take = min(len(members), max(8, count // 4), count - len(chosen))
        chosen += rng.choice(members, take, replace=False).tolist()
        if len(chosen) == count:
            break
    return np.array(chosen)

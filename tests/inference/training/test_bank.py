from pathlib import Path

import numpy as np
import pytest

from precedent_inference.training import canvas
from precedent_inference.training.anatomy import MEDICAL
from precedent_inference.training.attributes import COUNTS, PLACES, draw_marked
from precedent_inference.training.bank import draw_classes, load_bank, make_bank, save_bank
from precedent_inference.training.families import TEXTURES, Family


@pytest.mark.parametrize("family", [*TEXTURES, *MEDICAL], ids=lambda family: family.__name__)
def test_a_class_is_reproducible_and_its_instances_differ(family: Family) -> None:
    first, second = (family(np.random.default_rng(5)) for _ in range(2))
    pictures = [first(np.random.default_rng(6)), second(np.random.default_rng(6))]
    other = first(np.random.default_rng(7))
    assert pictures[0].shape == (canvas.SIZE, canvas.SIZE, 3)
    assert pictures[0].min() >= 0
    assert pictures[0].max() <= 1
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], other)


def test_marked_pictures_cover_every_count_and_place() -> None:
    marks = [draw_marked(np.random.default_rng(seed)) for seed in range(80)]
    assert {mark.count for mark in marks} == set(range(len(COUNTS)))
    assert {mark.place for mark in marks} == set(range(len(PLACES)))


def test_a_bank_is_the_same_whoever_renders_it(tmp_path: Path) -> None:
    alone = make_bank(3, classes=6, instances=2, marked=4, workers=1)
    together = make_bank(3, classes=6, instances=2, marked=4, workers=2)
    save_bank(alone, tmp_path / "bank.npz")
    assert np.array_equal(alone.pictures, together.pictures)
    assert np.array_equal(load_bank(tmp_path / "bank.npz").counts, together.counts)


def test_alike_classes_come_from_few_families() -> None:
    bank = make_bank(4, classes=60, instances=1, marked=0, workers=1)
    rng = np.random.default_rng(0)
    alike = draw_classes(bank, 8, rng, alike=True)
    assert len(set(alike.tolist())) == 8
    assert len(set(bank.family[alike].tolist())) <= 4

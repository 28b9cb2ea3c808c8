"""What the benchmark asks is what it says it asks."""

from pathlib import Path

import numpy as np
import pytest
import torch

from precedent_inference.bench.workload import (
    MIDDLE,
    REAL,
    REFERENCES,
    TINY,
    load_workload,
    make_workload,
)
from precedent_inference.model.flamingo import Flamingo


def test_the_middle_prompt_has_seven_images_and_174_tokens() -> None:
    work = make_workload(MIDDLE, questions=3, pictures=2)
    assert work.prompt_tokens == 174
    assert [list(row).count(work.image) for row in work.tokens] == [7, 7, 7]
    assert work.pixels.shape == (REFERENCES + 2, 3, 224, 224)


def test_questions_share_everything_up_to_the_last_image() -> None:
    work = make_workload(TINY, questions=2, pictures=1)
    first, second = work.tokens
    last = int(np.flatnonzero(first == work.image)[-1])
    np.testing.assert_array_equal(first[: last + 1], second[: last + 1])
    assert not np.array_equal(first[last + 1 :], second[last + 1 :])


def test_a_workload_survives_its_file(tmp_path: Path) -> None:
    work = make_workload(TINY, questions=1, pictures=1)
    work.save(tmp_path / "work.npz")
    found = load_workload(tmp_path / "work.npz")
    np.testing.assert_array_equal(found.tokens, work.tokens)
    np.testing.assert_array_equal(found.pixels, work.pixels)
    assert (found.image, found.end_of_chunk) == (work.image, work.end_of_chunk)


@pytest.mark.parametrize(
    ("part", "count"),
    # Counted on the public reference at real size.
    [("resampler", 63_019_008), ("cross_attention", 1_115_815_952), ("embedding", 131_084_288)],
)
def test_the_real_size_is_med_flamingos(part: str, count: int) -> None:
    with torch.device("meta"):
        model = Flamingo(REAL)
    assert sum(p.numel() for p in getattr(model, part).parameters()) == count

"""What a cosine means, on libraries whose cosines are known."""

import numpy as np
import pytest

from precedent_inference.embedding.embeddings import EmbedderId
from precedent_plugin.suggest.scale import Scale
from precedent_plugin.suggest.vectors import FloatArray, PictureVectors

ID = EmbedderId("made", "1")


def collection(rows: FloatArray) -> PictureVectors:
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return PictureVectors(ID).joined({f"{at:064x}": row for at, row in enumerate(unit)})


def test_pairs_of_right_angles_have_no_likeness_and_twins_have_it_all() -> None:
    # Ten directions at right angles, each of them twice: a pair has cosine 0 or 1, each picture's
    # nearest other one has 1; so low and middle are 0, the neighbours 1 and the floor 0.5.
    scale = Scale.of(collection(np.repeat(np.eye(10, dtype=np.float32), 2, axis=0)))
    assert scale.low == pytest.approx(0, abs=1e-3)
    assert scale.floor_cosine == pytest.approx(0.5, abs=1e-3)
    assert scale.floor == pytest.approx(0.5, abs=1e-3)
    found = scale.likeness(np.array([-1, 0, 0.25, 1], np.float32))
    np.testing.assert_allclose(found, [0, 0, 0.25, 1], atol=1e-3)


def test_an_offset_that_all_vectors_share_is_no_likeness() -> None:
    # With 3 added along a direction of its own each pair at a right angle has cosine 9 / 10.
    rows = np.repeat(np.eye(10, 11, dtype=np.float32), 2, axis=0)
    rows[:, 10] = 3
    scale = Scale.of(collection(rows))
    assert scale.low == pytest.approx(0.9, abs=1e-3)
    assert scale.floor_cosine == pytest.approx(0.95, abs=1e-3)
    assert float(scale.likeness(np.array([0.9], np.float32))[0]) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("count", [0, 1])
def test_one_picture_says_nothing_about_chance(count: int) -> None:
    scale = Scale.of(collection(np.ones((count, 4), np.float32)) if count else PictureVectors(ID))
    assert (scale.low, scale.floor_cosine) == (0.0, 0.5)


def test_equal_pictures_alone_leave_the_scale_finite() -> None:
    scale = Scale.of(collection(np.ones((5, 4), np.float32)))
    assert 0 <= scale.floor <= 1

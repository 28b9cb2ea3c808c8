"""Cosines of many vectors at once, against numpy in double precision."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedent_inference.embedding.embeddings import EmbedderId
from precedent_plugin.suggest.vectors import FloatArray, PictureVectors

ID = EmbedderId("made", "1")


def made(count: int, width: int = 96) -> tuple[PictureVectors, FloatArray]:
    raw = np.random.default_rng(count).standard_normal((count, width)).astype(np.float32)
    raw /= np.linalg.norm(raw, axis=1, keepdims=True)
    new = {f"{at:064x}": vector for at, vector in enumerate(raw)}
    return PictureVectors(ID).joined(new), raw


@pytest.mark.parametrize("count", [1, 2, 7, 1000, 50_000])
def test_cosines_are_those_of_double_precision(count: int) -> None:
    vectors, raw = made(count)
    query = raw[0] * np.float32(0.6) + raw[-1] * np.float32(0.4)
    query /= np.linalg.norm(query)
    exact = raw.astype(np.float64) @ query.astype(np.float64)
    np.testing.assert_allclose(vectors.cosines(query), exact, atol=1e-3)


def test_the_ten_nearest_are_those_of_exact_search() -> None:
    vectors, raw = made(5000)
    queries = np.random.default_rng(9).standard_normal((50, 96)).astype(np.float32)
    found = hit = 0
    for query in queries / np.linalg.norm(queries, axis=1, keepdims=True):
        exact = set(np.argsort(-(raw.astype(np.float64) @ query))[:10].tolist())
        ours = set(np.argsort(-vectors.cosines(query))[:10].tolist())
        found, hit = found + 10, hit + len(exact & ours)
    assert hit / found >= 0.95


def test_nothing_is_like_nothing() -> None:
    assert PictureVectors(ID).cosines(np.ones(4, np.float32)).shape == (0,)


def test_a_picture_that_is_here_keeps_its_vector() -> None:
    vectors, raw = made(3)
    again = vectors.joined({vectors.pictures[0]: raw[1]})
    assert again is vectors


@given(st.sets(st.integers(0, 30)))
def test_only_the_wanted_stay_in_their_order(wanted: set[int]) -> None:
    vectors, _ = made(20)
    kept = vectors.only({f"{at:064x}" for at in wanted})
    assert [int(name, 16) for name in kept.pictures] == sorted(at for at in wanted if at < 20)
    for row, name in enumerate(kept.pictures):
        assert np.array_equal(kept.matrix[row], vectors.matrix[int(name, 16)])

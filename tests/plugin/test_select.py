"""Likeness is 1 for the same picture, symmetric, and higher for what looks alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from precedent_plugin.cases import Case
from precedent_plugin.preprocess import encode_png
from precedent_plugin.select import OrderPolicy, describe, describe_png, likeness, order_shots

Pixels = NDArray[np.uint8]
PICTURES = arrays(np.uint8, st.tuples(st.integers(8, 40), st.integers(8, 40), st.just(3)))


def disc(x: int, *, seed: int = 0, bright: int = 200) -> Pixels:
    """A bright disc at a place in noise."""
    rows, columns = np.mgrid[:96, :96]
    grey = np.random.default_rng(seed).normal(60, 8, (96, 96))
    grey[(rows - 48) ** 2 + (columns - x) ** 2 < 200] = bright
    return np.repeat(grey.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


def test_disc_at_the_same_place_is_more_alike_than_elsewhere() -> None:
    query = describe(disc(25, seed=1))
    assert likeness(query, describe(disc(27, seed=2))) > likeness(query, describe(disc(70, seed=3)))


def test_other_stain_is_less_alike() -> None:
    pink = disc(40, seed=1)
    pink[..., 1] //= 2
    query = describe(pink)
    other = disc(40, seed=1)
    other[..., 0] //= 2
    again = disc(40, seed=5)
    again[..., 1] //= 2
    assert likeness(query, describe(again)) > likeness(query, describe(other))


def test_size_of_a_picture_does_not_matter_much() -> None:
    small = disc(40)
    large = small.repeat(4, axis=0).repeat(4, axis=1)
    assert likeness(describe(small), describe(large)) > 0.97


@given(PICTURES)
def test_picture_is_exactly_like_itself(pixels: Pixels) -> None:
    assert likeness(describe(pixels), describe(pixels)) == pytest.approx(1.0, abs=1e-5)


@given(PICTURES, PICTURES)
def test_likeness_is_symmetric_and_within_bounds(one: Pixels, other: Pixels) -> None:
    forth, back = (
        likeness(describe(one), describe(other)),
        likeness(describe(other), describe(one)),
    )
    assert forth == pytest.approx(back, abs=1e-6)
    assert 0.0 <= forth <= 1.0


def test_blank_pictures_have_a_likeness() -> None:
    blank = np.zeros((16, 16, 3), np.uint8)
    assert likeness(describe(blank), describe(blank)) == pytest.approx(1.0)
    assert likeness(describe(blank), describe(disc(40))) < 0.5


def test_encoded_picture_has_the_descriptor_of_its_pixels() -> None:
    assert np.array_equal(describe_png(encode_png(disc(30))), describe(disc(30)))


CASES = [Case(f"{number:032x}", ("0" * 64,), "Q", "A") for number in range(4)]


@pytest.mark.parametrize(
    ("policy", "order"),
    [
        ("most-similar-last", [3, 0, 2, 1]),
        ("most-similar-first", [1, 0, 2, 3]),
        ("by-hand", [0, 1, 2, 3]),
    ],
)
def test_order_follows_the_policy_and_ties_keep_the_readers(
    policy: OrderPolicy, order: list[int]
) -> None:
    ordered = order_shots(CASES, policy, [0.5, 0.9, 0.5, 0.1])
    assert [CASES.index(case) for case in ordered] == order


def test_order_stays_where_nothing_is_known_of_the_picture() -> None:
    assert order_shots(CASES, "most-similar-last", None) == tuple(CASES)

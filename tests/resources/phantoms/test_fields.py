"""The laws of what phantoms are drawn with."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedent_resources.phantoms.fields import (
    Grid,
    Waves,
    blend,
    cover,
    distance,
    ellipsoid,
    spectrum_noise,
)


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_cover_never_rises_away_from_the_middle(one: float, other: float) -> None:
    near, far = sorted((one, other))

    assert cover(np.array(near)) >= cover(np.array(far))


def test_cover_is_half_on_the_border() -> None:
    assert cover(np.array([-9.0, 0.0, 9.0])).tolist() == [1.0, 0.5, 0.0]


def test_distance_of_a_circle_is_in_millimetres_near_its_border() -> None:
    grid = Grid(101, 0.5)
    implicit = (grid.x**2 + grid.y**2) / 15.0**2 - 1

    found = distance(implicit, grid.spacing_mm)

    near = np.abs(np.hypot(grid.x, grid.y) - 15) < 1
    assert np.abs(found - (np.hypot(grid.x, grid.y) - 15))[near].max() < 0.1


def test_ellipsoid_is_negative_inside_and_zero_on_its_axes() -> None:
    x = np.array([[0.0, 10.0, 20.0]])

    shape = ellipsoid((x, np.zeros((1, 1)), 0.0), (0, 0, 0), (10, 5, 5))

    assert shape[0, 0] < 0
    assert shape[0, 1] == pytest.approx(0)
    assert shape[0, 2] > 0


@given(st.floats(-20, 20), st.floats(-20, 20), st.floats(0.5, 10))
def test_blend_holds_both_shapes(one: float, other: float, radius: float) -> None:
    joined = blend(np.array(one), np.array(other), radius)

    assert joined <= min(one, other) + 1e-9
    assert joined >= min(one, other) - radius / 4 - 1e-9


def test_noise_depends_on_its_seed_alone() -> None:
    one, same, other = (
        spectrum_noise(np.random.default_rng(seed), 32, (0.7, 0.2)) for seed in (1, 1, 2)
    )

    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert one.std() == pytest.approx(1)


def test_waves_are_smooth() -> None:
    waves = Waves.random(np.random.default_rng(3), (60, 90))

    field = waves.on(Grid(64, 1.0), 0.0)

    assert np.abs(np.diff(field, axis=0)).max() < 0.5

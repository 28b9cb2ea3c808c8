"""Directions are the gradient's, and turning a picture turns them with it."""

import numpy as np
import pytest
from tests.plugin.warnings.scene import organ

from precedent_plugin.warnings.directions import VARIANTS, directions, turned


def test_directions_are_those_of_the_gradient() -> None:
    # A plane that rises by 10 a row and by 10 a column: 45 degrees everywhere but at the rim.
    rows, columns = np.mgrid[:5, :5].astype(np.float32)
    found = directions(10 * rows + 10 * columns)
    assert found[1:-1, 1:-1] == pytest.approx(np.full((3, 3), (1 + 1j) / np.sqrt(2)))
    assert not found[0].any()
    assert not found[:, -1].any()


def test_flat_ground_has_no_direction() -> None:
    rows, columns = np.mgrid[:5, :5].astype(np.float32)
    assert not directions(1.0 * rows + 1.0 * columns).any()


@pytest.mark.parametrize("variant", range(VARIANTS))
def test_turned_directions_are_those_of_the_turned_picture(variant: int) -> None:
    grey = organ(1, 48)[:40].astype(np.float32)
    view = np.rot90(grey, variant % 4)
    view = view[:, ::-1] if variant >= 4 else view
    assert turned(directions(grey), variant) == pytest.approx(directions(view), abs=1e-5)

"""Pictures with something taken away, and the map that their answers make."""

import numpy as np
import pytest

from precedent_inference.evidence.agreement import ORDERS, other_orders
from precedent_inference.evidence.occlusion import spread
from precedent_inference.evidence.pictures import CELLS, blank, covered, covers
from precedent_inference.images import ImageRecipe, framing, normalise

RECIPE = ImageRecipe(32, (0.5, 0.4, 0.3), (0.25, 0.25, 0.25))


def test_a_blank_picture_is_the_recipes_mean() -> None:
    image = blank(RECIPE)
    assert np.abs(image.pixels).max() < 0.5 / 255 / 0.25 + 1e-6
    assert image.seen[0, 0].tolist() == [128, 102, 76]


def test_covers_lie_everywhere_and_nowhere_outside() -> None:
    held = np.zeros((CELLS, CELLS), int)
    for cover in covers():
        assert cover.row + cover.side <= CELLS
        held[cover.row : cover.row + cover.side, cover.column : cover.column + cover.side] += 1
    assert held.min() == 2  # a corner lies under one cover of each size
    assert len(covers()) == 49 + 36


def test_a_cover_has_the_colour_of_what_lies_around_it() -> None:
    seen = np.full((32, 32, 3), 10, np.uint8)
    seen[:8, :8] = 200  # two by two cells of 4 pixels
    first = next(covered(normalise(seen, RECIPE), RECIPE))
    assert (first.seen == 10).all()
    assert (seen[:8, :8] == 200).all()


def test_a_plain_picture_stays_as_it_is() -> None:
    image = normalise(np.full((32, 32, 3), 77, np.uint8), RECIPE)
    assert {changed.key for changed in covered(image, RECIPE)} == {image.key}


def test_a_cell_has_the_mean_of_the_covers_that_held_it() -> None:
    drops = [1.0 if (cover.row, cover.column) == (0, 0) else 0.0 for cover in covers()]
    cells = np.array(spread(drops))
    assert cells[0, 0] == 1.0  # only the two covers of the corner hold it
    # Row 0, column 1: two small covers and two large ones, one of each in the corner.
    assert cells[0, 1] == 0.5
    # Row 2, column 2: four small ones, none of them the corner's; nine large ones, one of them.
    assert cells[2, 2] == pytest.approx(1 / 13)
    assert cells[3:, :].max() == 0


@pytest.mark.parametrize(
    ("columns", "rows", "expected"),
    [
        (64, 64, (0.0, 0.0, 64.0, 64.0)),
        (128, 64, (32.0, 0.0, 64.0, 64.0)),
        (64, 128, (0.0, 32.0, 64.0, 64.0)),
        (32, 32, (0.0, 0.0, 32.0, 32.0)),
    ],
)
def test_what_is_kept_of_a_picture_is_its_middle_square(
    columns: int, rows: int, expected: tuple[float, ...]
) -> None:
    kept = framing(columns, rows, RECIPE)
    assert (kept.left, kept.top, kept.width, kept.height) == pytest.approx(expected)


@pytest.mark.parametrize(("shots", "orders"), [(0, 0), (1, 0), (2, 1), (3, 5), (4, 6), (8, 6)])
def test_other_orders_are_distinct_and_never_the_given_one(shots: int, orders: int) -> None:
    found = other_orders(shots)
    assert len(found) == len(set(found)) == orders <= ORDERS
    assert tuple(range(shots)) not in found
    assert all(sorted(order) == list(range(shots)) for order in found)


def test_orders_bring_as_many_shots_as_they_can_to_the_end() -> None:
    assert {order[-1] for order in other_orders(6)} >= {0, 1, 2, 3, 4}
    assert len({order[-1] for order in other_orders(8)}) == 6

"""Pictures with something taken away: all of it, or one square after the other."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from precedent_inference.images import ByteImage, ImageRecipe, ModelImage, normalise

CELLS = 8
"""Cells of a map along each side."""
COVERS = (2, 3)
"""Sides of the covers, in cells; each moves by one cell. What the small one hides only in part, the
large one hides whole; where the small one is enough, it says more exactly where."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A square of cells that is covered at once."""

    row: int
    """Of its upper left cell."""
    column: int
    side: int
    """In cells."""


def blank(recipe: ImageRecipe) -> ModelImage:
    """Give the picture that tells a model nothing: the grey that its recipe takes for the mean."""
    grey = np.rint(np.array(recipe.mean) * 255).astype(np.uint8)
    return normalise(np.broadcast_to(grey, (recipe.size, recipe.size, 3)).copy(), recipe)


def covers() -> list[Cover]:
    """Give all places of all covers, row by row."""
    return [
        Cover(row, column, side)
        for side in COVERS
        for row in range(CELLS - side + 1)
        for column in range(CELLS - side + 1)
    ]


def covered(image: ModelImage, recipe: ImageRecipe) -> Iterator[ModelImage]:
    """Give the picture under each of `covers()`.

    A cover has the mean colour of the pixels around it, so that it adds as little as it can: an
    empty corner stays empty.
    """
    edges = np.linspace(0, recipe.size, CELLS + 1).round().astype(int)
    for cover in covers():
        rows = slice(edges[cover.row], edges[cover.row + cover.side])
        columns = slice(edges[cover.column], edges[cover.column + cover.side])
        yield normalise(_filled(image.seen, rows, columns), recipe)


def _filled(seen: ByteImage, rows: slice, columns: slice) -> ByteImage:
    is_around = np.zeros(seen.shape[:2], bool)
    band = max(1, (rows.stop - rows.start) // 4)
    is_around[
        max(0, rows.start - band) : rows.stop + band,
        max(0, columns.start - band) : columns.stop + band,
    ] = True
    is_around[rows, columns] = False
    changed = seen.copy()
    changed[rows, columns] = seen[is_around].mean(0).round().astype(np.uint8)
    return changed

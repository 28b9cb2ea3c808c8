"""The letters at the four edges of an image: which side of the patient each one shows.

Source: PS3.3 C.7.6.1.1.1 and C.7.6.2.1.1 (LPS: +x left, +y posterior, +z head).
"""

from collections.abc import Mapping
from typing import NamedTuple

from precedent_viewer.model.plane import Orientation

POSITIVE, NEGATIVE = "LPH", "RAF"
OPPOSITE: Mapping[str, str] = dict(zip(POSITIVE + NEGATIVE, NEGATIVE + POSITIVE, strict=True))
LEAST_SHARE = 0.2
"""A direction is named after every axis with at least this component, about 11.5 degrees."""


class EdgeLetters(NamedTuple):
    """Letters as seen on the screen."""

    left: str
    right: str
    top: str
    bottom: str


def direction_letters(x: float, y: float, z: float) -> str:
    """Name a unit vector in patient space, the strongest axis first: `L`, `PH`, `AFR`."""
    strongest = sorted(enumerate((x, y, z)), key=lambda part: -abs(part[1]))
    return "".join(
        (POSITIVE if component > 0 else NEGATIVE)[axis]
        for axis, component in strongest
        if abs(component) >= LEAST_SHARE
    )


def opposite_letters(letters: str) -> str:
    """Give the letters of the opposite direction; unknown letters stay."""
    return "".join(OPPOSITE.get(letter, letter) for letter in letters)


def edge_letters(
    orientation: Orientation | None,
    patient_orientation: tuple[str, str] | None = None,
    *,
    rotation_quarters: int = 0,
    flipped_horizontally: bool = False,
    flipped_vertically: bool = False,
) -> EdgeLetters | None:
    """Give the letters at the screen's edges after flips and clockwise turns.

    patient_orientation: letters of rows and columns, used when there is no geometry.
    None when the file says neither.
    """
    if orientation is not None:
        row, column = direction_letters(*orientation[:3]), direction_letters(*orientation[3:])
    elif patient_orientation is not None:
        row, column = patient_orientation
    else:
        return None
    if flipped_horizontally:
        row = opposite_letters(row)
    if flipped_vertically:
        column = opposite_letters(column)
    edges = [row, column, opposite_letters(row), opposite_letters(column)]
    # Right, bottom, left, top: a clockwise quarter turn moves each edge on by one place.
    turn = -rotation_quarters % 4
    right, bottom, left, top = edges[turn:] + edges[:turn]
    return EdgeLetters(left, right, top, bottom)

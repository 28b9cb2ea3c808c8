"""Letters at the edges, for planes whose letters every reader knows."""

import math

import pytest

from precedent_viewer.model.orientation import EdgeLetters, edge_letters
from precedent_viewer.model.plane import Orientation

AXIAL: Orientation = (1, 0, 0, 0, 1, 0)
SAGITTAL: Orientation = (0, 1, 0, 0, 0, -1)
CORONAL: Orientation = (1, 0, 0, 0, 0, -1)
S = math.sin(math.radians(30))
C = math.cos(math.radians(30))


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        # The patient's right is on the left of the picture; the face is up.
        (AXIAL, ("R", "L", "A", "P")),
        (SAGITTAL, ("A", "P", "H", "F")),
        (CORONAL, ("R", "L", "H", "F")),
        # Prone: face down.
        ((-1, 0, 0, 0, -1, 0), ("L", "R", "P", "A")),
        # Feet first seen from the other side.
        ((-1, 0, 0, 0, 1, 0), ("L", "R", "A", "P")),
        # Gantry tilted by 30 degrees: columns go back and up.
        ((1, 0, 0, 0, C, S), ("R", "L", "AF", "PH")),
        # Rows turned by 30 degrees in the axial plane.
        ((C, S, 0, -S, C, 0), ("RA", "LP", "AL", "PR")),
        # Ten degrees are not worth a second letter.
        (
            (math.cos(0.17), math.sin(0.17), 0, -math.sin(0.17), math.cos(0.17), 0),
            ("R", "L", "A", "P"),
        ),
    ],
)
def test_letters_of_a_plane(orientation: Orientation, expected: tuple[str, ...]) -> None:
    assert edge_letters(orientation) == EdgeLetters(*expected)


@pytest.mark.parametrize(
    ("quarters", "expected"),
    [
        (0, ("R", "L", "A", "P")),
        # Clockwise: what was up is now on the right.
        (1, ("P", "A", "R", "L")),
        (2, ("L", "R", "P", "A")),
        (3, ("A", "P", "L", "R")),
        (4, ("R", "L", "A", "P")),
        (-1, ("A", "P", "L", "R")),
    ],
)
def test_letters_turn_with_the_picture(quarters: int, expected: tuple[str, ...]) -> None:
    assert edge_letters(AXIAL, rotation_quarters=quarters) == EdgeLetters(*expected)


def test_horizontal_flip_exchanges_left_and_right() -> None:
    assert edge_letters(AXIAL, flipped_horizontally=True) == EdgeLetters("L", "R", "A", "P")


def test_vertical_flip_exchanges_top_and_bottom() -> None:
    assert edge_letters(AXIAL, flipped_vertically=True) == EdgeLetters("R", "L", "P", "A")


def test_flip_comes_before_the_turn() -> None:
    letters = edge_letters(AXIAL, rotation_quarters=1, flipped_horizontally=True)

    assert letters == EdgeLetters("P", "A", "L", "R")


def test_radiograph_uses_the_letters_of_the_file() -> None:
    assert edge_letters(None, ("L", "F")) == EdgeLetters("R", "L", "H", "F")


def test_without_either_there_are_no_letters() -> None:
    assert edge_letters(None) is None

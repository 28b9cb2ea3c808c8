"""Colours over the image can be told apart, whatever the reader's colour vision.

Simulation: Machado, Oliveira, Fernandes, "A physiologically-based model for simulation of color
vision deficiency", IEEE TVCG 15(6), 2009, severity 1.0, on linear RGB. Distance: CIE 1976 L*a*b*,
D65. Contrast: WCAG 2.2.
"""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from precedent_viewer.objects.cielab import DISTINCT
from precedent_viewer.overlay_colours import TOGETHER
from precedent_viewer.settings import ThemeName
from precedent_viewer.theme import load_theme

Matrix = NDArray[np.float64]
VISIONS: dict[str, Matrix] = {
    "usual": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868],
                            [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968],
                              [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779],
                            [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375],
                   [0.2126729, 0.7151522, 0.0721750],
                   [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
WHITE = np.array([0.95047, 1.0, 1.08883])
LEAST_DISTANCE = 20.0
"""About nine times what is just noticed side by side."""


def linear(colour: str) -> Matrix:
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: Matrix) -> Matrix:
    ratio = (TO_XYZ @ np.clip(rgb, 0, 1)) / WHITE
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, vision: str) -> float:
    seen = [lab(VISIONS[vision] @ linear(colour)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def contrast(one: str, other: str) -> float:
    weights = np.array([0.2126, 0.7152, 0.0722])
    dark, bright = sorted(float(weights @ linear(colour)) for colour in (one, other))
    return (bright + 0.05) / (dark + 0.05)


def test_the_measure_gives_known_distances() -> None:
    assert distance("#000000", "#ffffff", "usual") == pytest.approx(100, abs=0.01)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    assert distance("#ff0000", "#00ff00", "deuteranopia") < distance("#ff0000", "#00ff00", "usual")


@pytest.mark.parametrize("vision", VISIONS)
def test_marks_that_may_meet_are_told_apart(vision: str) -> None:
    close = [
        (one, other, round(distance(one, other, vision), 1))
        for group in (*TOGETHER, DISTINCT)
        for one, other in combinations(group, 2)
        if distance(one, other, vision) < LEAST_DISTANCE
    ]
    assert close == []


@pytest.mark.parametrize("name", ["dark", "light"])
def test_marks_stand_out_from_the_ground_of_both_themes(name: ThemeName) -> None:
    theme = load_theme(name)
    colours = {colour for group in (*TOGETHER, DISTINCT) for colour in group} | {theme.region}
    assert [one for one in colours if contrast(one, theme.canvas) < 3] == []
    assert contrast(theme.overlay_warning, theme.canvas) >= 7


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize("vision", VISIONS)
def test_errors_and_warnings_are_told_from_plain_words(name: ThemeName, vision: str) -> None:
    theme = load_theme(name)
    for colour in (theme.warning, theme.error):
        assert distance(colour, theme.text, vision) >= LEAST_DISTANCE
        assert contrast(colour, theme.surface) >= 4.5

"""Pictures that carry a count (1 to 5) and a place (left, right, upper, lower) besides a look."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from precedent_inference.training import canvas
from precedent_inference.training.canvas import Picture

COUNTS = (1, 2, 3, 4, 5)
PLACES = ("left", "right", "upper", "lower")
_CENTRES = {"left": (-0.5, 0.0), "right": (0.5, 0.0), "upper": (0.0, -0.5), "lower": (0.0, 0.5)}


@dataclass(frozen=True, slots=True)
class Marked:
    """A picture with the index of its count in COUNTS and of its place in PLACES."""

    picture: Picture
    count: int
    place: int


def draw_marked(rng: Generator) -> Marked:
    """Draw foci of one look, 1 to 5 of them, all in one part of a textured ground."""
    count, place = int(rng.integers(len(COUNTS))), int(rng.integers(len(PLACES)))
    low = rng.uniform(1, 6)
    ground = canvas.spectral_filter(low, low * 3, rng.uniform(0.5, 1.5))
    base, tone = rng.uniform(0.3, 0.6), rng.choice([-1, 1]) * rng.uniform(0.3, 0.5)
    grid = canvas.make_grid(rng, turn=0, zoom=0.1, shift=0.05, warp=0.02)
    field = base + rng.uniform(0.01, 0.08) * canvas.filtered_noise(rng, ground)
    radius = rng.uniform(0.1, 0.16)
    stretch = rng.uniform(0.7, 1.4)
    for x, y in _spread(rng, COUNTS[count], PLACES[place], radius):
        inside = canvas.ellipse(
            grid, (x, y), (radius * stretch, radius / stretch), rng.uniform(0, 3)
        )
        field = field + tone * canvas.soft_step(inside, 0.15)
    palette = canvas.draw_palette(rng, grey=0.7)
    return Marked(palette.paint(field.astype(np.float32), rng), count, place)


def _spread(rng: Generator, count: int, place: str, radius: float) -> list[tuple[float, float]]:
    """Give `count` centres that do not touch, in the half of the picture that `place` names."""
    cx, cy = _CENTRES[place]
    found: list[tuple[float, float]] = []
    reach_x, reach_y = (0.32, 0.75) if cx else (0.75, 0.32)
    apart = 2.4 * radius
    for attempt in range(400):
        if len(found) == count:
            break
        x, y = cx + rng.uniform(-reach_x, reach_x), cy + rng.uniform(-reach_y, reach_y)
        gap = apart * 0.997**attempt
        if all(np.hypot(x - a, y - b) > gap for a, b in found):
            found.append((x, y))
    return found

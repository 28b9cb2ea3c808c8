"""Smooth random fields, soft edges and noise: what the phantoms are drawn with.

All arrays are float64: what is rounded to stored values at the end must not depend on how a
processor orders its sums. Lengths are millimetres unless a name says otherwise.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Field: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grid:
    """The pixel centres of one square slice; its middle is the origin."""

    size: int
    spacing_mm: float

    @property
    def axis(self) -> Field:
        """Give the coordinates of the columns, which are those of the rows too."""
        places: Field = np.arange(self.size, dtype=np.float64) - (self.size - 1) / 2
        return places * self.spacing_mm

    @property
    def x(self) -> Field:
        """Give (1, columns): rises to the patient's left."""
        return self.axis[None, :]

    @property
    def y(self) -> Field:
        """Give (rows, 1): rises to the patient's back."""
        return self.axis[:, None]


@dataclass(frozen=True, slots=True)
class Waves:
    """A smooth random function of place: a sum of plane waves, mean 0, deviation 1."""

    vectors: Field
    """(waves, 3) wave vectors in radians per mm."""
    phases: Field

    @classmethod
    def random(
        cls, rng: np.random.Generator, lengths_mm: tuple[float, float], count: int = 8
    ) -> "Waves":
        """Draw waves of lengths between two bounds in all directions."""
        directions = rng.standard_normal((count, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        lengths = rng.uniform(*lengths_mm, count)
        return cls(directions * (2 * np.pi / lengths)[:, None], rng.uniform(0, 2 * np.pi, count))

    def on(self, grid: Grid, z: float) -> Field:
        """Evaluate on a slice; separable, so it costs one product a wave."""
        value = np.zeros((grid.size, grid.size))
        for (kx, ky, kz), phase in zip(self.vectors, self.phases, strict=True):
            across, down = kx * grid.x + (kz * z + phase), ky * grid.y
            value += np.cos(across) * np.cos(down) - np.sin(across) * np.sin(down)
        return value * float(np.sqrt(2 / len(self.phases)))


def distance(implicit: Field, spacing_mm: float) -> Field:
    """Turn a function that is negative inside into millimetres from its border.

    First order: the value over its slope, exact near the border.
    """
    down, across = np.gradient(implicit, spacing_mm)
    steep: Field = np.maximum(np.hypot(down, across), 1e-4)
    return implicit / steep


def cover(distance_mm: Field, softness_mm: float = 1.1) -> Field:
    """Give how much of each pixel lies inside, 0..1, with an edge as wide as the scanner's blur."""
    inside = np.clip(0.5 - distance_mm / softness_mm, 0.0, 1.0)
    return inside * inside * (3 - 2 * inside)


def paint(image: Field, mask: Field, value: Field | float) -> None:
    """Lay a tissue over the image where the mask is, in place."""
    image += mask * (value - image)


def blend(one: Field, other: Field, radius_mm: float) -> Field:
    """Join two implicit shapes with a rounded seam."""
    share = np.clip(0.5 + 0.5 * (other - one) / radius_mm, 0.0, 1.0)
    joined: Field = other + share * (one - other) - radius_mm * share * (1 - share)
    return joined


def smooth_step(value: Field, low: float, high: float) -> Field:
    """Rise from 0 at `low` to 1 at `high`."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)


def ellipsoid(
    place: tuple[Field, Field, Field | float],
    center: tuple[float, float, float],
    axes: tuple[float, float, float],
    *,
    turn: float = 0.0,
) -> Field:
    """Give an implicit ellipsoid in about millimetres, turned by `turn` radians about z."""
    x, y, z = place[0] - center[0], place[1] - center[1], place[2] - center[2]
    along, aside = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    scaled = (along / axes[0], aside / axes[1], z / axes[2])
    radius = np.sqrt(scaled[0] ** 2 + scaled[1] ** 2 + scaled[2] ** 2)
    steep = np.sqrt(sum((one / axis) ** 2 for one, axis in zip(scaled, axes, strict=True)))
    shape: Field = (radius - 1) * radius / np.maximum(steep, 1e-6)
    return np.where(radius < 0.05, -min(axes), shape)


def spectrum_noise(rng: np.random.Generator, size: int, shape: tuple[float, float]) -> Field:
    """Draw noise with the power spectrum of filtered back-projection, deviation 1.

    shape: rise and cut of the spectrum f^rise * exp(-(f/cut)^2), f in cycles a pixel.
    """
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    rise, cut = shape
    gain = frequency**rise * np.exp(-((frequency / cut) ** 2))
    noise = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((size, size))) * gain, s=(size, size))
    return np.asarray(noise / noise.std(), dtype=np.float64)

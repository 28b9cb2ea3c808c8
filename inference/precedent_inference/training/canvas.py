"""Coordinates and noise that every procedural family draws with.

Pictures are SIZE x SIZE; coordinates run from -1 to 1, x to the right and y down. Everything is a
function of coordinates, so that one warp of the coordinates deforms a whole picture at no cost.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Field = NDArray[np.float32]
"""A scalar a pixel, (SIZE, SIZE)."""
Picture = NDArray[np.float32]
"""(SIZE, SIZE, 3), 0..1."""

SIZE = 96

_AXIS = ((np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE * 2 - 1).astype(np.float32)
_FREQUENCY_Y = np.fft.fftfreq(SIZE)[:, None].astype(np.float32) * SIZE
_FREQUENCY_X = np.fft.rfftfreq(SIZE)[None, :].astype(np.float32) * SIZE


@dataclass(frozen=True, slots=True)
class Grid:
    """Coordinates of every pixel, perhaps turned and warped."""

    x: Field
    y: Field


def spectral_filter(
    low: float, high: float, slope: float, stretch: float = 1.0, angle: float = 0.0
) -> Field:
    """Give a band-pass filter with a power-law slope, in cycles a picture, stretched at `angle`."""
    c, s = np.cos(angle), np.sin(angle)
    u = (c * _FREQUENCY_X + s * _FREQUENCY_Y) * stretch
    v = (-s * _FREQUENCY_X + c * _FREQUENCY_Y) / stretch
    radius = np.hypot(u, v)
    band = np.exp(-((radius / high) ** 4)) * (1 - np.exp(-((radius / low) ** 4)))
    return np.asarray(band * np.maximum(radius, 0.5) ** -slope, dtype=np.float32)


def filtered_noise(rng: Generator, shape: Field) -> Field:
    """Give noise of zero mean and unit deviation with the spectrum of `shape`."""
    white = rng.standard_normal((SIZE, SIZE), dtype=np.float32)
    noise = np.fft.irfft2(np.fft.rfft2(white) * shape, s=(SIZE, SIZE))
    return np.asarray(noise / (noise.std() + 1e-6), dtype=np.float32)


_WARP = spectral_filter(0.5, 3.0, 1.0)


def make_grid(
    rng: Generator, *, turn: float = 0.2, zoom: float = 0.15, shift: float = 0.1, warp: float = 0.03
) -> Grid:
    """Give coordinates turned by up to `turn` radians, zoomed, shifted and smoothly warped."""
    x, y = np.meshgrid(_AXIS, _AXIS)
    angle = rng.uniform(-turn, turn)
    scale = np.exp(rng.uniform(-zoom, zoom))
    c, s = np.cos(angle) * scale, np.sin(angle) * scale
    dx, dy = rng.uniform(-shift, shift, 2)
    if warp > 0:
        x = x + warp * filtered_noise(rng, _WARP)
        y = y + warp * filtered_noise(rng, _WARP)
    gx = np.asarray(c * (x - dx) + s * (y - dy), dtype=np.float32)
    gy = np.asarray(-s * (x - dx) + c * (y - dy), dtype=np.float32)
    return Grid(gx, gy)


def soft_step(field: NDArray[np.floating[Any]], width: float) -> Field:
    """Give 1 where `field` is above 0, with a soft edge of about `width`."""
    return np.asarray(0.5 + 0.5 * np.tanh(field / width), dtype=np.float32)


def ellipse(
    grid: Grid, centre: tuple[float, float], axes: tuple[float, float], angle: float
) -> Field:
    """Give 1 at the centre, 0 on the ellipse's edge and less than 0 outside."""
    c, s = np.cos(angle), np.sin(angle)
    u = (c * (grid.x - centre[0]) + s * (grid.y - centre[1])) / axes[0]
    v = (-s * (grid.x - centre[0]) + c * (grid.y - centre[1])) / axes[1]
    return np.asarray(1 - np.sqrt(u * u + v * v + 1e-9), dtype=np.float32)


def capsule(
    grid: Grid, start: tuple[float, float], end: tuple[float, float], width: float
) -> Field:
    """Give 1 on the segment, 0 at `width` from it and less than 0 beyond."""
    ax, ay = end[0] - start[0], end[1] - start[1]
    along = ((grid.x - start[0]) * ax + (grid.y - start[1]) * ay) / (ax * ax + ay * ay + 1e-9)
    along = np.clip(along, 0, 1)
    distance = np.hypot(grid.x - start[0] - along * ax, grid.y - start[1] - along * ay)
    return np.asarray(1 - distance / width, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Palette:
    """Maps a scalar field to colour along a path of three colours; grey when all are grey."""

    stops: NDArray[np.float32]
    """(3, 3): colours at 0, 0.5 and 1."""

    def paint(self, field: Field, rng: Generator, *, jitter: float = 0.04) -> Picture:
        """Colour `field` (0..1), each stop moved a little."""
        stops = self.stops + rng.normal(0, jitter, (3, 3))
        if self.is_grey:
            stops = np.repeat(stops.mean(1, keepdims=True), 3, axis=1)
        t = np.clip(field, 0, 1)[..., None] * 2
        low = stops[0] + (stops[1] - stops[0]) * np.minimum(t, 1)
        picture = low + (stops[2] - stops[1]) * np.maximum(t - 1, 0)
        return np.asarray(np.clip(picture, 0, 1), dtype=np.float32)

    @property
    def is_grey(self) -> bool:
        """Every stop has three equal channels."""
        return bool(np.ptp(self.stops, axis=1).max() == 0)


def draw_palette(rng: Generator, *, grey: float = 0.55) -> Palette:
    """Draw a palette; with probability `grey` a grey one, dark to bright or bright to dark."""
    if rng.random() < grey:
        ends = np.array([rng.uniform(0, 0.3), 0.0, rng.uniform(0.65, 1.0)])
        ends[1] = ends[[0, 2]].mean() + rng.uniform(-0.15, 0.15)
        if rng.random() < 0.25:
            ends = ends[::-1]
        return Palette(np.repeat(ends[:, None], 3, axis=1).astype(np.float32))
    return Palette(rng.uniform(0, 1, (3, 3)).astype(np.float32))

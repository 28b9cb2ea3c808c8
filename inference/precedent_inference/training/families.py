"""Families of procedural pictures: a class is drawn once, its instances are drawn many times.

A family takes a generator and gives a class; a class takes a generator and gives one picture of it.
What makes the class (frequencies, colours, shapes) is fixed when it is drawn; place, turn, warp,
size and noise vary from instance to instance.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from precedent_inference.training import canvas
from precedent_inference.training.canvas import Field, Grid, Picture

Renderer = Callable[[Generator], Picture]
Family = Callable[[Generator], Renderer]


def _freedom(rng: Generator) -> float:
    """How far instances of a class may be turned: hardly, or any way round."""
    return float(rng.choice([0.12, 0.25, np.pi]))


def fractal(rng: Generator) -> Renderer:
    """Noise with a class's own spectrum, tone curve and grain."""
    low = float(np.exp(rng.uniform(np.log(0.5), np.log(8))))
    shape = canvas.spectral_filter(
        low,
        low * rng.uniform(1.5, 8),
        rng.uniform(0, 2),
        np.exp(rng.uniform(-1, 1)),
        rng.uniform(0, np.pi),
    )
    palette, gain, bias = canvas.draw_palette(rng), rng.uniform(0.12, 0.4), rng.uniform(0.3, 0.7)
    bend = rng.choice([0.0, 0.0, 1.0])

    def render(rng: Generator) -> Picture:
        noise = canvas.filtered_noise(rng, shape)
        if bend:
            noise = np.asarray(np.abs(noise) * 1.5 - 1, dtype=np.float32)
        return palette.paint(bias + gain * noise, rng)

    return render


def gratings(rng: Generator) -> Renderer:
    """One to three waves with fixed frequencies and angles."""
    count = int(rng.integers(1, 4))
    waves = rng.uniform([2, 0, 0.4], [16, np.pi, 1.0], (count, 3))
    square, palette, turn = rng.random() < 0.3, canvas.draw_palette(rng), _freedom(rng)

    def render(rng: Generator) -> Picture:
        grid = canvas.make_grid(rng, turn=turn, warp=0.02)
        field: Field = np.zeros_like(grid.x)
        for frequency, angle, weight in waves:
            phase = rng.uniform(0, 2 * np.pi)
            along = grid.x * np.cos(angle) + grid.y * np.sin(angle)
            field += weight * np.sin(np.pi * frequency * along + phase).astype(np.float32)
        field = canvas.soft_step(field, 0.2) if square else 0.5 + 0.35 * field
        return palette.paint(field, rng)

    return render


def voronoi(rng: Generator) -> Renderer:
    """Random cells with a class's density, walls and filling."""
    points, wall = int(rng.integers(6, 36)), rng.uniform(0.02, 0.12)
    style, palette = rng.integers(0, 4), canvas.draw_palette(rng)
    spread = rng.uniform(0.0, 0.35)

    def render(rng: Generator) -> Picture:
        grid = canvas.make_grid(rng, turn=np.pi)
        at = rng.uniform(-1.3, 1.3, (points, 2)).astype(np.float32)
        d = (grid.x[..., None] - at[:, 0]) ** 2 + (grid.y[..., None] - at[:, 1]) ** 2
        nearest = np.partition(d, 1, axis=-1)[..., :2]
        first, second = np.sqrt(nearest[..., 0]), np.sqrt(nearest[..., 1])
        edge = canvas.soft_step(second - first - wall, wall * 0.5)
        tone = rng.uniform(0.5 - spread, 0.5 + spread, points)[d.argmin(-1)]
        cell = canvas.soft_step(wall * 3 - first, wall)
        fields = (edge * (tone + 0.3), 1 - edge, first * 2, edge * 0.6 + cell * 0.4)
        return palette.paint(np.asarray(fields[style], dtype=np.float32), rng)

    return render


def _outline(rng: Generator) -> Callable[[Field], Field]:
    """Draw a closed outline: its radius over the angle, as a short Fourier series."""
    orders = np.arange(2, 8)
    strength = rng.uniform(0, 1) ** 2 * 0.5
    size = strength * rng.dirichlet(np.ones(len(orders)) * 0.5)
    phase = rng.uniform(0, 2 * np.pi, len(orders))
    return lambda angle: np.asarray(
        1 + sum(a * np.cos(n * angle + p) for a, n, p in zip(size, orders, phase, strict=True)),
        dtype=np.float32,
    )


def shapes(rng: Generator) -> Renderer:
    """One outline, filled or hollow, repeated on a plain or grainy ground."""
    outline, radius = _outline(rng), np.exp(rng.uniform(np.log(0.12), np.log(0.6)))
    copies = int(rng.integers(1, 2 + int(0.7 / radius)))
    hollow, ground, palette = rng.random() < 0.35, rng.uniform(0.1, 0.9), canvas.draw_palette(rng)
    fill = ground + rng.choice([-1, 1]) * rng.uniform(0.3, 0.6)
    turn, grain = _freedom(rng), canvas.spectral_filter(6, 30, rng.uniform(0, 1))
    grain_gain = rng.uniform(0, 0.12)

    def render(rng: Generator) -> Picture:
        grid = canvas.make_grid(rng, turn=0)
        field = ground + grain_gain * canvas.filtered_noise(rng, grain)
        for _ in range(copies):
            inside = _stamp(grid, outline, radius * rng.uniform(0.85, 1.15), turn, rng)
            mask = canvas.soft_step(inside, 0.06)
            if hollow:
                mask = mask * (1 - canvas.soft_step(inside - 0.3, 0.06))
            field = field * (1 - mask) + fill * mask
        return palette.paint(field, rng)

    return render


def _stamp(
    grid: Grid, outline: Callable[[Field], Field], radius: float, turn: float, rng: Generator
) -> Field:
    reach = max(0.0, 0.95 - radius)
    cx, cy = rng.uniform(-reach, reach, 2)
    dx, dy = grid.x - cx, grid.y - cy
    angle = np.arctan2(dy, dx) + rng.uniform(-turn, turn)
    return np.asarray(1 - np.hypot(dx, dy) / (radius * outline(angle)), dtype=np.float32)


def blobs(rng: Generator) -> Renderer:
    """Islands: noise cut at a level, or ridges along a level: vessels and membranes."""
    low = float(np.exp(rng.uniform(np.log(1.5), np.log(8))))
    shape = canvas.spectral_filter(low, low * 2, 0.5, np.exp(rng.uniform(-0.7, 0.7)))
    fine = canvas.spectral_filter(10, 30, 0.5)
    level, edge = rng.uniform(-1, 1), rng.uniform(0.08, 0.5)
    is_ridge, grain, palette = rng.random() < 0.5, rng.uniform(0, 0.15), canvas.draw_palette(rng)

    def render(rng: Generator) -> Picture:
        noise = canvas.filtered_noise(rng, shape)
        if is_ridge:
            field = np.exp(-((noise / (edge * 0.8)) ** 2)).astype(np.float32)
        else:
            field = canvas.soft_step(noise - level, edge)
        field = 0.1 + 0.8 * field + grain * canvas.filtered_noise(rng, fine)
        return palette.paint(np.asarray(field, dtype=np.float32), rng)

    return render


def lattice(rng: Generator) -> Renderer:
    """A regular grid of spots, bars or rings."""
    pitch, angle = rng.uniform(3, 10), rng.uniform(0, np.pi)
    slant, radius = rng.uniform(-0.5, 0.5), rng.uniform(0.15, 0.42)
    style, palette, turn = rng.integers(0, 3), canvas.draw_palette(rng), _freedom(rng)

    def render(rng: Generator) -> Picture:
        grid = canvas.make_grid(rng, turn=turn, warp=0.015)
        u = (np.cos(angle) * grid.x + np.sin(angle) * grid.y) * pitch / 2 + rng.random()
        v = (-np.sin(angle) * grid.x + np.cos(angle) * grid.y) * pitch / 2 + slant * u
        u, v = (u % 1) - 0.5, ((v + rng.random()) % 1) - 0.5
        d = np.abs(u) if style == 1 else np.hypot(u, v)
        field = canvas.soft_step(radius - d, 0.06)
        if style == 2:
            field = field * (1 - canvas.soft_step(radius * 0.55 - d, 0.06))
        return palette.paint(0.1 + 0.8 * field, rng)

    return render


def composition(rng: Generator) -> Renderer:
    """A small random network from coordinates to colour: an endless stock of layouts."""
    hidden, grey = 14, rng.random() < 0.5
    first = rng.normal(0, rng.uniform(1.5, 4), (4, hidden))
    second, bias = rng.normal(0, 1.0, (hidden, hidden)), rng.normal(0, 1, hidden)
    last, turn = rng.normal(0, 0.8, (hidden, 1 if grey else 3)), rng.choice([0.1, 0.3])

    def render(rng: Generator) -> Picture:
        grid = canvas.make_grid(rng, turn=turn, warp=0.05)
        r = np.hypot(grid.x, grid.y)
        inputs = np.stack((grid.x, grid.y, r, np.ones_like(r)), -1).reshape(-1, 4)
        x = np.sin(inputs @ (first + rng.normal(0, 0.08, first.shape)))
        x = np.tanh(x @ (second + rng.normal(0, 0.05, second.shape)) + bias)
        out = 1 / (1 + np.exp(-(x @ last)))
        picture = out.reshape(canvas.SIZE, canvas.SIZE, -1)
        return np.broadcast_to(picture, (canvas.SIZE, canvas.SIZE, 3)).astype(np.float32)

    return render


TEXTURES: tuple[Family, ...] = (
    fractal,
    gratings,
    voronoi,
    shapes,
    blobs,
    lattice,
    composition,
)

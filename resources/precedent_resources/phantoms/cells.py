"""Stained cells as a microscope sees them: haematoxylin and eosin, two kinds of cells.

Stains add up as optical density (Beer and Lambert), so overlaps darken as they do in glass. The
stain vectors are those of Macenko et al. 2009, varied a little from field to field. Lengths are
pixels of 0.25 micrometres.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from precedent_resources.phantoms.fields import Field, cover, smooth_step, spectrum_noise

Kind = Literal["round", "spindle"]
Picture: TypeAlias = NDArray[np.uint8]
MICROMETRES_PER_PIXEL = 0.25
MARGIN = 8
"""Drawn about a field and cut off, so that its edges are as the rest."""
HAEMATOXYLIN = np.array([0.5626, 0.7201, 0.4062])
EOSIN = np.array([0.2159, 0.8012, 0.5581])


@dataclass(frozen=True, slots=True)
class Nucleus:
    """One nucleus: where, how large, which way it lies and how dark it is."""

    row: float
    column: float
    length: float
    width: float
    turn: float
    density: float


@dataclass(slots=True)
class Slide:
    """Optical density of both stains, while a field is being drawn."""

    haematoxylin: Field
    eosin: Field
    turn: Field
    """Which way the fibres run, radians."""
    roundness: Field
    """1 where round cells lie, 0 where spindle cells lie."""


def draw_cells(seed: int, size: int, kind: Kind | Literal["mixed"]) -> Picture:
    """Draw a field, (size, size, 3) 8-bit RGB: one kind of cells, or both with a border between."""
    rng = np.random.default_rng((seed, size))
    whole = size + 2 * MARGIN
    slide = _tissue(rng, whole, kind)
    for nucleus in _place_nuclei(rng, slide, whole):
        _draw_nucleus(rng, slide, nucleus)
    _draw_red_cells(rng, slide, whole)
    inner = slice(MARGIN, MARGIN + size)
    return np.ascontiguousarray(_expose(rng, slide, whole)[inner, inner])


def _tissue(rng: np.random.Generator, size: int, kind: Kind | Literal["mixed"]) -> Slide:
    """Lay the ground: fibres where spindle cells lie, pale and loose where round cells lie."""
    column, row = np.meshgrid(np.arange(size, dtype=float), np.arange(size, dtype=float))
    bend = [_clouds(rng, size, 150) for _ in range(2)]
    slant = rng.uniform(0, np.pi)
    across = row * np.cos(slant) - column * np.sin(slant) + 34 * bend[0]
    along = row * np.sin(slant) + column * np.cos(slant) + 20 * bend[1]
    down, right = np.gradient(across)
    turn = np.arctan2(-right, down)
    fibres = _threads(rng, across, along)
    if kind == "mixed":
        border = (column - 0.5 * size) / size + 0.14 * _clouds(rng, size, 170)
        roundness = smooth_step(border + 0.03 * fibres, -0.012, 0.012)
    else:
        roundness = np.full((size, size), 1.0 if kind == "round" else 0.0)
    grain, clouds = _clouds(rng, size, 5), _clouds(rng, size, 40)
    stroma = 0.30 + 0.10 * fibres + 0.04 * clouds + 0.015 * grain
    stroma *= 1 - 0.8 * smooth_step(_threads(rng, across * 0.6, along * 0.6), 1.55, 1.95)
    loose = (0.13 + 0.04 * clouds + 0.03 * grain) * (1 - 0.6 * smooth_step(clouds, 0.9, 1.3))
    eosin = np.clip(stroma + roundness * (loose - stroma), 0.01, None)
    haematoxylin = 0.035 + 0.075 * roundness + 0.012 * clouds + 0.01 * grain
    return Slide(np.clip(haematoxylin, 0.01, None), eosin, turn, roundness)


def _clouds(rng: np.random.Generator, size: int, length: float) -> Field:
    """Draw a smooth field whose features are about `length` pixels wide, deviation 1."""
    return spectrum_noise(rng, size, (0.0, 0.45 / min(length, size / 2.5)))


def _threads(rng: np.random.Generator, across: Field, along: Field) -> Field:
    """Draw threads along the fibres: a noise picture, stretched, looked up in bent coordinates."""
    period = 512
    texture = spectrum_noise(rng, period, (0.3, 0.075))
    v, u = across % period, (along / 9.0) % period
    top, left = np.floor(v).astype(np.int64), np.floor(u).astype(np.int64)
    dv, du = v - top, u - left
    below, beside = (top + 1) % period, (left + 1) % period
    top, left = top % period, left % period
    upper = texture[top, left] * (1 - du) + texture[top, beside] * du
    lower = texture[below, left] * (1 - du) + texture[below, beside] * du
    threads: Field = upper * (1 - dv) + lower * dv
    return threads


def _place_nuclei(rng: np.random.Generator, slide: Slide, size: int) -> list[Nucleus]:
    """Throw nuclei and keep those that have room; ends of spindles need more of it."""
    placed: list[Nucleus] = []
    spots = np.empty((0, 3))
    for _ in range(round(size * size / 120)):
        row, column = rng.uniform(-10, size + 10, 2)
        at = min(max(int(row), 0), size - 1), min(max(int(column), 0), size - 1)
        is_round = slide.roundness[at] > 0.5
        room = 13.5 if is_round else 11.5
        feet = _feet(row, column, 0.0 if is_round else 12.0, float(slide.turn[at]))
        near = spots[:, None, :2] - feet[None] if len(spots) else np.empty((0, 1, 2))
        if len(near) and (np.linalg.norm(near, axis=2).min(axis=1) < room + spots[:, 2]).any():
            continue
        if not is_round and rng.random() < 0.35:
            continue
        spots = np.vstack([spots, np.column_stack([feet, np.full(len(feet), room)])])
        placed.append(_nucleus(rng, (row, column), is_round=is_round, turn=float(slide.turn[at])))
    return placed


def _feet(row: float, column: float, reach: float, turn: float) -> Field:
    """Give the places that a nucleus occupies: its middle, and both ends of a long one."""
    if reach == 0:
        return np.array([[row, column]])
    step = np.array([np.sin(turn), np.cos(turn)]) * reach
    middle = np.array([row, column])
    return np.stack([middle - step, middle, middle + step])


def _nucleus(
    rng: np.random.Generator, place: tuple[float, float], *, is_round: bool, turn: float
) -> Nucleus:
    if is_round:
        length = rng.uniform(10.5, 13.5)
        width = length * rng.uniform(0.86, 1.0)
        return Nucleus(*place, length, width, rng.uniform(0, np.pi), rng.uniform(0.75, 1.1))
    length, width = rng.uniform(19, 28), rng.uniform(4.6, 6.6)
    return Nucleus(*place, length, width, turn + rng.normal(0, 0.12), rng.uniform(0.5, 0.85))


def _draw_nucleus(rng: np.random.Generator, slide: Slide, nucleus: Nucleus) -> None:
    """Draw membrane, chromatin and nucleoli, with a thin ring of cytoplasm about round ones."""
    size = slide.eosin.shape[0]
    reach = int(nucleus.length + 9)
    top, left = max(int(nucleus.row) - reach, 0), max(int(nucleus.column) - reach, 0)
    bottom, right = min(int(nucleus.row) + reach, size), min(int(nucleus.column) + reach, size)
    if top >= bottom or left >= right:
        return
    window = (slice(top, bottom), slice(left, right))
    dy = np.arange(top, bottom, dtype=np.float64)[:, None] - nucleus.row
    dx = np.arange(left, right, dtype=np.float64)[None, :] - nucleus.column
    gap, shape = _outline(rng, nucleus, dx, dy)
    chromatin = spectrum_noise(rng, 96, (0.3, 0.12))[: bottom - top, : right - left]
    rim = np.exp(-(((gap + 1.3) / 1.3) ** 2))
    ink = nucleus.density * (0.58 + 0.17 * chromatin + 0.34 * rim) * cover(gap, 2.2)
    ink += _nucleoli(rng, nucleus, shape, dx, dy) * cover(gap + 2, 2.0)
    slide.haematoxylin[window] = np.maximum(slide.haematoxylin[window], ink)
    slide.eosin[window] *= 1 - 0.55 * cover(gap, 2.2)
    if nucleus.width > 8:
        ring = cover(gap - 3.4, 2.5) * (1 - cover(gap, 2.0))
        slide.eosin[window] += 0.11 * ring
        slide.haematoxylin[window] += 0.06 * ring


def _outline(
    rng: np.random.Generator, nucleus: Nucleus, dx: Field, dy: Field
) -> tuple[Field, float]:
    """Give the distance to a nucleus's membrane, and how long it is for its width."""
    along = dx * np.cos(nucleus.turn) + dy * np.sin(nucleus.turn)
    aside = dy * np.cos(nucleus.turn) - dx * np.sin(nucleus.turn)
    shape = nucleus.length / nucleus.width
    aside = aside + rng.uniform(-0.006, 0.006) * along**2 * (shape > 2)
    angle = np.arctan2(aside * shape, along)
    bumps = sum(
        rng.uniform(0, 0.05) * np.cos(order * angle + rng.uniform(0, 6.28)) for order in (2, 3, 4)
    )
    scaled = np.hypot(along / nucleus.length, aside / nucleus.width) / (1 + bumps)
    steep = np.hypot(along / nucleus.length**2, aside / nucleus.width**2)
    gap: Field = (scaled - 1) * scaled / np.maximum(steep, 1e-6)
    return np.where(scaled < 0.1, -nucleus.width, gap), shape


def _nucleoli(
    rng: np.random.Generator, nucleus: Nucleus, shape: float, dx: Field, dy: Field
) -> Field:
    """Give the dark bodies inside a nucleus: lumps in round ones, at most one in long ones."""
    ink = np.zeros(np.broadcast_shapes(dx.shape, dy.shape))
    count = int(rng.integers(2, 5)) if shape < 2 else int(rng.integers(0, 2))
    for _ in range(count):
        away, angle = rng.uniform(0.1, 0.65) * nucleus.width, rng.uniform(0, 6.28)
        cx, cy = away * np.cos(angle), away * np.sin(angle)
        ink += 0.35 * cover(np.hypot(dx - cx, dy - cy) - rng.uniform(1.4, 2.6), 2.0)
    return ink


def _draw_red_cells(rng: np.random.Generator, slide: Slide, size: int) -> None:
    """Draw a few small groups of red blood cells, evenly pink and without a nucleus."""
    column, row = np.meshgrid(np.arange(size, dtype=float), np.arange(size, dtype=float))
    for _ in range(int(rng.integers(0, 1 + max(1, size // 340)))):
        middle = rng.uniform(0.1 * size, 0.9 * size, 2)
        for _ in range(int(rng.integers(3, 7))):
            spot = middle + rng.normal(0, 17, 2)
            gap = np.hypot(row - spot[0], (column - spot[1]) * rng.uniform(0.85, 1.15)) - 10
            mask = cover(gap, 2.0)
            slide.eosin += mask * (0.62 - 0.10 * cover(gap + 5.5, 5.0) - slide.eosin)
            slide.haematoxylin *= 1 - 0.95 * mask


def _expose(rng: np.random.Generator, slide: Slide, size: int) -> Picture:
    """Send light through: blur of the lens, uneven lamp, noise of the camera."""
    stains = [
        (vector + rng.normal(0, 0.018, 3)) * rng.uniform(0.92, 1.1)
        for vector in (HAEMATOXYLIN, EOSIN)
    ]
    density = 1.55 * slide.haematoxylin[..., None] * stains[0]
    density = density + 1.25 * slide.eosin[..., None] * stains[1]
    for axis in (0, 1):
        near = np.roll(density, 1, axis) + np.roll(density, -1, axis)
        density = 0.56 * density + 0.22 * near
    lamp = 244 + 3.0 * _clouds(rng, size, 400)
    light = lamp[..., None] * np.exp(-density)
    light += 0.9 * rng.standard_normal(light.shape)
    return np.clip(np.rint(light), 0, 255).astype(np.uint8)

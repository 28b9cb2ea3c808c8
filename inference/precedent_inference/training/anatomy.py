"""Families that resemble medical pictures: sections, projections, hands, tissue, smears, lesions.

They imitate the look of a modality, not anatomy: positions, sizes and tones are random for every
class.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from precedent_inference.training import canvas
from precedent_inference.training.canvas import Grid, Picture
from precedent_inference.training.families import Family, Renderer

_GRAIN = canvas.spectral_filter(8, 40, 0.3)
_MOTTLE = canvas.spectral_filter(3, 14, 1.0)


@dataclass(frozen=True, slots=True)
class Organ:
    """One soft ellipse of a section or projection."""

    centre: tuple[float, float]
    axes: tuple[float, float]
    angle: float
    tone: float
    edge: float


def _draw_organ(rng: Generator, reach: float, smallest: float, largest: float) -> Organ:
    centre = rng.uniform(-reach, reach, 2)
    axes = np.exp(rng.uniform(np.log(smallest), np.log(largest), 2))
    return Organ(
        (float(centre[0]), float(centre[1])),
        (float(axes[0]), float(axes[1])),
        float(rng.uniform(0, np.pi)),
        float(rng.uniform(-0.5, 0.6)),
        float(rng.uniform(0.03, 0.3)),
    )


def _mirrored(organ: Organ) -> Organ:
    centre = (-organ.centre[0], organ.centre[1])
    return Organ(centre, organ.axes, -organ.angle, organ.tone, organ.edge)


def _jittered(
    organ: Organ, rng: Generator, amount: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    dx, dy = rng.normal(0, amount, 2)
    a, b = np.exp(rng.normal(0, amount * 1.5, 2))
    centre = (organ.centre[0] + dx, organ.centre[1] + dy)
    return centre, (organ.axes[0] * a, organ.axes[1] * b)


def _draw_organs(rng: Generator, largest: float) -> list[Organ]:
    organs: list[Organ] = []
    for _ in range(int(rng.integers(2, 7))):
        organ = _draw_organ(rng, 0.55, 0.07, largest)
        organs.append(organ)
        if rng.random() < 0.5:
            organs.append(_mirrored(organ))
    return organs


def sections(rng: Generator) -> Renderer:
    """A body outline, perhaps with a bright shell, and organs inside: CT and MR sections."""
    body = (float(rng.uniform(0.55, 0.95)), float(rng.uniform(0.5, 0.95)))
    shell, shell_tone = rng.uniform(0, 0.18), rng.uniform(0.5, 1)
    base, organs = rng.uniform(0.25, 0.55), _draw_organs(rng, 0.4)
    grain, mottle, warp = rng.uniform(0.01, 0.06), rng.uniform(0, 0.1), rng.uniform(0.01, 0.05)
    gut = canvas.spectral_filter(2, rng.uniform(5, 12), 0.5) if rng.random() < 0.4 else None

    def render(rng: Generator) -> Picture:
        grid = canvas.make_grid(rng, turn=0.15, warp=warp)
        axes = (body[0] * rng.uniform(0.9, 1.1), body[1] * rng.uniform(0.9, 1.1))
        depth = canvas.ellipse(grid, (0, 0), axes, 0)
        field = base + mottle * canvas.filtered_noise(rng, _MOTTLE)
        if gut is not None:
            field = field + 0.12 * np.tanh(2 * canvas.filtered_noise(rng, gut))
        for organ in organs:
            centre, size = _jittered(organ, rng, 0.03)
            inside = canvas.ellipse(grid, centre, size, organ.angle)
            field = field + organ.tone * canvas.soft_step(inside, organ.edge)
        rim = canvas.soft_step(shell - depth, 0.03) if shell > 0.04 else 0
        field = (field * (1 - rim) + shell_tone * rim) * canvas.soft_step(depth, 0.03)
        return _grey(field + grain * canvas.filtered_noise(rng, _GRAIN))

    return render


def projections(rng: Generator) -> Renderer:
    """Overlaid shadows with soft edges, often with a ladder of arcs: radiographs."""
    organs, ground = _draw_organs(rng, 0.7), rng.uniform(0.2, 0.6)
    ribs, pitch = rng.choice([0.0, 0.08, 0.16]), rng.uniform(5, 10)
    bend, grain, haze = rng.uniform(-1, 1), rng.uniform(0.005, 0.04), rng.uniform(0, 0.3)
    veil = canvas.spectral_filter(1, rng.uniform(4, 20), 1.0)
    veil_gain = rng.uniform(0, 0.1)

    def render(rng: Generator) -> Picture:
        grid = canvas.make_grid(rng, turn=0.1, warp=0.03)
        field = ground + haze * grid.y * 0.5
        for organ in organs:
            centre, size = _jittered(organ, rng, 0.04)
            inside = np.maximum(canvas.ellipse(grid, centre, size, organ.angle), 0)
            field = field + organ.tone * 0.8 * np.sqrt(inside)
        phase = rng.uniform(0, 2 * np.pi)
        ladder = np.sin(np.pi * pitch * (grid.y + bend * grid.x**2) + phase)
        field = field + ribs * np.maximum(ladder, 0) * np.sqrt(np.abs(grid.x))
        field = field + veil_gain * canvas.filtered_noise(rng, veil)
        return _grey(field + grain * canvas.filtered_noise(rng, _GRAIN))

    return render


def branches(rng: Generator) -> Renderer:
    """Bright strokes from a common base: fingers, airways, vessels."""
    count = int(rng.integers(2, 7))
    angles = np.sort(rng.uniform(-1.2, 1.2, count)) + rng.choice([0, np.pi / 2, np.pi])
    lengths, widths = rng.uniform(0.5, 1.2, count), rng.uniform(0.05, 0.16, count)
    joints, ground, tone = int(rng.integers(0, 4)), rng.uniform(0, 0.25), rng.uniform(0.45, 0.95)
    base = rng.uniform(0.2, 0.6)

    def render(rng: Generator) -> Picture:
        grid = canvas.make_grid(rng, turn=0.25, warp=0.03)
        root = (0.0, base)
        field = np.maximum(canvas.ellipse(grid, root, (0.35, 0.3), 0), 0) ** 0.5 * 0.8
        for angle, length, width in zip(angles, lengths, widths, strict=True):
            a = angle + rng.normal(0, 0.06)
            tip = (root[0] + length * np.sin(a), root[1] - length * np.cos(a))
            inside = np.maximum(canvas.capsule(grid, root, tip, width * 1.3), 0)
            bone = canvas.soft_step(canvas.capsule(grid, root, tip, width * 0.7), 0.2)
            along = np.hypot(grid.x - root[0], grid.y - root[1])
            gaps = 1 - 0.5 * (np.abs(np.sin(np.pi * joints * along / length)) < 0.25) * bool(joints)
            field = np.maximum(field, 0.45 * np.sqrt(inside) + 0.55 * bone * gaps)
        return _grey(ground + tone * field + 0.02 * canvas.filtered_noise(rng, _GRAIN))

    return render


def tissue(rng: Generator) -> Renderer:
    """Stained tissue: fibres and many nuclei of a class's size, shape and density."""
    nuclei, radius = int(rng.integers(6, 45)), np.exp(rng.uniform(np.log(0.04), np.log(0.13)))
    length, spread = rng.uniform(1, 2.6), rng.choice([0.3, np.pi])
    fibre = canvas.spectral_filter(2, rng.uniform(6, 16), 0.8, np.exp(rng.uniform(0, 1)))
    stain = np.array([[0.93, 0.80, 0.88], [0.84, 0.55, 0.73], [0.38, 0.22, 0.55]])
    stain = np.clip(stain + rng.normal(0, 0.12, (3, 3)), 0, 1)
    chromatin, gain, halo = rng.uniform(0, 0.3), rng.uniform(0.05, 0.25), rng.uniform(0, 0.4)

    def render(rng: Generator) -> Picture:
        grid = canvas.make_grid(rng, turn=np.pi, warp=0.02)
        field = 0.3 + gain * canvas.filtered_noise(rng, fibre)
        for _ in range(max(2, int(nuclei * rng.uniform(0.8, 1.2)))):
            size = radius * np.exp(rng.normal(0, 0.15))
            centre = (float(rng.uniform(-1.2, 1.2)), float(rng.uniform(-1.2, 1.2)))
            angle = rng.uniform(-spread, spread)
            window, at = _window(grid, centre, size * length * 2.2)
            if window is None:
                continue
            inside = canvas.ellipse(at, centre, (size * length, size / length**0.5), angle)
            mask = canvas.soft_step(inside, 0.12)
            ring = halo * canvas.soft_step(inside + 0.6, 0.2) * (1 - mask)
            field[window] = field[window] * (1 - mask) * (1 - ring) + 0.92 * mask
        noise = canvas.filtered_noise(rng, _GRAIN)
        field = field + chromatin * 0.4 * noise * (field > 0.6) + 0.02 * noise
        return canvas.Palette(stain.astype(np.float32)).paint(field.astype(np.float32), rng)

    return render


def _window(
    grid: Grid, centre: tuple[float, float], reach: float
) -> tuple[tuple[slice, slice] | None, Grid]:
    near = (np.abs(grid.x - centre[0]) < reach) & (np.abs(grid.y - centre[1]) < reach)
    rows, columns = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
    if not len(rows):
        return None, grid
    window = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    return window, Grid(grid.x[window], grid.y[window])


def smears(rng: Generator) -> Renderer:
    """One large cell, perhaps with a lobed nucleus, among pale discs: blood smears."""
    size, nucleus = rng.uniform(0.25, 0.75), rng.uniform(0, 0.75)
    lobes, discs = int(rng.integers(1, 5)), int(rng.integers(0, 7))
    disc_radius, hollow = rng.uniform(0.2, 0.6), rng.random() < 0.6
    colours = np.clip(
        np.array([[0.9, 0.86, 0.84], [0.85, 0.62, 0.62], [0.74, 0.6, 0.78], [0.4, 0.22, 0.55]])
        + rng.normal(0, 0.1, (4, 3)),
        0,
        1,
    )

    def render(rng: Generator) -> Picture:
        grid = canvas.make_grid(rng, turn=np.pi, warp=0.03)
        tint = colours + rng.normal(0, 0.025, (4, 3))
        picture = np.broadcast_to(tint[0], (*grid.x.shape, 3)).copy()
        for _ in range(discs):
            x, y = rng.uniform(-1.1, 1.1, 2)
            inside = canvas.ellipse(grid, (x, y), (disc_radius, disc_radius), 0)
            mask = canvas.soft_step(inside, 0.08)
            if hollow:
                mask = mask * (1 - 0.55 * canvas.soft_step(inside - 0.55, 0.2))
            picture += mask[..., None] * (tint[1] - picture)
        inside = canvas.ellipse(grid, (0, 0), (size, size * rng.uniform(0.85, 1.1)), 0)
        picture += canvas.soft_step(inside, 0.08)[..., None] * (tint[2] - picture)
        for lobe in range(lobes if nucleus > 0.15 else 0):
            angle = 2 * np.pi * lobe / lobes + rng.normal(0, 0.3)
            away = 0.35 * size * (lobes > 1)
            centre = (away * np.cos(angle), away * np.sin(angle))
            axes = (
                size * nucleus / lobes**0.4,
                size * nucleus / lobes**0.4 * rng.uniform(0.7, 1.1),
            )
            mask = canvas.soft_step(canvas.ellipse(grid, centre, axes, angle), 0.12)
            picture += mask[..., None] * (tint[3] - picture)
        grain = 0.03 * canvas.filtered_noise(rng, _MOTTLE)
        return np.asarray(np.clip(picture + grain[..., None], 0, 1), dtype=np.float32)

    return render


def lesions(rng: Generator) -> Renderer:
    """A textured ground with or without a focus of a class's size, tone and edge."""
    low = rng.uniform(1, 6)
    ground = canvas.spectral_filter(low, low * rng.uniform(2, 6), rng.uniform(0.3, 1.5))
    gain, base = rng.uniform(0.04, 0.15), rng.uniform(0.2, 0.7)
    radius, tone = rng.uniform(0.1, 0.4), rng.choice([-1, 1]) * rng.uniform(0.2, 0.5)
    edge, rays, ring = rng.uniform(0.05, 0.6), int(rng.integers(0, 12)), rng.random() < 0.3
    count = int(rng.choice([0, 1, 1, 1, 2, 3]))
    palette = canvas.draw_palette(rng, grey=0.8)

    def render(rng: Generator) -> Picture:
        grid = canvas.make_grid(rng, turn=np.pi, warp=0.03)
        field = base + gain * canvas.filtered_noise(rng, ground)
        for _ in range(count):
            cx, cy = rng.uniform(-0.7, 0.7, 2)
            angle = np.arctan2(grid.y - cy, grid.x - cx)
            bumps = 1 + (0.25 * np.cos(rays * angle + rng.uniform(0, 6)) if rays > 4 else 0)
            inside = 1 - np.hypot(grid.x - cx, grid.y - cy) / (
                radius * rng.uniform(0.8, 1.2) * bumps
            )
            mask = canvas.soft_step(inside.astype(np.float32), edge)
            if ring:
                mask = mask * (1 - canvas.soft_step((inside - 0.4).astype(np.float32), edge * 0.5))
            field = field + tone * mask
        return palette.paint(field.astype(np.float32), rng)

    return render


def _grey(field: NDArray[np.floating[Any]]) -> Picture:
    clipped = np.clip(field, 0, 1).astype(np.float32)
    return np.repeat(clipped[..., None], 3, axis=-1)


MEDICAL: tuple[Family, ...] = (
    sections,
    projections,
    branches,
    tissue,
    smears,
    lesions,
)

"""A chest as computed tomography sees it, from the apices of the lungs to the upper liver.

Patient axes: x to the left, y to the back, z to the head, millimetres, the origin in the middle of
the chest. Values are HU of a contrast-enhanced scan. One slice is drawn at a time, tissue over
tissue from the skin inwards.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from precedent_resources.phantoms import organs
from precedent_resources.phantoms.fields import (
    Field,
    Grid,
    Waves,
    cover,
    distance,
    paint,
    smooth_step,
    spectrum_noise,
)
from precedent_resources.phantoms.shape import Place, lung_field
from precedent_resources.phantoms.vessels import Point, Segment, grow_tree, paint_tubes

SLICE_STEP_MM = 3.0
NOISE_HU = 9.0
VESSEL_ENDS = 900
"""Smallest vessels drawn in one lung."""


@dataclass(frozen=True, slots=True)
class Lesion:
    """Something that a reader looks for."""

    center: Point
    radius: float
    value: float
    organ: str
    """`lung` or `liver`."""


@dataclass(frozen=True, slots=True)
class Chest:
    """One made-up person: the random fields and trees that all slices share."""

    seed: int
    grid: Grid
    warp: tuple[Waves, Waves, Waves]
    planes: Waves
    mottle: Waves
    grain: Waves
    vessels: tuple[Segment, ...]
    airways: tuple[Segment, ...]
    lesions: tuple[Lesion, ...]

    @classmethod
    def random(cls, seed: int, grid: Grid, lesions: tuple[Lesion, ...] = ()) -> "Chest":
        """Draw a person from a seed."""
        rng = np.random.default_rng(seed)
        warp = tuple(Waves.random(rng, (90, 220)) for _ in range(3))
        planes = Waves.random(rng, (26, 60), 10)
        mottle, grain = Waves.random(rng, (9, 30), 14), Waves.random(rng, (3.5, 8), 24)
        vessels, airways = _lung_trees(rng)
        return cls(
            seed,
            grid,
            (warp[0], warp[1], warp[2]),
            planes,
            mottle,
            grain,
            vessels,
            airways,
            lesions,
        )

    def slice_hu(self, z: float) -> Field:
        """Draw the slice at height z: (rows, columns) in HU, not rounded."""
        place = self._place(z)
        image = np.full((self.grid.size, self.grid.size), -1000.0)
        organs.paint_couch(image, self.grid)
        organs.paint_wall(image, place, self.planes.on(self.grid, z), self.mottle.on(self.grid, z))
        self._paint_lungs(image, place)
        organs.paint_bones(image, place, self.grain.on(self.grid, z))
        organs.paint_mediastinum(image, place)
        organs.paint_abdomen(image, place, self.mottle.on(self.grid, z))
        self._paint_lesions(image, z)
        return _blur(image) + self._noise(image, z)

    def _place(self, z: float) -> Place:
        """Give the slice's coordinates, bent so that no two people are the same."""
        bend = [wave.on(self.grid, z) for wave in self.warp]
        return Place(
            self.grid.x + 2.6 * bend[0],
            self.grid.y + 2.6 * bend[1],
            z + 3.0 * bend[2],
            self.grid,
            z,
        )

    def _paint_lungs(self, image: Field, place: Place) -> None:
        mask = cover(distance(lung_field(place), self.grid.spacing_mm))
        rest = -868 + 0.34 * place.y + 16 * self.mottle.on(self.grid, place.height)
        paint(image, mask, rest + 11 * self.grain.on(self.grid, place.height))
        inside = image.copy()
        draw = partial(paint_tubes, inside, self.grid, place.height)
        draw(segments=self.airways, value=-560.0, grow=0.7)
        draw(segments=self.airways, value=-960.0)
        draw(segments=self.vessels, value=90.0)
        organs.paint_fissures(inside, place)
        paint(image, mask, inside)

    def _paint_lesions(self, image: Field, z: float) -> None:
        for number, lesion in enumerate(self.lesions):
            if abs(z - lesion.center[2]) > 2 * lesion.radius + 4:
                continue
            rng = np.random.default_rng((self.seed, 77, number))
            _paint_lesion(image, self.grid, z, lesion=lesion, rng=rng)

    def _noise(self, image: Field, z: float) -> Field:
        """Draw the scanner's noise: correlated in the slice and a little along the body."""
        index = round(z / SLICE_STEP_MM) + 1000
        near = [self._plain_noise(index + step, (0.7, 0.23)) for step in (-1, 0, 1)]
        noise = (0.35 * near[0] + near[1] + 0.35 * near[2]) / np.sqrt(1 + 2 * 0.35**2)
        streaks = np.cumsum(self._plain_noise(index + 5000, (0.5, 0.2)), axis=1)
        streaks -= streaks.mean(axis=1, keepdims=True)
        # Few photons pass the shoulders from side to side.
        shoulder = 5.0 * smooth_step(np.array(z), 55, 110) * streaks / streaks.std()
        depth = np.exp(-(np.hypot(self.grid.x / 150, self.grid.y / 105) ** 2))
        quiet = 0.35 + 0.65 * smooth_step(image, -990, -700)
        whole: Field = (NOISE_HU * noise + shoulder) * (0.55 + 0.75 * depth) * quiet
        return whole

    def _plain_noise(self, index: int, shape: tuple[float, float]) -> Field:
        rng = np.random.default_rng((self.seed, 5, index))
        return spectrum_noise(rng, self.grid.size, shape)


def _paint_lesion(
    image: Field, grid: Grid, z: float, *, lesion: Lesion, rng: np.random.Generator
) -> None:
    """Paint a lobulated lesion; one in the lung gets strands, one in the liver a faint rim."""
    cx, cy, cz = lesion.center
    dx, dy = grid.x - cx, grid.y - cy
    angle = np.arctan2(dy, dx)
    bumps = sum(
        amplitude * np.cos(order * angle + phase + 0.2 * (z - cz))
        for order, amplitude, phase in zip(
            (2, 3, 5), rng.uniform(0.03, 0.09, 3), rng.uniform(0, 6.28, 3), strict=True
        )
    )
    gap = np.sqrt(dx**2 + dy**2 + (z - cz) ** 2) - lesion.radius * (1 + bumps)
    if lesion.organ == "lung":
        strands = [_strand(lesion, rng) for _ in range(9)]
        paint_tubes(image, grid, z, segments=strands, value=-250.0)
        paint(image, cover(gap - 1.6, 5.0) * 0.35, -450.0)
    else:
        paint(image, cover(np.abs(gap) - 1.2, 2.5) * 0.5, 128.0)
    paint(image, cover(gap, 1.8), lesion.value)


def _strand(lesion: Lesion, rng: np.random.Generator) -> Segment:
    """Give a fine line that runs out of a nodule."""
    heading = rng.standard_normal(3)
    heading /= np.linalg.norm(heading)
    reach = lesion.radius * rng.uniform(1.4, 2.1)
    end = [float(c + h * reach) for c, h in zip(lesion.center, heading, strict=True)]
    return Segment(lesion.center, (end[0], end[1], end[2]), 0.16 * lesion.radius, 0.3)


def _lung_trees(rng: np.random.Generator) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Grow both lungs' vessels and airways from the hila."""
    vessels: tuple[Segment, ...] = ()
    airways: tuple[Segment, ...] = ()
    for side, hilum in ((-1, (-40.0, 2.0, 14.0)), (1, (47.0, 8.0, 14.0))):
        headings = np.array(_headings(side)) + 0.1 * rng.standard_normal((7, 3))
        headings /= np.linalg.norm(headings, axis=1, keepdims=True)
        roots = np.vstack([hilum, hilum + headings * rng.uniform(14, 20, (7, 1))])
        grown, beside = grow_tree(rng, roots, _places_in_lung(rng, side, VESSEL_ENDS))
        vessels, airways = vessels + grown, airways + beside
    return vessels, airways


def _places_in_lung(rng: np.random.Generator, side: int, count: int) -> Field:
    """Draw places inside one lung, (count, 3), none nearer to the pleura than 4 mm."""
    drawn = rng.uniform((2, -95, -118), (130, 85, 118), (count * 6, 3)) * (side, 1, 1)
    x, y, z = (drawn[:, [axis]] for axis in range(3))
    place = Place(x, y, z, Grid(1, 1.0), 0.0)
    inside = (lung_field(place) < -4).ravel()
    return drawn[inside][:count]


def _headings(side: int) -> tuple[Point, ...]:
    """Give the directions of a lung's main branches."""
    return (
        (0.45 * side, -0.25, 0.9),
        (0.55 * side, 0.4, 0.75),
        (0.8 * side, -0.65, 0.05),
        (0.85 * side, 0.35, 0.05),
        (0.5 * side, 0.45, -0.85),
        (0.65 * side, -0.15, -0.8),
        (0.25 * side, 0.7, -0.55),
    )


def _blur(image: Field) -> Field:
    """Blur as the scanner does: three pixels, in both directions."""
    for axis in (0, 1):
        image = 0.2 * np.roll(image, 1, axis) + 0.6 * image + 0.2 * np.roll(image, -1, axis)
    return image

"""Tissues painted into a slice, from the couch and the skin to the organs. Values in HU."""

from typing import TypeAlias

import numpy as np

from precedent_resources.phantoms.fields import (
    Field,
    Grid,
    blend,
    cover,
    distance,
    ellipsoid,
    paint,
    smooth_step,
)
from precedent_resources.phantoms.shape import (
    Place,
    below_diaphragm,
    body,
    cage_radius,
    cage_scale,
    chest_wall,
    heart,
    mediastinum,
)
from precedent_resources.phantoms.vessels import Point, Segment, paint_tubes, tube

FAT, MUSCLE, BLOOD, SKIN = -102.0, 58.0, 172.0, 25.0
Chamber: TypeAlias = tuple[Point, Point, float]
"""Center, half axes and value of one part of the heart."""
VERTEBRA_STEP_MM = 26.0
RIB_STEP_MM = 25.0

AORTA = tube(
    [(4, -28, -14), (-13, -34, 26), (-11, -28, 44), (2, -14, 54), (16, 12, 55), (23, 32, 44),
     (24, 42, 20), (20, 46, -50), (8, 44, -125)],
    [14, 16, 15.5, 15, 14, 13.5, 13, 12.5, 11.5],
)  # fmt: skip
PULMONARY = (
    *tube([(20, -48, -14), (21, -40, 10), (22, -22, 21)], [13, 13.5, 12.5]),
    *tube([(22, -20, 20), (-6, -6, 17), (-42, 0, 13)], [11.5, 10, 7]),
    *tube([(22, -20, 22), (36, 2, 23), (49, 10, 14)], [11, 10, 7]),
)
VEINS = (
    *tube([(-24, -26, 84), (-29, -20, 40), (-27, -18, -8)], [8.5, 9, 10]),
    *tube([(-24, -26, 82), (14, -40, 92), (44, -36, 112)], [8, 7, 6.5]),
    *tube([(-24, -26, 82), (-40, -30, 112)], [8, 7]),
    *tube([(-24, 0, -125), (-24, -6, -60)], [12, 11]),
)
ARM_VESSELS = tuple(
    piece
    for side in (-1, 1)
    for x, y, radius in ((122, -8, 3.6), (128, -2, 2.8), (124, 10, 2.4), (130, 12, 3.2))
    for piece in tube([(side * x, y, 66), (side * (x - 3), y - 6, 125)], [radius * 0.7, radius])
)
"""Vessels and nodes in the armpits."""
ARCH_BRANCHES = (
    *tube([(-6, -16, 56), (-18, -10, 112)], [7, 5.5]),
    *tube([(4, -8, 58), (7, 0, 112)], [4.8, 4.2]),
    *tube([(14, 6, 56), (24, 14, 112)], [5.5, 4.8]),
)
TRACHEA = (
    *tube([(0, 6, 125), (1, 11, 36)], [9, 9]),
    *tube([(1, 11, 36), (-24, 8, 14), (-44, 6, 2)], [8, 6.8, 4.8]),
    *tube([(1, 11, 36), (26, 13, 12), (50, 14, 2)], [7.5, 6, 4.4]),
)
OESOPHAGUS = tube([(7, 30, 125), (9, 29, 20), (12, 26, -70), (34, 12, -90)], [6.5, 7, 7.5, 9])


def paint_couch(image: Field, grid: Grid) -> None:
    """Paint the table that the patient lies on: a thin curved shell with a light core."""
    sag = grid.y - (128 - 0.0011 * grid.x**2)
    shell = np.maximum(np.abs(sag) - 5, np.abs(grid.x) - 172)
    paint(image, cover(distance(shell, grid.spacing_mm)), -880.0)
    rim = np.maximum(np.abs(np.abs(sag) - 5) - 0.9, np.abs(grid.x) - 172)
    paint(image, cover(distance(rim, grid.spacing_mm)), -520.0)


def paint_wall(image: Field, place: Place, planes: Field, mottle: Field) -> None:
    """Paint skin, fat and the muscles with the fat between them."""
    step = place.grid.spacing_mm
    skin = distance(body(place), step)
    fat_mm = 9 + 5 * smooth_step(np.abs(place.x), 60, 150) + 2.5 * planes
    paint(image, cover(skin), SKIN)
    paint(image, cover(skin + 2.2), FAT + 7 * mottle)
    flesh = cover(skin + 2.2 + np.maximum(fat_mm, 4), 2.0)
    paint(image, flesh, MUSCLE + 5 * mottle)
    seams = 1 - smooth_step(np.abs(planes + 0.35 * mottle), 0.05, 0.24)
    outer = smooth_step(cage_radius(place), 1.07, 1.12)
    paint(image, flesh * seams * outer * 0.85, FAT)
    for side in (-1, 1):
        pit = ellipsoid((place.x, place.y, place.z), (side * 126, 2, 92), (15, 25, 40))
        paint(image, cover(pit + 3 * planes, 5.0) * flesh, FAT + 6 * mottle)
    paint_tubes(image, place.grid, place.height, segments=ARM_VESSELS, value=140.0)


def paint_bones(image: Field, place: Place, grain: Field) -> None:
    """Paint ribs, shoulder blades, breastbone, collar bones and spine."""
    _paint_ribs(image, place, grain)
    _paint_plates(image, place)
    _paint_spine(image, place, grain)


def _paint_ribs(image: Field, place: Place, grain: Field) -> None:
    step = place.grid.spacing_mm
    radius = cage_radius(place)
    radial = distance((radius - 1) * 100, step) * 1.0 - 4.6
    angle = np.arctan2(np.abs(place.x) / 127, (place.y + 6) / 88)
    drop = 118 * (np.clip(angle, 0, 2.3) / 2.3) ** 1.25 - 34 * smooth_step(angle, 2.3, 3.1)
    turns = (place.z + drop + 4) / RIB_STEP_MM
    height = (turns - np.round(turns)) * RIB_STEP_MM
    section = np.sqrt((height / 6.4) ** 2 + (radial / 3.9) ** 2)
    is_bone = 1 - smooth_step(angle, 2.32, 2.42)
    ends = smooth_step(np.abs(place.x), 13, 16) * (cage_scale(place.z) > 0.5)
    rib = cover((section - 1) * 3.6) * ends
    paint(image, rib * (1 - is_bone), 105.0)
    paint(image, rib * is_bone, 760.0)
    paint(image, cover((section - 0.66) * 3.6) * ends * is_bone, 230 + 70 * grain)


def _paint_plates(image: Field, place: Place) -> None:
    z = place.height
    lines: list[Segment] = []
    if z > -30:
        for side in (-1, 1):
            reach = 22 + 0.16 * z
            near = (side * (84 - 0.12 * z), 84.0 - 0.05 * z, 0.0)
            far = (side * (84 + reach), 84.0 - 0.9 * reach, 0.0)
            lines.append(Segment(near, far, 2.6, 4.2))
            if z > 60:
                lines.append(Segment((side * 112, 60, 0), (side * 136, 70, 0), 3.0, 4.0))
    if z > 84:
        reach = 2.4 * (z - 84)
        lines += [
            Segment((s * (22 + reach / 2), -68, 0), (s * (34 + reach), -57, 0), 5.5, 4)
            for s in (-1, 1)
        ]
    for value, grow in ((680.0, 0.0), (280.0, -1.7)):
        paint_tubes(image, place.grid, 0.0, segments=lines, value=value, grow=grow)
    wide = 15 + 9 * float(smooth_step(np.array(z), 50, 75))
    y = -80 + 14 * float(smooth_step(np.array(z), 40, 100))
    bone = ellipsoid((place.x, place.y, np.zeros(1)), (0, y, 0), (wide, 6.5, 1e6))
    if -62 < z < 92:
        paint(image, cover(bone), 520.0)
        paint(image, cover(bone + 2.0), 170.0)


def _paint_spine(image: Field, place: Place, grain: Field) -> None:
    turns = place.height / VERTEBRA_STEP_MM
    phase = abs(turns - round(turns)) * 2
    flat = (place.x, place.y, np.zeros(1))
    paint(image, cover(ellipsoid(flat, (0, 62, 0), (27, 21, 1e6)), 4.0) * 0.6, MUSCLE)
    trunk = ellipsoid(flat, (0, 60, 0), (19.5, 15.5, 1e6))
    notch = ellipsoid(flat, (0, 84, 0), (11, 11, 1e6))
    trunk = np.maximum(trunk, -notch)
    if phase > 0.80:
        paint(image, cover(trunk), 92.0)
    else:
        edge = 520.0 + (300.0 if phase > 0.66 else 0.0)
        paint(image, cover(trunk), edge)
        paint(image, cover(trunk + 1.9), (205 if phase < 0.66 else 480) + 26 * grain)
    arch = np.abs(ellipsoid(flat, (0, 83, 0), (13.5, 12, 1e6))) - (3.2 if phase < 0.75 else 1.6)
    keep = 1.0 if phase < 0.7 else 0.55
    paint(image, cover(arch) * keep * (place.y > 74), 560.0)
    process = ellipsoid(flat, (0, 102, 0), (4.0, 11, 1e6))
    paint(image, cover(process) * keep, 540.0)
    paint(image, cover(process + 2.0) * keep, 260 + 40 * grain)
    if phase < 0.45:
        for side in (-1, 1):
            wing = ellipsoid(flat, (side * 25, 84, 0), (15, 5, 1e6), turn=side * 0.35)
            paint(image, cover(wing), 520.0)
            paint(image, cover(wing + 1.9), 240 + 40 * grain)
    paint(image, cover(ellipsoid(flat, (0, 82.5, 0), (9.5, 8.5, 1e6))), 14.0)
    paint(image, cover(ellipsoid(flat, (0, 82, 0), (5.5, 4.8, 1e6))), 42.0)


def paint_fissures(image: Field, place: Place) -> None:
    """Paint the oblique fissures of both lungs and the horizontal one of the right."""
    oblique = (place.z + 4 + 1.05 * place.y - 0.05 * np.abs(place.x)) / 1.45
    level = np.where((place.x < 0) & (oblique < 0), place.z - 14 + 0.1 * place.y, 99.0)
    for gap in (oblique, level):
        paint(image, 0.5 * cover(np.abs(gap) - 0.6, 1.6), -640.0)


def paint_mediastinum(image: Field, place: Place) -> None:
    """Paint the fat between the lungs, the great vessels, the airways and the heart."""
    step, z, grid = place.grid.spacing_mm, place.height, place.grid
    between = np.maximum(mediastinum(place), chest_wall(place) + 2)
    is_spine = smooth_step(place.y, 38, 46) * (np.abs(place.x) < 60)
    room = cover(distance(between, step)) * (1 - is_spine)
    paint(image, room, FAT + 10)
    _paint_heart(image, place)
    parts = image.copy()
    paint_tubes(parts, grid, z, segments=OESOPHAGUS, value=48.0)
    paint_tubes(parts, grid, z, segments=OESOPHAGUS, value=-350.0, grow=-5.6)
    for pipes in (VEINS, PULMONARY, ARCH_BRANCHES, AORTA):
        paint_tubes(parts, grid, z, segments=pipes, value=60.0, grow=1.0)
    for pipes, value in (
        (VEINS, 150.0),
        (PULMONARY, 165.0),
        (ARCH_BRANCHES, BLOOD),
        (AORTA, BLOOD),
    ):
        paint_tubes(parts, grid, z, segments=pipes, value=value)
    paint_tubes(parts, grid, z, segments=TRACHEA, value=55.0, grow=1.7)
    paint_tubes(parts, grid, z, segments=TRACHEA, value=-985.0)
    paint(image, cover(distance(chest_wall(place), step) + 1), parts)


def _paint_heart(image: Field, place: Place) -> None:
    where = (place.x, place.y, place.z)
    paint(image, cover(np.abs(heart(place, 3.4)) - 0.7) * 0.8, 30.0)
    paint(image, cover(heart(place, 3.0)), FAT + 8)
    walls: tuple[Chamber, ...] = (
        ((34, -24, -50), (48, 30, 42), 112.0),
        ((8, -50, -44), (42, 20, 38), 104.0),
        ((-27, -26, -38), (23, 25, 30), 110.0),
        ((10, 4, -20), (36, 19, 20), 108.0),
    )
    rooms: tuple[Chamber, ...] = (
        ((37, -22, -48), (34, 17, 29), BLOOD - 4),
        ((8, -52, -43), (38, 16, 34), 156.0),
        ((-28, -26, -38), (20.5, 22.5, 27), 152.0),
        ((10, 4, -20), (33, 16, 17), 166.0),
    )
    flesh: Field | None = None
    for center, axes, _ in walls:
        part = ellipsoid(where, center, axes, turn=_chamber_turn(center))
        flesh = part if flesh is None else blend(flesh, part, 9.0)
    if flesh is not None:
        paint(image, cover(flesh), 108.0)
    for center, axes, value in rooms:
        paint(image, cover(ellipsoid(where, center, axes, turn=_chamber_turn(center)), 1.8), value)


def _chamber_turn(center: Point) -> float:
    """Give how the ventricles lie; the atria lie straight."""
    return -0.55 if center[0] > 20 or center[1] < -40 else 0.0


def paint_abdomen(image: Field, place: Place, mottle: Field) -> None:
    """Paint what lies under the diaphragm: liver, spleen, stomach and the fat about them."""
    step, z = place.grid.spacing_mm, place.height
    if z > -25:
        return
    flesh = distance(np.maximum(chest_wall(place) + 1, below_diaphragm(place)), step)
    spine = ellipsoid((place.x, place.y, np.zeros(1)), (4, 62, 0), (30, 30, 1e6))
    flesh = np.maximum(flesh, -spine)
    inner = below_diaphragm(place)
    room = cover(flesh)
    parts = image.copy()
    paint(parts, room, 52.0)
    paint(parts, cover(np.maximum(flesh + 3.0, inner + 4)), FAT + 6 * mottle)
    where = (place.x, place.y, place.z)
    liver = np.minimum(
        ellipsoid(where, (-56, -6, -112), (84, 86, 84)),
        ellipsoid(where, (22, -44, -118), (54, 34, 46)),
    )
    _paint_stomach(parts, place, mottle)
    spleen = np.maximum(ellipsoid(where, (92, 34, -104), (34, 46, 52), turn=-0.5), flesh + 3)
    paint(parts, cover(distance(spleen, step)), 122 + 3 * mottle)
    shape = distance(np.maximum(np.maximum(liver, flesh + 2.4), inner + 3), step)
    paint(parts, cover(shape), 112 + 3.5 * mottle)
    veins = parts.copy()
    paint_tubes(veins, place.grid, z, segments=HEPATIC, value=150.0)
    paint(parts, cover(shape + 3), veins)
    paint_tubes(parts, place.grid, z, segments=(*AORTA, *VEINS[-1:]), value=BLOOD - 12)
    paint(image, room, parts)


def _paint_stomach(image: Field, place: Place, mottle: Field) -> None:
    where = (place.x, place.y, place.z)
    outer = ellipsoid(where, (64, -26, -112), (42, 42, 52), turn=-0.2)
    paint(image, cover(outer), 78.0)
    level = smooth_step(place.y, -44.5, -43.0)
    paint(image, cover(outer + 4.2), -965 + level * (965 + 22 + 7 * mottle))


HEPATIC = (
    *tube([(-24, -2, -66), (-60, 4, -84), (-104, 10, -104)], [5.5, 4.5, 2.5]),
    *tube([(-24, -2, -66), (-44, -34, -84), (-62, -58, -100)], [5.5, 4, 2.2]),
    *tube([(-22, -6, -68), (4, -36, -90), (28, -50, -104)], [5, 3.6, 2.0]),
    *tube([(-60, 4, -84), (-82, 36, -104)], [3.6, 2.2]),
    *tube([(-60, 4, -84), (-90, -24, -98), (-108, -34, -112)], [3.2, 2.4, 1.6]),
    *tube([(-30, 6, -112), (-58, 14, -100), (-84, 22, -92)], [5.5, 4, 2.4]),
    *tube([(-58, 14, -100), (-72, -14, -92), (-86, -40, -88)], [3.4, 2.6, 1.6]),
)
"""The liver's veins."""

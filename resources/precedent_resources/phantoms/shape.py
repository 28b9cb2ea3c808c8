"""The outlines that decide what lies where: body, rib cage, mediastinum, diaphragm, lungs.

Each is an implicit function: negative inside, about millimetres near its border.
"""

from dataclasses import dataclass

import numpy as np

from precedent_resources.phantoms.fields import Field, Grid, blend, ellipsoid, smooth_step

CAGE_X, CAGE_Y, CAGE_CENTER_Y = 127.0, 88.0, -6.0
"""Half axes of the inner chest wall where it is widest."""


@dataclass(frozen=True, slots=True)
class Place:
    """Coordinates of one slice, already bent; `height` is the plain z."""

    x: Field
    y: Field
    z: Field
    grid: Grid
    height: float


def cage_scale(z: Field) -> Field:
    """Give the width of the rib cage relative to its widest: it closes towards the apices."""
    scale: Field = 1 - 0.52 * np.clip((z - 10) / 120, 0, 1.2) ** 2
    return scale


def cage_radius(place: Place) -> Field:
    """Give the distance from the chest's axis, 1 on the inner chest wall."""
    y = place.y - CAGE_CENTER_Y - 10 * np.clip((place.z - 20) / 100, 0, 1)
    flat = (np.abs(place.x / CAGE_X) ** 2.3 + np.abs(y / CAGE_Y) ** 2.3) ** (1 / 2.3)
    radius: Field = flat / cage_scale(place.z)
    return radius


def chest_wall(place: Place) -> Field:
    """Give the inner chest wall."""
    return (cage_radius(place) - 1) * 100 * cage_scale(place.z)


def body(place: Place) -> Field:
    """Give the skin."""
    widen = 1 + 0.035 * np.clip((place.z - 20) / 90, 0, 1)
    radius = (np.abs(place.x / (162 * widen)) ** 2.5 + np.abs((place.y - 4) / 112) ** 2.5) ** (
        1 / 2.5
    )
    # The groove over the spine and the hollow over the breastbone.
    groove = 5 * np.exp(-((place.x / 16) ** 2)) * smooth_step(np.abs(place.y), 40, 100)
    return (radius - 1) * 130 + groove


def dome(place: Place) -> Field:
    """Give the height of the diaphragm: two domes, the right one higher."""
    heights = []
    for (x, y), (rx, ry), top in (((-62, -8), (80, 98), 84.0), ((66, -2), (72, 92), 74.0)):
        rest = 1 - ((place.x - x) / rx) ** 2 - ((place.y - y) / ry) ** 2
        heights.append(-124 + top * np.sqrt(np.clip(rest, 0, None)))
    return -blend(-heights[0], -heights[1], 8.0)


def below_diaphragm(place: Place) -> Field:
    """Give what lies under the diaphragm, by its height alone."""
    return place.z - dome(place)


def mediastinum(place: Place) -> Field:
    """Give what lies between the lungs: vessels, heart, spine and the fat about them."""
    taper = 1 - 0.72 * smooth_step(-place.y, 34, 72)
    width = (25 + 5 * np.exp(-(((place.z - 20) / 30) ** 2))) * taper
    middle = np.maximum(np.abs(place.x - 1) - width, np.abs(place.y + 18) - 76)
    spine = ellipsoid((place.x, place.y, np.zeros(1)), (0, 68, 0), (25, 27, 1e6))
    aorta = ellipsoid((place.x, place.y, np.zeros(1)), (21, 44, 0), (16, 16, 1e6))
    aorta = np.where(place.z > 45, aorta + (place.z - 45), aorta)
    joined = blend(blend(middle, spine, 9.0), aorta, 6.0)
    return blend(joined, heart(place, 4.0), 7.0)


def heart(place: Place, grow: float = 0.0) -> Field:
    """Give the heart with its sac, widened by `grow`."""
    where = (place.x, place.y, place.z)
    apex = ellipsoid(where, (27, -32, -48), (56, 38, 46), turn=-0.55)
    base = ellipsoid(where, (-8, -20, -32), (40, 40, 40))
    return blend(apex, base, 14.0) - grow


def lung_field(place: Place) -> Field:
    """Give both lungs: inside the cage, outside the mediastinum, above the diaphragm."""
    hollow = np.maximum(chest_wall(place), -mediastinum(place))
    return np.maximum(hollow, -0.75 * below_diaphragm(place))

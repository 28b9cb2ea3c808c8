"""Pixel values of the generated studies: smooth anatomy-like fields with noise. No Qt.

The noise decides what a codec can do; with a deviation of 20 a CT shrinks to about 40 %, as real
ones do.
"""

import numpy as np
from numpy.typing import NDArray

CT_SIDE = 512
CINE_SIDE = 512
MAMMOGRAM_ROWS, MAMMOGRAM_COLUMNS = 4096, 3328
NOISE = 20.0
SEED = 20240917


def ct_slice(number: int) -> NDArray[np.uint16]:
    """Give one slice: (512, 512), values of air to bone plus 1024, other noise in each."""
    return _slice(number, _noise(number))


def _slice(number: int, noise: NDArray[np.float32]) -> NDArray[np.uint16]:
    rows, columns = np.ogrid[:CT_SIDE, :CT_SIDE]
    x, y = (columns - 255.5) / 230, (rows - 255.5) / 190
    radius = x * x + y * y
    phase = number / 40
    tissue = 1060 + 60 * np.sin(6 * x + phase) * np.cos(5 * y - phase)
    bone = 700.0 * (np.abs(radius - 0.8) < 0.06)
    body = np.where(radius < 1, tissue + bone, 24.0)
    values: NDArray[np.uint16] = np.clip(body + noise, 0, 4095).astype(np.uint16)
    return values


def _noise(number: int) -> NDArray[np.float32]:
    random = np.random.default_rng((SEED, number))
    drawn = random.standard_normal((CT_SIDE, CT_SIDE), dtype=np.float32)
    return drawn * np.float32(NOISE)


def cine_frame(number: int) -> NDArray[np.uint8]:
    """Give one ultrasound frame: (512, 512, 3) RGB, grey speckle in a fan and a patch of flow."""
    random = np.random.default_rng((SEED, number))
    rows, columns = np.ogrid[:CINE_SIDE, :CINE_SIDE]
    angle = np.arctan2(columns - 256, rows + 60)
    depth = np.hypot(columns - 256, rows + 60)
    fan = (np.abs(angle) < 0.7) & (depth > 90) & (depth < 540)
    speckle = random.rayleigh(40, (CINE_SIDE // 4, CINE_SIDE // 4)).repeat(4, 0).repeat(4, 1)
    wall = 60 * np.sin(depth / 18 + number / 4)
    grey = np.clip(np.where(fan, speckle + wall, 0), 0, 255)
    frame = np.repeat(grey[:, :, np.newaxis], 3, axis=2)
    flow = fan & (np.hypot(columns - 256, rows - 260 - 20 * np.sin(number / 6)) < 40)
    frame[flow, 0] = 220
    frame[flow, 2] = 40
    painted: NDArray[np.uint8] = frame.astype(np.uint8)
    return painted


def mammogram() -> NDArray[np.uint16]:
    """Give one mammogram: (4096, 3328), 12 bits, a breast before a dark background."""
    random = np.random.default_rng(SEED)
    rows, columns = np.ogrid[:MAMMOGRAM_ROWS, :MAMMOGRAM_COLUMNS]
    radius = np.hypot(columns / 2600, (rows - 2048) / 1800)
    breast = np.where(radius < 1, 900 + 1800 * np.sqrt(np.clip(1 - radius, 0, 1)), 30.0)
    grain = random.standard_normal(
        (MAMMOGRAM_ROWS, MAMMOGRAM_COLUMNS), dtype=np.float32
    ) * np.float32(25)
    values: NDArray[np.uint16] = np.clip(breast + grain, 0, 4095).astype(np.uint16)
    return values

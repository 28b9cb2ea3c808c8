"""How like two pictures are, and in which order shots are sent. No model is needed.

The likeness here is the plugin's own, small and exact: it works before an engine is started and is
the same on every machine. A descriptor of a picture joins three unit vectors:

- structure: the picture in 16 x 16 grey cells (area mean), less its mean, 256 numbers: what lies
  where;
- edges: eight histograms of gradient directions over 4 x 4 cells, 128 numbers: what shapes lie
  where, whatever the brightness;
- colour: a histogram of 4 x 4 x 4 RGB bins, square roots, 64 numbers: stain and window.

Likeness is the weighted mean of the three cosines, cut to 0..1. The same pixels give exactly 1.
It orders shots; it proves nothing about what the pictures show.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from precedent_plugin.cases import Case

OrderPolicy = Literal["most-similar-last", "most-similar-first", "by-hand"]
ORDER_POLICIES: Final[tuple[OrderPolicy, ...]] = (
    "most-similar-last",
    "most-similar-first",
    "by-hand",
)
Descriptor = NDArray[np.float32]
"""(448,): structure, edges and colour, each of length 1 (or 0 where a picture has none of it)."""

GRID: Final = 16
CELLS: Final = 4
DIRECTIONS: Final = 8
COLOUR_BINS: Final = 4
PARTS: Final = (
    (slice(0, 256), 0.4),
    (slice(256, 384), 0.35),
    (slice(384, 448), 0.25),
)
"""Where each part lies in a descriptor, and its weight; the weights sum to 1."""


@dataclass(frozen=True, slots=True)
class ArrangedShot:
    """A shot of the tray with its likeness and its place in the prompt."""

    case: Case
    muted: bool
    likeness: float | None
    """0..1 to the picture that is asked about; None when there is none."""
    number: int
    """Place in the prompt, from 1; 0 when it is muted and not sent."""
    pinned: bool = False
    """Stays whatever number of shots is chosen."""


def describe(pixels: NDArray[np.uint8]) -> Descriptor:
    """Give the descriptor of a picture, (rows, columns, 3).

    Pictures are brought to 64 x 64 by area means first, so cost does not grow with their size.
    """
    small = np.asarray(
        Image.fromarray(pixels).resize((64, 64), Image.Resampling.BOX), dtype=np.float32
    )
    grey = small @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    cells = grey.reshape(GRID, 4, GRID, 4).mean(axis=(1, 3)).ravel()
    parts = (_unit(cells - cells.mean()), _unit(_edges(grey)), _unit(_colours(small)))
    return np.concatenate(parts).astype(np.float32)


@lru_cache(maxsize=512)
def describe_png(png: bytes) -> Descriptor:
    """Give the descriptor of an encoded picture; the same bytes are described once."""
    with Image.open(io.BytesIO(png)) as picture:
        return describe(np.asarray(picture.convert("RGB")))


def likeness(one: Descriptor, other: Descriptor) -> float:
    """Say how like two pictures are, 0..1; a picture is 1 to itself."""
    total = 0.0
    for part, weight in PARTS:
        if not one[part].any() and not other[part].any():
            total += weight  # both lack it, as two blank pictures lack edges: alike in that
        else:
            total += weight * float(one[part] @ other[part])
    return min(1.0, max(0.0, total))


def order_shots(
    cases: Sequence[Case], policy: OrderPolicy, likenesses: Sequence[float] | None
) -> tuple[Case, ...]:
    """Give the cases in the order in which they are sent.

    likenesses: one a case, or None when nothing is known of the picture: the order then stays.
    Equal ones keep the reader's order. Models lean on the last shot most, so the most similar
    stands there by default.
    """
    if policy == "by-hand" or likenesses is None:
        return tuple(cases)
    sign = 1 if policy == "most-similar-last" else -1
    ranked = sorted(zip(likenesses, cases, strict=True), key=lambda pair: sign * pair[0])
    return tuple(case for _, case in ranked)


def muting(shots: Sequence[ArrangedShot], wanted: int) -> dict[str, bool]:
    """Say which shots to mute or to send again so that the `wanted` most alike are sent.

    Only what changes is named. Shots of unknown likeness count as least alike; pinned ones are sent
    before all others, and go only when there are more of them than wanted.
    """

    def rank(shot: ArrangedShot) -> tuple[bool, float]:
        return shot.pinned, shot.likeness or 0.0

    active = [shot for shot in shots if not shot.muted]
    muted = [shot for shot in shots if shot.muted]
    if wanted < len(active):
        least = sorted(active, key=rank)
        return {shot.case.id: True for shot in least[: len(active) - wanted]}
    most = sorted(muted, key=rank, reverse=True)
    return {shot.case.id: False for shot in most[: wanted - len(active)]}


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 1e-6 else np.zeros_like(vector)


def _edges(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Histogram gradient directions, unsigned, weighted by strength, in 4 x 4 cells."""
    down, right = np.gradient(grey)
    strength = np.hypot(down, right)
    angle = np.mod(np.arctan2(down, right), np.pi)
    direction = np.minimum((angle / np.pi * DIRECTIONS).astype(int), DIRECTIONS - 1)
    side = grey.shape[0] // CELLS
    rows, columns = np.indices(grey.shape) // side
    place = (rows * CELLS + columns) * DIRECTIONS + direction
    length = CELLS * CELLS * DIRECTIONS
    return np.bincount(place.ravel(), strength.ravel(), minlength=length).astype(np.float32)


def _colours(small: NDArray[np.float32]) -> NDArray[np.float32]:
    bins = (small / 256 * COLOUR_BINS).astype(int)
    place = (bins[..., 0] * COLOUR_BINS + bins[..., 1]) * COLOUR_BINS + bins[..., 2]
    counts = np.bincount(place.ravel(), minlength=COLOUR_BINS**3)
    return np.sqrt(counts).astype(np.float32)

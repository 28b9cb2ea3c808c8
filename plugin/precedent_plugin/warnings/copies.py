"""Finds copies of a picture: with another window, inverted, mirrored, turned or cropped.

A hash of the whole picture finds re-windowed copies and misses crops; so the pictures are laid over
each other instead, by orientation correlation: a pixel counts by the direction of its grey-level
gradient alone, as a unit complex number, and flat ground does not count. A window is a rising
function of the values, so it leaves directions as they are; inversion turns them all about. For
each mirroring, quarter turn and scale one Fourier transform gives the agreement at every shift; the
best places are then looked at again in finer pixels.

Agreement is the mean cosine between the directions where both pictures have one: 1 for the same
pixels. Source: A. J. Fitch et al., Orientation Correlation, BMVC 2002.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GreyImage = NDArray[np.float32]
Directions = NDArray[np.complex64]
"""(rows, columns): unit gradients, 0 on flat ground."""
Spectrum = NDArray[np.complexfloating]

COARSE: Final = 40
FINE: Final = 80
"""Pixels along the longest side at the first look and at the second."""
FLAT: Final = 3.0
"""Grey levels a pixel; a weaker gradient has no direction worth counting."""
SCALES: Final = tuple(1.08**-step for step in range(13))
"""A crop may leave down to 40 % of each side."""
NEAR: Final = (0.95, 0.975, 1.0, 1.025, 1.05)
"""Around a scale, at the second look."""
VARIANTS: Final = 8
"""Four quarter turns, then the same mirrored."""
CANDIDATES: Final = 4
SHARE: Final = 0.4
"""The least part of the smaller view's directions that must meet others."""
LEAST: Final = 60
"""Directions that must meet at the first look; four times as many at the second."""
TELLING: Final = 750
"""Directions that tell a picture from others of its kind. A cell or a disc has fewer, and any other
one agrees with it at some shift: so they count as one only as whole pictures, when they are sure.
"""
IS_SURE: Final = 0.97
"""Agreement from which two pictures count as one view whatever else is true."""
IS_LIKELY: Final = 0.8
STANDS_OUT: Final = 0.12
"""From `IS_LIKELY` on they count as one if no other turning agrees nearly as well. The chests of
two people agree to 0.77, round cells to 0.94 however one is turned."""


@dataclass(frozen=True, slots=True)
class Copy:
    """How one picture is a copy of another."""

    agreement: float
    """`IS_LIKELY` to 1."""
    scale: float
    """Side of the smaller view in the larger one; 1 for the same view."""
    is_mirrored: bool = False
    is_turned: bool = False
    is_inverted: bool = False

    @property
    def words(self) -> str:
        """What was done to it: "a mirrored, cropped copy"."""
        done = {
            "inverted": self.is_inverted,
            "mirrored": self.is_mirrored,
            "turned": self.is_turned,
            "cropped": self.scale < SCALES[1],
        }
        how = ", ".join(word for word, is_so in done.items() if is_so)
        article = "an" if how.startswith("i") else "a"
        return f"{article} {how} copy" if how else "a copy"


class _Place(NamedTuple):
    """Where the smaller view fits best into the larger one, at one scale and variant."""

    agreement: float
    """Signed: below 0 where the copy is inverted."""
    met: int
    """Directions that met others."""
    scale: float
    variant: int
    is_swapped: bool
    """The first picture is the smaller view."""
    shift: tuple[int, int]
    """Rows and columns by which the smaller view lies further down and right."""

    @property
    def is_whole(self) -> bool:
        """Whether the two views cover each other."""
        return self.scale > min(NEAR) and max(map(abs, self.shift)) <= 1


class _Match(NamedTuple):
    """The best shift of one view."""

    agreement: float
    met: int
    shift: tuple[int, int]


class _Large(NamedTuple):
    """The larger view, transformed: its directions and where it has some."""

    directions: Spectrum
    known: Spectrum
    side: int
    """Of the square in which both are transformed."""


@lru_cache(maxsize=256)
def find_copy(first: bytes, second: bytes) -> Copy | None:
    """Say how two encoded pictures are copies of each other, None when they are not."""
    pictures = (first, second)
    rough = [
        place
        for is_swapped in (False, True)
        for place in _look(pictures, is_swapped=is_swapped, side=COARSE)
    ]
    rough.sort(key=lambda place: -abs(place.agreement))
    fine = [
        found for place in rough[:CANDIDATES] for found in _look(pictures, near=place, side=FINE)
    ]
    best = max(fine, key=lambda place: abs(place.agreement), default=None)
    if best is None or not _is_copy(pictures, best, rough):
        return None
    return Copy(
        agreement=min(1.0, abs(best.agreement)),
        scale=best.scale,
        is_mirrored=best.variant >= VARIANTS // 2,
        is_turned=best.variant % (VARIANTS // 2) != 0,
        is_inverted=best.agreement < 0,
    )


def _is_copy(pictures: tuple[bytes, bytes], best: _Place, rough: Sequence[_Place]) -> bool:
    """Judge the best place; `rough` has the others, the best of them first."""
    agreement = abs(best.agreement)
    if best.met < TELLING:
        return agreement >= IS_SURE and best.is_whole
    if not IS_LIKELY <= agreement < IS_SURE:
        return agreement >= IS_SURE
    others = {place.variant: place for place in reversed(rough) if place.variant != best.variant}
    return all(
        agreement - abs(found.agreement) >= STANDS_OUT
        for place in others.values()
        for found in _look(pictures, near=place, side=FINE)
    )


def _look(
    pictures: tuple[bytes, bytes],
    *,
    side: int,
    near: _Place | None = None,
    is_swapped: bool = False,
) -> Iterator[_Place]:
    """Give the best place of each scale and variant, of all of them or of those near a place."""
    swapped = is_swapped if near is None else near.is_swapped
    scales = SCALES if near is None else tuple(min(1.0, near.scale * step) for step in NEAR)
    variants = range(VARIANTS) if near is None else (near.variant,)
    least = LEAST * (side // COARSE) ** 2
    held, small = pictures[::-1] if swapped else pictures
    large = _transformed(held, side)
    for scale in dict.fromkeys(scales):
        views = [directions(view) for view in _variants(_scaled(small, side, scale), variants)]
        found = _agreements(large, views, least)
        for variant, match in zip(variants, found, strict=True):
            if match.agreement:
                yield _Place(match.agreement, match.met, scale, variant, swapped, match.shift)


def _agreements(large: _Large, views: Sequence[Directions], least: int) -> list[_Match]:
    """Match each view at its best shift; the agreement is 0 where too few directions meet."""
    square = (large.side, large.side)
    placed = np.zeros((len(views), *square), dtype=np.complex64)
    for at, view in enumerate(views):
        placed[at, : view.shape[0], : view.shape[1]] = view
    known = (placed != 0).astype(np.float32)
    cosines = np.fft.ifft2(large.directions * np.conj(np.fft.fft2(placed))).real
    met = np.fft.irfft2(large.known * np.conj(np.fft.rfft2(known)), s=square)
    enough = np.maximum(least, SHARE * known.sum(axis=(1, 2)))[:, None, None]
    agreement = np.where(met >= enough, cosines / np.maximum(met, 1), 0).reshape(len(views), -1)
    counts = met.reshape(len(views), -1)
    return [
        _Match(float(row[place]), round(float(count[place])), _shift(int(place), large.side))
        for row, count, place in zip(
            agreement, counts, np.abs(agreement).argmax(axis=1), strict=True
        )
    ]


def _shift(place: int, side: int) -> tuple[int, int]:
    """Give the shift of a place in a correlation that wraps around."""
    rows, columns = divmod(place, side)
    return (rows + side // 2) % side - side // 2, (columns + side // 2) % side - side // 2


def directions(grey: GreyImage) -> Directions:
    """Give the direction of each pixel's gradient as a unit complex number, 0 on flat ground.

    The outermost pixels have none: a crop's edge is no edge of the picture.
    """
    down, right = np.gradient(grey)
    steep = np.hypot(down, right)
    units = np.where(steep > FLAT, (right + 1j * down) / np.maximum(steep, 1e-6), 0)
    units[[0, -1], :] = 0
    units[:, [0, -1]] = 0
    return units.astype(np.complex64)


def _transformed(png: bytes, side: int) -> _Large:
    found = directions(_scaled(png, side, 1.0))
    square = (2 * side, 2 * side)
    known = (found != 0).astype(np.float32)
    return _Large(np.fft.fft2(found, square), np.fft.rfft2(known, square), 2 * side)


def _variants(grey: GreyImage, variants: Sequence[int]) -> Iterator[GreyImage]:
    for variant in variants:
        turned = np.rot90(grey, variant % (VARIANTS // 2))
        yield turned[:, ::-1] if variant >= VARIANTS // 2 else turned


@lru_cache(maxsize=512)
def _scaled(png: bytes, side: int, scale: float) -> GreyImage:
    """Give a picture in grey, its longest side `side * scale` pixels, (rows, columns)."""
    whole = _grey(png)
    rows, columns = whole.shape
    step = side * scale / max(rows, columns)
    size = max(4, round(columns * step)), max(4, round(rows * step))
    way = Image.Resampling.BOX if step < 1 else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(whole).resize(size, way), dtype=np.float32)


@lru_cache(maxsize=32)
def _grey(png: bytes) -> GreyImage:
    """Decode a picture into grey, at most 4 x `FINE` pixels along its longest side."""
    with Image.open(io.BytesIO(png)) as picture:
        grey = picture.convert("L")
        grey.thumbnail((4 * FINE, 4 * FINE), Image.Resampling.BOX, reducing_gap=2.0)
        return np.asarray(grey, dtype=np.float32)

"""Finds copies of a picture: with another window, inverted, mirrored, turned or cropped.

A hash of the whole picture finds re-windowed copies and misses crops; so the pictures are laid over
each other instead, by orientation correlation: a pixel counts by the direction of its grey-level
gradient alone, and flat ground does not count. For each mirroring, quarter turn and scale one
Fourier transform gives the agreement at every shift; the best places are then looked at again in
finer pixels.

Agreement is the mean cosine between the directions where both pictures have one: 1 for the same
pixels. Source: A. J. Fitch et al., Orientation Correlation, BMVC 2002.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from precedent_plugin.warnings.directions import VARIANTS, directions_at, turned

Spectrum = NDArray[np.complexfloating]

COARSE: Final = 40
FINE: Final = 80
"""Pixels along the longest side at the first look and at the second."""
SCALES: Final = tuple(1.08**-step for step in range(13))
"""A crop may leave down to 40 % of each side."""
NEAR: Final = (0.95, 0.975, 1.0, 1.025, 1.05)
"""Around a scale, at the second look."""
CANDIDATES: Final = 4
LEAST: Final = 60
"""Directions that must meet at the first look; four times as many at the second."""
SHARE: Final = 0.4
"""The least part of the smaller view's directions that must meet others, at the second look."""
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
    """Where the smaller view may lie in the larger one: the best of a scale and a variant."""

    agreement: float
    """Signed: below 0 where the copy is inverted. At the first look a lower bound."""
    scale: float
    variant: int
    is_swapped: bool
    """The first picture is the smaller view."""
    met: int = 0
    """Directions that met others, at the second look."""
    shift: tuple[int, int] = (0, 0)
    """Rows and columns by which the smaller view lies further down and right."""

    @property
    def is_whole(self) -> bool:
        """Whether the two views cover each other."""
        return self.scale > min(NEAR) and max(map(abs, self.shift)) <= 1


@lru_cache(maxsize=256)
def find_copy(first: bytes, second: bytes) -> Copy | None:
    """Say how two encoded pictures are copies of each other, None when they are not."""
    pictures = (first, second)
    rough = [
        place for swapped in (False, True) for place in _first_look(pictures, is_swapped=swapped)
    ]
    rough.sort(key=lambda place: -abs(place.agreement))
    fine = [found for place in rough[:CANDIDATES] for found in _second_look(pictures, place)]
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
        for found in _second_look(pictures, place)
    )


def _first_look(pictures: tuple[bytes, bytes], *, is_swapped: bool) -> Iterator[_Place]:
    """Give the best shift of each scale and variant, by all of the smaller view's directions."""
    held, small = pictures[::-1] if is_swapped else pictures
    large = np.conj(_spectra(held, 1.0)[0])
    for scale in SCALES:
        cosines = np.fft.ifft2(large * _spectra(small, scale)).real.reshape(VARIANTS, -1)
        count = max(LEAST, int(np.count_nonzero(directions_at(small, COARSE, scale))))
        for variant, row in enumerate(cosines):
            yield _Place(float(row[np.abs(row).argmax()]) / count, scale, variant, is_swapped)


def _second_look(pictures: tuple[bytes, bytes], near: _Place) -> Iterator[_Place]:
    """Give the best shift of the scales near a place, by the directions that meet others."""
    held, small = pictures[::-1] if near.is_swapped else pictures
    square = (2 * FINE, 2 * FINE)
    large = directions_at(held, FINE)
    spectrum, known = np.fft.fft2(large, square), np.fft.rfft2(_known(large), square)
    for scale in sorted({min(1.0, near.scale * step) for step in NEAR}):
        view = turned(directions_at(small, FINE, scale), near.variant)
        here = _known(view)
        cosines = np.fft.ifft2(spectrum * np.conj(np.fft.fft2(view, square))).real
        met = np.fft.irfft2(known * np.conj(np.fft.rfft2(here, square)), s=square)
        least = max(LEAST * (FINE // COARSE) ** 2, SHARE * float(here.sum()))
        agreement = np.where(met >= least, cosines / np.maximum(met, 1), 0)
        place = np.unravel_index(np.abs(agreement).argmax(), square)
        if agreement[place]:
            rows, columns = (
                (int(at) + FINE) % (2 * FINE) - FINE
                for at in place  # it wraps around
            )
            yield near._replace(
                agreement=float(agreement[place]),
                scale=scale,
                met=round(float(met[place])),
                shift=(rows, columns),
            )


@lru_cache(maxsize=len(SCALES) * 10)
def _spectra(png: bytes, scale: float) -> Spectrum:
    """Give every variant of a picture at the first look, transformed and conjugated.

    (8, 80, 80), 5 MB for all scales; a tray of eight and its picture stay at hand.
    """
    field = directions_at(png, COARSE, scale)
    placed = np.zeros((VARIANTS, 2 * COARSE, 2 * COARSE), dtype=np.complex64)
    for variant in range(VARIANTS):
        view = turned(field, variant)
        placed[variant, : view.shape[0], : view.shape[1]] = view
    spectra: Spectrum = np.conj(np.fft.fft2(placed))
    return spectra


def _known(field: NDArray[np.complex64]) -> NDArray[np.float32]:
    known: NDArray[np.float32] = (field != 0).astype(np.float32)
    return known

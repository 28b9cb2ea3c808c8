"""What a model's own probability is worth on a casebook, and below which it should not answer.

Sources: Guo et al. 2017 (arXiv 1706.04599) for the reliability diagram and the expected calibration
error; El-Yaniv and Wiener 2010 for risk and coverage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from precedent_plugin.casebook_check.accuracy import ENOUGH, interval
from precedent_plugin.casebook_check.trials import Trial

BINS: Final = 10
WANTED_SHARE: Final = 0.9
"""Of the given answers that should be right at the working point."""


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The answers whose probability lies in one tenth of 0..1."""

    low: float
    high: float
    cases: int
    confidence: float
    """Mean of the probabilities."""
    share: float
    """Of right answers."""


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """What happens when only the surest answers are given."""

    threshold: float
    """The smallest probability that still is answered."""
    coverage: float
    """Questions that are answered, 0..1."""
    share: float
    """Of right answers among them, 0..1."""
    low: float
    """Of its interval of 95 %."""
    high: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How probability and being right go together."""

    bins: tuple[ReliabilityBin, ...]
    """Those that hold answers, from the lowest."""
    error: float
    """Expected calibration error, 0..1, over `BINS` equal bins."""
    risk: tuple[RiskPoint, ...]
    """From answering everything to answering least; one point for each distinct probability."""
    working_point: RiskPoint | None
    """The most answers of which nine in ten were right; None when there are too few cases, or when
    no threshold reaches that."""


def calibrate(trials: Sequence[Trial]) -> Calibration:
    """Measure the trials of one number of shots."""
    confidence = np.array([trial.confidence for trial in trials])
    right = np.array([trial.is_right for trial in trials])
    bins = _bins(confidence, right)
    error = sum(one.cases * abs(one.confidence - one.share) for one in bins) / len(trials)
    risk = _risk(trials)
    return Calibration(bins, float(error), risk, _working_point(trials, risk))


def _bins(
    confidence: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    right: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> tuple[ReliabilityBin, ...]:
    """Sort answers into equal bins; 1 itself belongs to the last."""
    numbers = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(
        ReliabilityBin(
            int(number) / BINS,
            (int(number) + 1) / BINS,
            int((numbers == number).sum()),
            float(confidence[numbers == number].mean()),
            float(right[numbers == number].mean()),
        )
        for number in np.unique(numbers)
    )


def _risk(trials: Sequence[Trial]) -> tuple[RiskPoint, ...]:
    found = []
    for threshold in sorted({trial.confidence for trial in trials}):
        given = [trial for trial in trials if trial.confidence >= threshold]
        right = [trial.is_right for trial in given]
        low, high = interval(right, [trial.group for trial in given])
        share = sum(right) / len(right)
        found.append(RiskPoint(threshold, len(given) / len(trials), share, low, high))
    return tuple(found)


def _working_point(trials: Sequence[Trial], risk: Sequence[RiskPoint]) -> RiskPoint | None:
    if len(trials) < ENOUGH:
        return None
    return next((point for point in risk if point.share >= WANTED_SHARE), None)

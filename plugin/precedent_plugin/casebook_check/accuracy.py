"""How often answers are right, how sure that is, and whether shots help.

Sources: Wilson 1927 for the interval of a proportion; where patients have several cases, a
bootstrap over patients (Field and Welsh 2007), since cases of one patient are right or wrong
together; McNemar 1947, exact, for two ways of asking the same cases.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.stats import binomtest

from precedent_plugin.casebook_check.trials import Trial
from precedent_plugin.plain import plain_words

LEVEL: Final = 0.95
SIGNIFICANT: Final = 1 - LEVEL
RESAMPLES: Final = 5_000
ENOUGH: Final = 50
"""Held-out cases below which nothing is concluded."""

Verdict = Literal["shots help here", "shots hurt here", "no difference shown", "too few"]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often the answers were right with a number of shots."""

    shot_count: int
    right: int
    cases: int
    low: float
    """Of the interval in which the true share lies with a probability of 95 %."""
    high: float

    @property
    def share(self) -> float:
        """Right answers, 0..1."""
        return self.right / self.cases


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often one answer was given where another was wanted."""

    wanted: str
    given: str
    cases: int


@dataclass(frozen=True, slots=True)
class Gain:
    """What shots change, against asking without any."""

    shot_count: int
    """The number with the most right answers; the smallest of equal ones."""
    better: int
    """Cases right with shots alone."""
    worse: int
    """Cases right without alone."""
    p_value: float
    """Of a difference as large by chance, exact and two-sided, times the numbers of shots among
    which the best was chosen."""
    verdict: Verdict


def accuracy(trials: Sequence[Trial], shot_count: int) -> Accuracy:
    """Count the right answers with `shot_count` shots, with their interval."""
    those = [trial for trial in trials if trial.shot_count == shot_count]
    right = sum(trial.is_right for trial in those)
    low, high = interval([trial.is_right for trial in those], [trial.group for trial in those])
    return Accuracy(shot_count, right, len(those), low, high)


def interval(right: Sequence[bool], groups: Sequence[int]) -> tuple[float, float]:
    """Give the interval of a share, 0..1: Wilson's, or a bootstrap where groups have several."""
    if len(set(groups)) == len(groups):
        found = binomtest(sum(right), len(right)).proportion_ci(LEVEL, method="wilson")
        return float(found.low), float(found.high)
    tally: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for is_right, group in zip(right, groups, strict=True):
        tally[group][0] += is_right
        tally[group][1] += 1
    counts = np.array(list(tally.values()))  # (groups, right and all)
    drawn = np.random.default_rng(0).integers(0, len(counts), (RESAMPLES, len(counts)))
    sums = counts[drawn].sum(axis=1)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], [SIGNIFICANT / 2, 1 - SIGNIFICANT / 2])
    return float(low), float(high)


def gain(trials: Sequence[Trial]) -> Gain:
    """Compare the best number of shots with none, case by case."""
    by_count: defaultdict[int, dict[str, bool]] = defaultdict(dict)
    for trial in trials:
        by_count[trial.shot_count][trial.case_id] = trial.is_right
    without = by_count.pop(0)
    best = max(by_count, key=lambda count: (sum(by_count[count].values()), -count))
    better = sum(by_count[best][case] and not right for case, right in without.items())
    worse = sum(right and not by_count[best][case] for case, right in without.items())
    chance = float(binomtest(better, better + worse).pvalue) if better + worse else 1.0
    p_value = min(1.0, chance * len(by_count))
    return Gain(best, better, worse, p_value, _verdict(len(without), better - worse, p_value))


def confusion(trials: Sequence[Trial], shot_count: int) -> tuple[Confusion, ...]:
    """Count which answers were given for which, the most frequent first."""
    pairs = Counter(
        (plain_words(trial.wanted), plain_words(trial.answer))
        for trial in trials
        if trial.shot_count == shot_count
    )
    ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Confusion(wanted, given, count) for (wanted, given), count in ordered)


def _verdict(cases: int, more_right: int, p_value: float) -> Verdict:
    if cases < ENOUGH:
        return "too few"
    if p_value >= SIGNIFICANT:
        return "no difference shown"
    return "shots help here" if more_right > 0 else "shots hurt here"

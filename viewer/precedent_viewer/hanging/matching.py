"""What a hanging protocol would show of a study, and why not the rest. No Qt.

Protocols are tried in the order of the list; the first that is on and fits is used. One fits when
the study passes its test and every series that it wants of this study is there; a prior may be
missing, as most patients' first studies have none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from precedent_viewer.hanging.rules import Rule, SeriesTest, StudyTest
from precedent_viewer.hanging.summaries import SeriesSummary, StudySummary, priors_of
from precedent_viewer.hanging.words import quoted


@dataclass(frozen=True, slots=True)
class PlaceResult:
    """What one viewport would show."""

    series: SeriesSummary | None = None
    study: StudySummary | None = None
    """Of which study it is."""
    reason: str = ""
    """Why nothing is shown, a sentence; "" when something is, or nothing was wanted."""


@dataclass(frozen=True, slots=True)
class Match:
    """A protocol held against a study."""

    rule: Rule
    study: StudySummary
    places: tuple[PlaceResult, ...]
    refusal: str = ""
    """Why the protocol is not for this study, a sentence."""
    lacks: str = ""
    """Which series of this study is missing, a sentence."""

    @property
    def fits(self) -> bool:
        """Whether the study would be hung like this."""
        return not self.refusal and not self.lacks

    @property
    def why_not(self) -> str:
        """Why it would not, a sentence; "" when it fits."""
        return self.refusal or self.lacks


def match(rule: Rule, study: StudySummary, others: Iterable[StudySummary] = ()) -> Match:
    """Hold a protocol against a study; priors are found among the others."""
    refusal = study_refusal(rule.study, study)
    if refusal:
        return Match(rule, study, tuple(PlaceResult() for _ in rule.places), refusal)
    ages = (study, *priors_of(study, others))
    places: list[PlaceResult] = []
    for place in rule.places:
        places.append(PlaceResult() if place.series is None else _fill(place.series, ages))
    missing = [
        result.reason
        for place, result in zip(rule.places, places, strict=True)
        if place.series is not None and place.series.age == 0 and result.series is None
    ]
    is_bare = all(result.series is None for result in places)
    lacks = missing[0] if missing else "Nothing would be shown." if is_bare else ""
    return Match(rule, study, tuple(places), "", lacks)


def best_match(
    rules: Sequence[Rule], study: StudySummary, others: Sequence[StudySummary] = ()
) -> Match | None:
    """Give the first protocol that is on and fits."""
    return next(iter(matches(rules, study, others)), None)


def matches(
    rules: Sequence[Rule], study: StudySummary, others: Sequence[StudySummary] = ()
) -> tuple[Match, ...]:
    """Give every protocol that is on and fits, in the order of the list."""
    tried = (match(rule, study, others) for rule in rules if rule.is_on)
    return tuple(one for one in tried if one.fits)


def study_refusal(test: StudyTest, study: StudySummary) -> str:
    """Say why a study does not pass; "" when it does."""
    lacking = [one for one in test.modalities if one not in study.modalities]
    if lacking:
        return f"The study has no {lacking[0]} series."
    parts = {one.body_part for one in study.series}
    if test.body_parts and not parts & set(test.body_parts):
        found = ", ".join(sorted(part for part in parts if part)) or "no body part"
        return f"The study names {found}, not {' or '.join(test.body_parts)}."
    absent = [word for word in test.words if word not in study.words]
    return f"{quoted(absent[:1], '')} is not in the study's description." if absent else ""


def passing(test: SeriesTest, series: Sequence[SeriesSummary]) -> tuple[SeriesSummary, ...]:
    """Give the series that pass, by number; `nth` and `age` are not asked."""
    return _narrow(test, series)[0]


def _fill(test: SeriesTest, ages: Sequence[StudySummary]) -> PlaceResult:
    if test.age >= len(ages):
        count = len(ages) - 1
        have = "No prior of this patient is" if count == 0 else f"Only {count} of its priors is"
        return PlaceResult(reason=f"{have} open.")
    study = ages[test.age]
    left, reason = _narrow(test, study.series)
    if len(left) >= test.nth:
        return PlaceResult(left[test.nth - 1], study)
    if left:
        reason = f"Only {len(left)} series {'fits' if len(left) == 1 else 'fit'}, not {test.nth}."
    return PlaceResult(study=study, reason=reason)


def _narrow(
    test: SeriesTest, series: Sequence[SeriesSummary]
) -> tuple[tuple[SeriesSummary, ...], str]:
    """Apply one condition after the other; say which of them left nothing."""
    left = sorted(series, key=lambda one: (one.number is None, one.number or 0))
    for passes, complaint in _conditions(test):
        kept = [one for one in left if passes(one)]
        if not kept:
            count = "no series" if not left else "1 series" if len(left) == 1 else \
                f"{len(left)} series"  # fmt: skip
            return (), f"Of {count} none {complaint}."
        left = kept
    return tuple(left), ""


Condition = tuple[Callable[[SeriesSummary], bool], str]


def _conditions(test: SeriesTest) -> tuple[Condition, ...]:
    """Give the conditions in the order in which a reader would name them."""
    said: list[Condition] = [(lambda _one: True, "is there")]
    if test.modality:
        said.append((lambda one: one.modality == test.modality, f"is {test.modality}"))
    if test.orientation:
        said.append((lambda one: one.orientation == test.orientation, f"is {test.orientation}"))
    if test.body_parts:
        said.append(
            (lambda one: one.body_part in test.body_parts, f"is of {' or '.join(test.body_parts)}")
        )
    if test.laterality:
        side = f"is of side {test.laterality}"
        said.append((lambda one: one.laterality == test.laterality, side))
    said += [(_has(word), f"has {quoted((word,), '')}") for word in test.words]
    said += [(_lacks(word), f"is without {quoted((word,), '')}") for word in test.without]
    return tuple(said)


def _has(word: str) -> Callable[[SeriesSummary], bool]:
    return lambda one: word in one.words


def _lacks(word: str) -> Callable[[SeriesSummary], bool]:
    return lambda one: word not in one.words

"""Make a hanging protocol of what is on the screen. No Qt.

A series is described by as little as tells it from the others of its study: modality and
orientation, then the fewest words that stand, or do not stand, in its description. Numbers in
descriptions are used last, as they tend to change from one examination to the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from precedent_viewer.hanging.matching import passing
from precedent_viewer.hanging.rules import (
    AS_IT_OPENS,
    LinkName,
    Look,
    Place,
    Rule,
    SeriesTest,
    StudyTest,
)
from precedent_viewer.hanging.summaries import SeriesSummary, StudySummary, priors_of, words_of
from precedent_viewer.views import Layout

CLEAR_ORIENTATIONS = frozenset({"axial", "coronal", "sagittal"})


@dataclass(frozen=True, slots=True)
class Shown:
    """What one viewport shows now."""

    series_uid: str | None
    look: Look = AS_IT_OPENS


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The screen as the reader has laid it out."""

    layout: Layout
    shown: tuple[Shown, ...]
    links: tuple[LinkName, ...] = ()


def main_study(
    demonstration: Demonstration, studies: Sequence[StudySummary]
) -> StudySummary | None:
    """Give the study that is hung: the newest of those on the screen."""
    uids = {one.series_uid for one in demonstration.shown}
    seen = [study for study in studies if uids & {series.uid for series in study.series}]
    return max(seen, key=lambda study: study.date, default=None)


def rule_from(demonstration: Demonstration, studies: Sequence[StudySummary]) -> Rule | None:
    """Make a protocol; None when nothing on the screen belongs to an open study.

    Series of studies that are neither the newest one nor its priors leave their viewports empty.
    """
    study = main_study(demonstration, studies)
    if study is None:
        return None
    ages = (study, *priors_of(study, studies))
    places = tuple(_place(shown, ages) for shown in demonstration.shown)
    uids = {one.series_uid for one in demonstration.shown}
    used = [one for one in study.series if one.uid in uids]
    test = StudyTest(
        modalities=tuple(sorted({one.modality for one in used if one.modality})),
        body_parts=tuple(sorted({one.body_part for one in used if one.body_part})),
    )
    return Rule(_name(test), demonstration.layout, places, test, demonstration.links)


def describe(target: SeriesSummary, study: StudySummary, age: int = 0) -> SeriesTest:
    """Say by as little as possible which series of a study is meant."""
    orientation = target.orientation if target.orientation in CLEAR_ORIENTATIONS else ""
    test = SeriesTest(modality=target.modality, orientation=orientation, age=age)
    rivals = _rivals(test, target, study)
    while rivals:
        better = _sharper(test, target, rivals)
        if better is None:
            break
        test = better
        rivals = _rivals(test, target, study)
    order = [one.uid for one in passing(test, study.series)]
    return replace(test, nth=order.index(target.uid) + 1)


def _place(shown: Shown, ages: Sequence[StudySummary]) -> Place:
    for age, study in enumerate(ages):
        for series in study.series:
            if series.uid == shown.series_uid:
                return Place(describe(series, study, age), shown.look)
    return Place()


def _rivals(
    test: SeriesTest, target: SeriesSummary, study: StudySummary
) -> tuple[SeriesSummary, ...]:
    return tuple(one for one in passing(test, study.series) if one.uid != target.uid)


def _sharper(
    test: SeriesTest, target: SeriesSummary, rivals: Sequence[SeriesSummary]
) -> SeriesTest | None:
    """Add the one condition that leaves the fewest rivals; None when none leaves fewer."""
    options = [*_word_options(test, target, rivals)]
    if target.body_part and not test.body_parts:
        options.append(replace(test, body_parts=(target.body_part,)))
    if target.laterality and not test.laterality:
        options.append(replace(test, laterality=target.laterality))
    # `min` keeps the first of equals: words that stand there, in their order, come before others.
    best = min(options, key=lambda one: len(passing(one, rivals)), default=None)
    return best if best is not None and len(passing(best, rivals)) < len(rivals) else None


def _word_options(
    test: SeriesTest, target: SeriesSummary, rivals: Sequence[SeriesSummary]
) -> list[SeriesTest]:
    mine = list(dict.fromkeys(words_of(target.description)))
    theirs = sorted({word for one in rivals for word in one.words} - set(mine))
    groups = [
        [replace(test, words=(*test.words, word)) for word in mine if word.isdigit() == is_number]
        + [
            replace(test, without=(*test.without, word))
            for word in theirs
            if word.isdigit() == is_number
        ]
        for is_number in (False, True)
    ]
    return groups[0] + groups[1]


def _name(test: StudyTest) -> str:
    kinds = " and ".join(test.modalities)
    parts = " and ".join(part.capitalize() for part in test.body_parts)
    return ", ".join(part for part in (kinds, parts) if part) or "Hanging"

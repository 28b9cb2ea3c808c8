"""The report of a casebook's check: as values, as JSON, as lines to read."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from precedent_plugin.casebook_check.accuracy import (
    ENOUGH,
    Accuracy,
    Confusion,
    Gain,
    accuracy,
    confusion,
    gain,
)
from precedent_plugin.casebook_check.calibration import WANTED_SHARE, Calibration, calibrate
from precedent_plugin.casebook_check.influences import (
    Confounder,
    HarmfulCase,
    confounders,
    core_set,
    harmful_cases,
)
from precedent_plugin.casebook_check.trials import Trial
from precedent_plugin.cases import Case
from precedent_plugin.references import CasePicture
from precedent_plugin.select import describe_png, likeness


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was found about a casebook and a model."""

    casebook: str
    model: str
    cases: int
    patients: int
    """Groups of cases that are of one patient, one study or one picture."""
    unknown_patients: int
    """Cases of which no patient and no study is known; each counts as a patient of its own."""
    accuracies: tuple[Accuracy, ...]
    gain: Gain
    confusion: tuple[Confusion, ...]
    """With the number of shots that was best."""
    calibration: Calibration
    """Likewise."""
    confounders: tuple[Confounder, ...]
    harmful: tuple[HarmfulCase, ...]
    core: tuple[str, ...]
    """Case ids by which the others are answered as well."""

    @property
    def is_enough(self) -> bool:
        """Whether there are enough held-out cases to conclude anything."""
        return self.cases >= ENOUGH


def make_report(
    casebook: str, model: str, items: Sequence[CasePicture], trials: Sequence[Trial]
) -> CheckReport:
    """Join what the trials of a whole casebook tell."""
    found = gain(trials)
    counts = sorted({trial.shot_count for trial in trials})
    best = [trial for trial in trials if trial.shot_count == found.shot_count]
    cases = [item.case for item in items]
    described = [describe_png(item.png) for item in items]
    return CheckReport(
        casebook=casebook,
        model=model,
        cases=len(items),
        patients=len({trial.group for trial in trials}),
        unknown_patients=sum(not _is_known(case) for case in cases),
        accuracies=tuple(accuracy(trials, count) for count in counts),
        gain=found,
        confusion=confusion(trials, found.shot_count),
        calibration=calibrate(best),
        confounders=confounders(cases),
        harmful=harmful_cases(trials),
        core=core_set(cases, lambda one, other: likeness(described[one], described[other])),
    )


def _is_known(case: Case) -> bool:
    return bool(case.provenance.patient_key or case.provenance.study_key)


def as_json(report: CheckReport) -> dict[str, Any]:
    """Give the report as the one JSON object of the command line."""
    document = asdict(report)
    for made, one in zip(document["accuracies"], report.accuracies, strict=True):
        made["share"] = one.share
    return document


def lines_of(report: CheckReport) -> Iterator[str]:
    """Give the report as lines to read."""
    yield f"{report.casebook}: {report.cases} cases of {report.patients} patients, {report.model}"
    if report.unknown_patients:
        yield (
            f"  No patient is known of {report.unknown_patients} of them: if some are of one "
            "patient, the shares below are too good."
        )
    for one in report.accuracies:
        yield (
            f"  {one.shot_count} shots: {one.right} of {one.cases} right, {one.share:.0%} "
            f"(95 % interval {one.low:.0%} to {one.high:.0%})"
        )
    yield from _verdict(report)
    yield from _calibration(report)
    for confounder in report.confounders:
        yield f"Look: {confounder.example} (V {confounder.strength:.2f})."
    for case in report.harmful:
        yield (
            f"Look: with case {case.case_id[:8]} in the prompt {case.wrong} of {case.uses} answers "
            "are wrong."
        )
    yield f"{len(report.core)} cases would answer the others as their nearest neighbours."


def _verdict(report: CheckReport) -> Iterator[str]:
    found = report.gain
    if found.verdict == "too few":
        yield f"Too few cases to conclude anything: {report.cases}; {ENOUGH} are needed."
        return
    yield (
        f"{found.verdict[0].upper()}{found.verdict[1:]}: with {found.shot_count} shots "
        f"{found.better} cases become right and {found.worse} wrong (p = {found.p_value:.2g})."
    )


def _calibration(report: CheckReport) -> Iterator[str]:
    found = report.calibration
    yield f"Expected calibration error with {report.gain.shot_count} shots: {found.error:.2f}."
    point = found.working_point
    if point is not None:
        yield (
            f"Answering from a probability of {point.threshold:.3f} on: {point.coverage:.0%} of "
            f"the questions, {point.share:.0%} of them right ({point.low:.0%} to "
            f"{point.high:.0%}, on the cases by which it was chosen)."
        )
    elif report.is_enough:
        yield f"No probability is high enough for {WANTED_SHARE:.0%} right answers."

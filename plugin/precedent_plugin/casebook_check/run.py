"""A whole check: ask, report, and keep what later answers need to know of it."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from precedent_plugin.casebook_check.kept import KeptCheck, content_of, keep
from precedent_plugin.casebook_check.report import CheckReport, make_report
from precedent_plugin.casebook_check.trials import Asks, TrialPlan, TrialRunner
from precedent_plugin.errors import UsageError
from precedent_plugin.references import CasePicture

LEAST_CASES: Final = 2


def runner_of(name: str, items: Sequence[CasePicture], plan: TrialPlan) -> TrialRunner:
    """Prepare the questions. Raises UsageError where there are not two cases."""
    if len(items) < LEAST_CASES:
        raise UsageError(
            f"The casebook “{name}” has {len(items)} cases; a check asks each of the others.",
            "Add cases to it.",
        )
    return TrialRunner(items, plan)


def check_library(
    found: tuple[str, str, Sequence[CasePicture]],
    plan: TrialPlan,
    folder: Path,
    connect: Callable[[], Asks],
    cancel: threading.Event,
    progress: Callable[[tuple[int, int]], object],
) -> CheckReport:
    """Check a casebook of a library and keep the result there.

    found: its name, its id and its cases. progress: gets questions done and in all. Raises
    UsageError, Cancelled, LibraryError and what the engine reports.
    """
    name, casebook_id, items = found
    runner = runner_of(name, items, plan)
    progress((0, runner.total))
    trials = runner.run(connect(), cancel, lambda done, total: progress((done, total)))
    report = make_report(name, plan.model, items, trials)
    keep(folder, casebook_id, plan.model, kept_of(report, items))
    return report


def kept_of(report: CheckReport, items: Sequence[CasePicture]) -> KeptCheck:
    """Give what an answer needs to know of a check."""
    point = report.calibration.working_point
    return KeptCheck(
        content_of([item.case for item in items]),
        report.gain.shot_count,
        report.gain.verdict,
        None if point is None else point.threshold,
        None if point is None else point.coverage,
        None if point is None else point.share,
    )

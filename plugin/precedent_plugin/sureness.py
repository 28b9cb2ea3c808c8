"""When an answer is sure enough to be given: by the threshold that a check of its casebook fitted.

The threshold holds for questions that are asked as the check asked them: references of that
casebook, as many of them, and the model choosing among the casebook's answers. Where a question is
asked otherwise, nothing is said of it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from precedent_inference.protocol import Answer, OptionScore
from precedent_plugin.casebook_check.kept import checked_casebooks, kept
from precedent_plugin.casebook_check.trials import answers_to
from precedent_plugin.cases import Case
from precedent_plugin.library import CaseLibrary


@dataclass(frozen=True, slots=True)
class Sureness:
    """What a check found of questions like this one."""

    casebook: str
    threshold: float
    """The smallest probability, among the options, that is answered."""
    share: float
    """Of right answers from there on, 0..1."""
    coverage: float
    """Of questions that reach it, 0..1."""
    options: tuple[str, ...]
    """The answers among which the model chooses."""

    def judge(self, answer: Answer) -> "Judged":
        """Compare an answer with the threshold."""
        ranked = tuple(sorted(answer.options, key=lambda one: -one.probability))
        return Judged(self, ranked, bool(ranked) and ranked[0].probability >= self.threshold)


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether an answer is sure enough, and what else it may be."""

    by: Sureness
    candidates: tuple[OptionScore, ...]
    """Most probable first."""
    is_sure: bool


def in_percent(probability: float) -> str:
    """Write a probability as percent, with as many nines as it takes: "90 %", "99.9996 %"."""
    if probability >= 1:
        return "100 %"
    digits = max(0, math.ceil(-math.log10(1 - probability)) - 2)
    cut = math.floor(probability * 10 ** (digits + 2)) / 10**digits
    return f"{cut:.{digits}f} %"


def find_sureness(
    library: CaseLibrary, model: str, shots: Sequence[Case], question: str
) -> Sureness | None:
    """Give the threshold for a question, None where no check covers it. Raises LibraryError."""
    if not shots:
        return None
    wanted = {case.id for case in shots}
    checked = checked_casebooks(library.folder, model)
    for casebook in library.casebooks() if checked else ():
        if casebook.id not in checked:
            continue
        cases = library.cases(casebook=casebook.id)
        check = kept(library.folder, casebook.id, model, cases)
        if check is None or check.threshold is None or check.shot_count != len(shots):
            continue
        options = answers_to(question, cases)
        if options and wanted <= {case.id for case in cases}:
            return Sureness(
                casebook.name,
                check.threshold,
                check.share or 0.0,
                check.coverage or 0.0,
                options,
            )
    return None

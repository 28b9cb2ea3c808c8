"""What in a casebook deserves a look: cases that mislead, labels that go with something else, and
cases that could be left out.

Sources: Cramér 1946 for the association of two properties; Hart 1968 (condensed nearest neighbour)
for the core.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import binomtest, chi2_contingency
from scipy.stats.contingency import association

from precedent_plugin.casebook_check.trials import Trial
from precedent_plugin.cases import Case
from precedent_plugin.plain import plain_words

SIGNIFICANT: Final = 0.05
STRONG: Final = 0.5
"""Cramér's V from which a property nearly tells the answer."""
LEAST_USES: Final = 5
"""Prompts with a case before anything is said of it."""


@dataclass(frozen=True, slots=True)
class HarmfulCase:
    """A case with which answers are wrong more often than they are as a rule."""

    case_id: str
    uses: int
    """Prompts that it stood in."""
    wrong: int
    """Of them, those that were answered wrongly."""
    p_value: float
    """Of so many wrong answers by chance, one-sided."""


@dataclass(frozen=True, slots=True)
class Confounder:
    """A property that goes with the answer, so that a model may read it instead of the finding."""

    question: str
    property: str
    """"modality", "body part", "laterality", "source", "tag"."""
    strength: float
    """Cramér's V, 0..1; with 1 the property tells the answer."""
    p_value: float
    example: str
    """"every “normal” has source “X”", in words."""


def harmful_cases(trials: Sequence[Trial]) -> tuple[HarmfulCase, ...]:
    """Give the cases whose prompts are wrong more often than all prompts with as many shots."""
    with_shots = [trial for trial in trials if trial.shots]
    if not with_shots:
        return ()
    usual = sum(not trial.is_right for trial in with_shots) / len(with_shots)
    uses: defaultdict[str, list[bool]] = defaultdict(list)
    for trial in with_shots:
        for case_id in trial.shots:
            uses[case_id].append(not trial.is_right)
    found = []
    for case_id, wrong in uses.items():
        if len(wrong) >= LEAST_USES and 0 < usual < 1:
            test = binomtest(sum(wrong), len(wrong), usual, alternative="greater")
            # As many cases are looked at as there are; the level is shared among them (Bonferroni).
            if test.pvalue < SIGNIFICANT / len(uses):
                found.append(HarmfulCase(case_id, len(wrong), sum(wrong), float(test.pvalue)))
    return tuple(sorted(found, key=lambda case: case.p_value))


def confounders(cases: Sequence[Case]) -> tuple[Confounder, ...]:
    """Give the properties that go strongly with the answer to a question."""
    by_question: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_question[plain_words(case.question)].append(case)
    found = []
    for members in by_question.values():
        answers = [plain_words(case.answer) for case in members]
        if len(set(answers)) < 2:
            continue
        for name, values in _properties(members):
            confounder = _associated(members[0].question, name, values, answers)
            if confounder is not None:
                found.append(confounder)
    return tuple(sorted(found, key=lambda one: -one.strength))


def core_set(cases: Sequence[Case], likeness: Callable[[int, int], float]) -> tuple[str, ...]:
    """Give cases by whose nearest neighbour all others are answered as they are.

    likeness: of two cases by their places. Only cases with one question stand for each other.
    """
    kept: list[int] = []
    while True:
        added = len(kept)
        for at in range(len(cases)):
            if at not in kept and not _is_covered(cases, at, kept, likeness):
                kept.append(at)
        if len(kept) == added:
            return tuple(cases[at].id for at in sorted(kept))


def _is_covered(
    cases: Sequence[Case], at: int, kept: Sequence[int], likeness: Callable[[int, int], float]
) -> bool:
    question = plain_words(cases[at].question)
    same = [other for other in kept if plain_words(cases[other].question) == question]
    if not same:
        return False
    nearest = max(same, key=lambda other: likeness(at, other))
    return plain_words(cases[nearest].answer) == plain_words(cases[at].answer)


def _properties(cases: Sequence[Case]) -> Iterator[tuple[str, list[str]]]:
    """Give what is known of each case besides its answer."""
    yield "modality", [case.provenance.modality for case in cases]
    yield "body part", [case.provenance.body_part for case in cases]
    yield "laterality", [case.provenance.laterality for case in cases]
    yield "source", [case.provenance.source for case in cases]
    for tag in sorted({tag for case in cases for tag in case.tags}):
        yield f"tag “{tag}”", ["yes" if tag in case.tags else "no" for case in cases]


def _associated(
    question: str, name: str, values: Sequence[str], answers: Sequence[str]
) -> Confounder | None:
    if len(set(values)) < 2 or len(set(values)) == len(values):
        return None  # one value tells nothing, as many as cases are names
    rows, columns = sorted(set(values)), sorted(set(answers))
    counts = Counter(zip(values, answers, strict=True))
    table = np.array([[counts[value, answer] for answer in columns] for value in rows])
    strength = float(association(table, method="cramer"))
    p_value = float(chi2_contingency(table, correction=False).pvalue)
    if strength < STRONG or p_value >= SIGNIFICANT:
        return None
    (value, answer), together = counts.most_common(1)[0]
    of_all = sum(1 for other in answers if other == answer)
    example = f"{together} of {of_all} with the answer “{answer}” have {name} “{value or 'none'}”"
    return Confounder(question, name, strength, p_value, example)

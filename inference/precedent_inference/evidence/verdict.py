"""All findings in one plain sentence. Pure: it reads what was found and asks no model.

The rules are tried in the order in which they stand in `conclude`; docs/evidence.md explains them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from precedent_inference.evidence.answers import says_same
from precedent_inference.evidence.findings import (
    Agreement,
    Baseline,
    Finding,
    OcclusionMap,
    Reliance,
    Removal,
    Repetition,
    Rule,
    Verdict,
)

STABLE_SHARE = 2 / 3
"""Of the repetitions that must say the same."""
COVER_MATTERS = math.log(4)
"""Covering a place matters when the answer loses three quarters of its probability: the largest of
many places is larger by chance than one trial is."""
FOLLOWS_SHARE = 0.8
"""Of the orders with another answer last that must give that answer."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found about one answer, by name."""

    given: str
    shots: Sequence[str]
    """Their answers."""
    reliances: dict[Removal, Reliance]
    agreements: dict[Repetition, Agreement]
    baselines: dict[Rule, Baseline]
    cover: float = 0.0
    """The largest drop of the answer's log-probability by covering one place of the picture."""

    @property
    def needs_picture(self) -> bool:
        """Whether the picture changes the answer, whole or a place of it.

        A blank picture may get the same answer by being like a shot that has it; then covering the
        place that decides still changes it.
        """
        return self.needs("query-picture") or self.cover >= COVER_MATTERS

    def needs(self, what: Removal) -> bool:
        """Tell whether the answer changes without this source; false where it was not tried."""
        tried = self.reliances.get(what)
        return tried is not None and tried.matters

    @property
    def needs_shots(self) -> bool:
        """Whether what the shots show or say changes the answer."""
        if self.needs("shot-answers") or self.needs("shot-pictures"):
            return True
        alone = self.baselines.get("zero-shot")
        return "shot-answers" not in self.reliances and alone is not None and not alone.agrees


def conclude(given: str, shots: Sequence[str], findings: Sequence[Finding]) -> Verdict:
    """Say what an answer rests on. shots: their answers, in prompt order."""
    found = _Found(
        given,
        shots,
        {one.without: one for one in findings if isinstance(one, Reliance)},
        {one.by: one for one in findings if isinstance(one, Agreement)},
        {one.rule: one for one in findings if isinstance(one, Baseline)},
        max((_strongest(one) for one in findings if isinstance(one, OcclusionMap)), default=0.0),
    )
    return (
        _copies_last(found)
        or _unstable(found)
        or _copies_majority(found)
        or _rests_on_shots(found)
        or _rests_on_image(found)
        or _unused(found)
    )


def _copies_last(found: _Found) -> Verdict | None:
    """Give the verdict where the answer changes with the shot that stands last."""
    orders = found.agreements.get("orders")
    if orders is None or not says_same(found.shots[-1], found.given):
        return None
    other = [run for run in orders.runs if not says_same(found.shots[run.shots[-1]], found.given)]
    follow = sum(says_same(run.answer, found.shots[run.shots[-1]]) for run in other)
    if not other or follow < FOLLOWS_SHARE * len(other):
        return None
    return Verdict(
        "last",
        f"Copies the last precedent: with another answer last, {follow} of {len(other)} orders "
        "give that answer instead.",
    )


def _unstable(found: _Found) -> Verdict | None:
    agreements = found.agreements.values()
    runs = sum(len(one.runs) for one in agreements)
    agreeing = sum(one.agreeing for one in agreements)
    if agreeing >= STABLE_SHARE * runs:
        return None
    worst = min(agreements, key=lambda one: one.agreeing / len(one.runs))
    cause = (
        "the order of the precedents alone changes it"
        if worst.by == "orders"
        else "drawing it again changes it"
    )
    return Verdict(
        "unstable",
        f"Unstable: asked again, {agreeing} of {runs} say {_quoted(found.given)}; {cause}.",
    )


def _copies_majority(found: _Found) -> Verdict | None:
    """Give the verdict where the picture changes nothing and most shots say the same."""
    most = found.baselines.get("majority")
    if most is None or not most.agrees or not found.needs_shots or found.needs_picture:
        return None
    count = sum(says_same(answer, found.given) for answer in found.shots)
    who = (
        "its only precedent says"
        if len(found.shots) == 1
        else f"{count} of {len(found.shots)} precedents say"
    )
    return Verdict(
        "majority",
        f"Copies the majority: {who} {_quoted(found.given)}, and a blank picture gets the same "
        "answer.",
    )


def _rests_on_shots(found: _Found) -> Verdict | None:
    if not found.needs_shots:
        return None
    if found.needs_picture:
        rest = f"and the picture decides: {_picture_effect(found)}"
    else:
        rest = "but not on the picture: a blank one gets the same answer"
    return Verdict("precedents", f"Rests on the precedents: {_reason(found)}, {rest}.")


def _reason(found: _Found) -> str:
    """Say by what it was seen that the shots matter."""
    if found.needs("shot-answers"):
        return _effect(found.reliances["shot-answers"], "with their answers exchanged, the model")
    if found.needs("shot-pictures"):
        return _effect(found.reliances["shot-pictures"], "with their pictures blank, the model")
    alone = found.baselines["zero-shot"].answer or ""
    return f"without them the model says {_quoted(alone)}"


def _rests_on_image(found: _Found) -> Verdict | None:
    if not found.needs_picture:
        return None
    effect = _picture_effect(found)
    rest = ", and the precedents change nothing" if found.shots else ""
    return Verdict("image", f"Rests on the image: {effect}{rest}.")


def _unused(found: _Found) -> Verdict:
    if not found.shots:
        return Verdict(
            "unused",
            "Rests on the question's words alone: a blank picture gets the same answer.",
        )
    return Verdict(
        "unused",
        "Precedents not used, and nor is the picture: with either taken away the answer stays "
        f"{_quoted(found.given)}.",
    )


def _picture_effect(found: _Found) -> str:
    """Say by what it was seen that the picture matters."""
    if found.needs("query-picture"):
        return _effect(found.reliances["query-picture"], "blank, it")
    factor = math.exp(min(found.cover, math.log(1000)))
    return f"covering one place of it makes this answer {factor:.0f} times less likely"


def _strongest(found: OcclusionMap) -> float:
    return max(max(row) for row in found.drops)


def _effect(tried: Reliance, who: str) -> str:
    """Say what became of the answer: "blank, it says ..." or how much likelier it was."""
    if tried.has_moved:
        return f"{who} says {_quoted(tried.answer)}"
    word = "less" if tried.change > 0 else "more"
    return f"{who} gives this answer {math.exp(abs(tried.change)):.1f} times {word} often"


def _quoted(answer: str, longest: int = 60) -> str:
    line = " ".join(answer.split())
    short = line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
    return f"“{short}”"

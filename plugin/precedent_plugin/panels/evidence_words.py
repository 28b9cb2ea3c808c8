"""What evidence says, in lines to read; no number without what it means. No Qt."""

import math
from collections.abc import Iterator

from precedent_inference.evidence.findings import (
    Agreement,
    Baseline,
    Certainty,
    Evidence,
    Reliance,
)
from precedent_plugin.panels.facts import Fact

LONGEST = 40
"""Characters of an answer that are shown."""
REPETITIONS = {"orders": "Other orders", "samples": "Drawn again"}
REPEATED = {
    "orders": "The same references in other orders. A sound answer does not depend on the order.",
    "samples": "Answers drawn by chance, as likely as the model finds them.",
}
WITHOUT = {
    "query-picture": "Blank picture",
    "shot-pictures": "Blank references",
    "shot-answers": "Exchanged answers",
}
TAKEN_AWAY = {
    "query-picture": "The picture that was asked about made grey. An answer that stays was not "
    "read from it.",
    "shot-pictures": "The references' pictures made grey. An answer that stays rests on their "
    "words alone, or on nothing of them.",
    "shot-answers": "The references' answers exchanged among them. An answer that follows was "
    "read from them.",
}
RULES = {
    "majority": "Majority says",
    "nearest": "Most similar says",
    "last": "Last says",
    "zero-shot": "Without references",
}
RULED = {
    "majority": "The answer that most references have.",
    "nearest": "The answer of the reference whose picture is most like this one.",
    "last": "The answer of the reference that stands last, which models tend to repeat.",
    "zero-shot": "What the model says with no reference at all.",
}


def evidence_facts(evidence: Evidence) -> Iterator[Fact]:
    """Give a line for each finding that is one."""
    certainty = evidence.certainty
    if certainty is not None and certainty.rival is not None:
        yield _rival(certainty)
    yield from map(_repeated, evidence.agreements)
    yield from map(_taken, evidence.reliances)
    yield from map(_ruled, evidence.baselines)


def change_words(change: float) -> str:
    """Say what a difference of log-probability is: "2.3 times likelier"."""
    factor = math.exp(min(abs(change), 20.0))
    if factor < 1.05:
        return "no difference"
    said = f"{factor:.1f}" if factor < 10 else f"{factor:.0f}" if factor < 1000 else "over 1000"
    return f"{said} times {'likelier' if change > 0 else 'less likely'}"


def shorten(text: str) -> str:
    """Give the beginning of a long answer."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()}…"


def _rival(certainty: Certainty) -> Fact:
    assert certainty.margin is not None
    return Fact(
        "Next best",
        f"“{shorten(certainty.rival or '')}”; the answer is {change_words(certainty.margin)}",
        "The likeliest different answer, and how much likelier the model finds its own.",
    )


def _repeated(found: Agreement) -> Fact:
    others = [run.answer for run in found.runs if not run.agrees]
    said = f"{found.agreeing} of {len(found.runs)} say the same"
    if others:
        said += f"; others “{shorten(max(set(others), key=others.count))}”"
    return Fact(REPETITIONS[found.by], said, REPEATED[found.by])


def _taken(found: Reliance) -> Fact:
    if found.has_moved:
        said = f"“{shorten(found.answer)}” instead"
    else:
        said = f"the same, {change_words(-found.change)}"
    return Fact(WITHOUT[found.without], said, TAKEN_AWAY[found.without])


def _ruled(found: Baseline) -> Fact:
    if found.answer is None:
        said = "nothing: two answers are equally frequent"
    else:
        share = "" if found.share is None else f" ({found.share:.0%})"
        said = f"{'the same' if found.agrees else f'“{shorten(found.answer)}”'}{share}"
    return Fact(RULES[found.rule], said, RULED[found.rule])

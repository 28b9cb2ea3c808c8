"""From the best cases to those that are shown: gate, diversity, counter-examples, reasons."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from precedent_plugin.cases import Case
from precedent_plugin.plain import plain_words
from precedent_plugin.suggest.diversity import spread
from precedent_plugin.suggest.gate import cut_at
from precedent_plugin.suggest.query import SuggestQuery
from precedent_plugin.suggest.reasons import OtherAnswer, reasons_for
from precedent_plugin.suggest.suggestions import Suggestion, Suggestions
from precedent_plugin.suggest.vectors import FloatArray

ASKS_THE_SAME: Final = 0.5
"""Words from which a case with another answer contradicts rather than speaks of something else."""


AMONG: Final = 3
"""Diversity is looked for among so many times the wanted number, not at the far end."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that may be suggested."""

    case: Case
    score: float
    image: float | None
    text: float | None
    cosine: float | None
    row: int
    """Of its most alike picture in the vectors; -1 without one."""


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The cases above the floor, the best first."""

    candidates: Sequence[Candidate]
    likenesses: FloatArray
    """(candidates, candidates), of their pictures."""
    has_allowed: bool
    """Whether the filters leave anything."""
    is_blind: bool
    """Whether pictures are asked about and none has a vector yet."""
    nearest: float
    """The greatest likeness of any case that the filters leave."""
    floor: float


def select(pool: Pool, query: SuggestQuery) -> Suggestions:
    """Choose what is shown."""
    scores = [candidate.score for candidate in pool.candidates]
    kept = cut_at(scores, query.count)
    near = min(kept, AMONG * query.count)
    chosen = spread(
        scores[:near],
        pool.likenesses[:near, :near],
        count=query.count,
        relevance=query.relevance,
    )
    rows = [pool.candidates[place] for place in sorted(chosen)]
    answer = _usual_answer(rows)
    others = [one for one in pool.candidates if one not in rows]
    against = _counter_examples(rows, others, answer)
    return Suggestions(
        tuple(_shown(candidate, answer, query) for candidate in rows),
        tuple(_shown(candidate, answer, query) for candidate in against[: query.counter_examples]),
        _sentence(pool, query, len(rows), kept),
    )


def _usual_answer(rows: Sequence[Candidate]) -> str:
    """Give the answer with the greatest total score."""
    total: defaultdict[str, float] = defaultdict(float)
    for row in rows:
        total[plain_words(row.case.answer)] += row.score
    return max(total, key=lambda answer: total[answer], default="")


def _counter_examples(
    rows: Sequence[Candidate], others: Sequence[Candidate], answer: str
) -> list[Candidate]:
    """Give those that ask the same of a like picture and answer otherwise, most alike first."""
    asked = {plain_words(row.case.question) for row in rows}
    found = [
        one
        for one in others
        if plain_words(one.case.answer) != answer
        and (plain_words(one.case.question) in asked or (one.text or 0) >= ASKS_THE_SAME)
    ]
    return sorted(found, key=lambda one: -(one.score if one.image is None else one.image))


def _shown(candidate: Candidate, answer: str, query: SuggestQuery) -> Suggestion:
    case = candidate.case
    shown = Suggestion(
        case,
        candidate.score,
        candidate.image,
        candidate.text,
        candidate.cosine,
        tuple(reasons_for(case, candidate.image, candidate.text, query)),
    )
    if plain_words(case.answer) == answer:
        return shown
    return replace(shown, reasons=(*shown.reasons, OtherAnswer(case.answer)))


def _sentence(pool: Pool, query: SuggestQuery, count: int, kept: int) -> str:
    if count >= query.count:
        return ""
    if not pool.has_allowed:
        is_filtered = not query.scope.is_everything
        return "No case passes the filters." if is_filtered else "There is no case to suggest yet."
    if pool.is_blind:
        return "The pictures of the cases have not been looked at yet."
    if not pool.candidates:
        what = "picture" if query.weights[0] else "question"
        return (
            f"No case has a {what} like this one: the nearest reaches {pool.nearest:.2f}, and from "
            f"{pool.floor:.2f} on it would count."
        )
    if kept < len(pool.candidates):
        last, following = (pool.candidates[at].score for at in (kept - 1, kept))
        return (
            f"{count} of {query.count}: after {'it' if count == 1 else 'them'} the score falls "
            f"from {last:.2f} to {following:.2f}."
        )
    return f"{count} of {query.count}: no other case is like enough."

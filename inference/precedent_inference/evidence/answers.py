"""When two answers say the same, and what the answers of several shots or runs come to."""

import math
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

LAST_LINE = "answer:"
"""After it stands the answer itself where a rationale comes first."""
ENDS = " \t\n.,;:!?\"'"


class Majority(NamedTuple):
    """The answer that more shots have than any other."""

    answer: str
    share: float


def meaning(answer: str) -> str:
    """Give the form in which answers are compared: letters' case, spacing and end marks aside.

    "Yes." and "yes" say the same; "left" and "left side" do not.
    """
    folded = unicodedata.normalize("NFKC", answer).casefold()
    told = folded.rpartition(LAST_LINE)[2]
    return " ".join(told.split()).strip(ENDS) or folded.strip()


def says_same(first: str, second: str) -> bool:
    """Tell whether two answers say the same."""
    return meaning(first) == meaning(second)


def distinct(answers: Sequence[str]) -> list[str]:
    """Give the answers without those that say the same as an earlier one."""
    found: dict[str, str] = {}
    for answer in answers:
        found.setdefault(meaning(answer), answer)
    return list(found.values())


def majority(answers: Sequence[str]) -> Majority | None:
    """Give the most frequent answer, None without answers or when two are equally frequent."""
    ranked = Counter(map(meaning, answers)).most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    first = next(answer for answer in answers if meaning(answer) == ranked[0][0])
    return Majority(first, ranked[0][1] / len(answers))


def exchanged(answers: Sequence[str]) -> dict[str, str] | None:
    """Call each distinct answer by the next one's name, so that none keeps its own.

    The keys are meanings. None where all answers say the same: there is nothing to exchange.
    """
    names = distinct(answers)
    if len(names) < 2:
        return None
    return {meaning(name): other for name, other in zip(names, (*names[1:], names[0]), strict=True)}


def entropy(answers: Sequence[str]) -> float:
    """Give the entropy of the distinct answers, natural logarithm.

    Source: Farquhar et al. 2024, Nature 630, discrete semantic entropy; here two answers have one
    meaning when `says_same` finds so.
    """
    counts = Counter(map(meaning, answers)).values()
    shares = [count / len(answers) for count in counts]
    return sum(-share * math.log(share) for share in shares)

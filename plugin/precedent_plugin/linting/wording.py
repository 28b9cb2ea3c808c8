"""Whether a question can stand alone, and whether there is one answer to it."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from precedent_plugin.plain import plain_words

ELSEWHERE: Final = re.compile(
    r"\b(?:previous|preceding|above|last|next|following)\s+(?:image|picture|question|case|figure)\b"
    r"|\bas\s+(?:shown|seen|mentioned|described|noted)\s+(?:above|below|before|previously|earlier)\b"
    r"|\bsee\s+(?:above|below)\b|\bfig(?:ure|\.)\s*\d+[a-z]?\b|\bpanel\s+[A-F]\b",
    re.I,
)
HANGING: Final = re.compile(
    r"^\s*(?:and\b.*|what else|why(?: is (?:that|it|this))?|how so|same (?:question|here))"
    r"\s*\??\s*$",
    re.I,
)
SEVERAL: Final = re.compile(r"\b(?:or|either|versus|vs\.?|and/or)\b|\s/\s|\?", re.I)
NEGATED: Final = re.compile(r"^\s*(?:no|without|neither|nor|not)\b", re.I)
EMPTY: Final = frozenset(
    {"n/a", "na", "none given", "see report", "see above", "unknown", "tbd", "todo"}
    | {"not applicable", "x", "-", "?", "pending"}
)
LONG: Final = 12
"""Words from which an answer explains itself: its "or" belongs to a sentence."""


class Advice(NamedTuple):
    """What is to be said of a question or an answer."""

    kind: str
    field: str
    sentence: str
    span: tuple[int, int] | None = None


def find_wording(question: str, answer: str) -> Iterator[Advice]:
    """Give advice on the words of a case."""
    match = ELSEWHERE.search(question)
    if match is not None:
        yield Advice(
            "not self-contained",
            "question",
            f"The question points at something that is not there (“{match.group()}”).",
            match.span(),
        )
    elif HANGING.match(question):
        yield Advice("not self-contained", "question", "The question does not say what is asked.")
    if plain_words(answer) in EMPTY or answer.strip().casefold() in EMPTY:
        yield Advice("no answer", "answer", f"“{answer.strip()}” is no answer.")
    elif plain_words(question) == plain_words(answer):
        yield Advice("no answer", "answer", "The answer repeats the question.")
    several = SEVERAL.search(answer)
    if several is not None and not NEGATED.match(answer) and len(answer.split()) < LONG:
        yield Advice(
            "two answers", "answer", f"“{answer.strip()}” is more than one answer.", several.span()
        )

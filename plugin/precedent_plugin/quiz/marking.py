"""Whether a learner's answer says what the case's answer says.

Words count, not case, punctuation or order; a slip of the pen is forgiven in a long word and named.
What the rules cannot see, another name of the same finding, the learner may claim.
"""

import re
from typing import Final, Literal

from rapidfuzz.distance import DamerauLevenshtein

from precedent_plugin.plain import plain_words

Mark = Literal["right", "misspelled", "wrong"]

WORD: Final = re.compile(r"\w+(?:[.,]\d+)?")
LETTERS: Final = 5
"""From which a word has one slip to spare: not "left", but "fluid"."""
ALIKE: Final = frozenset(
    frozenset(pair.split())
    for pair in (
        "abduction adduction",
        "abductor adductor",
        "afferent efferent",
        "dysphagia dysphasia",
        "ileum ilium",
        "ileal ilial",
        "perineal peroneal",
        "perineal peritoneal",
        "malleolar malleolus",
        "mucous mucus",
    )
)
"""Words of which one is no slip for the other."""
OPPOSITES: Final = frozenset({"no", "not", "without", "non", "none", "absent"})
"""Words that turn an answer round; they must stand in both or in neither."""
FILLERS: Final = frozenset({"a", "an", "the", "it", "is", "of"})


def mark(given: str, wanted: str) -> Mark:
    """Compare two answers."""
    if plain_words(given) == plain_words(wanted):
        return "right"
    mine, theirs = _words(given), _words(wanted)
    if not mine or OPPOSITES & set(mine) != OPPOSITES & set(theirs):
        return "wrong"
    if sorted(mine) == sorted(theirs):
        return "right"
    return "misspelled" if _is_slip(mine, theirs) else "wrong"


def _words(text: str) -> list[str]:
    return [word for word in WORD.findall(text.casefold()) if word not in FILLERS]


def _is_slip(mine: list[str], theirs: list[str]) -> bool:
    """Match each word with the one that is nearest; numbers are never forgiven."""
    if len(mine) != len(theirs):
        return False
    left = list(theirs)
    for word in mine:
        nearest = min(left, key=lambda other: DamerauLevenshtein.distance(word, other))
        slips = DamerauLevenshtein.distance(word, nearest)
        has_digit = any(letter.isdigit() for letter in word + nearest)
        is_other = (
            has_digit or slips > 1 or frozenset((word, nearest)) in ALIKE or len(nearest) < LETTERS
        )
        if slips and is_other:
            return False
        left.remove(nearest)
    return True

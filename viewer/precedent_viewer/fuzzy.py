"""Rank texts by how well typed letters match them. No Qt."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def fuzzy_score(pattern: str, text: str) -> int | None:
    """Score `text` against typed letters, higher is better; None when a letter is missing.

    The letters must occur in order. Letters at the beginning of a word and letters in a run count
    more; gaps and long texts count less. Spaces in the pattern are ignored.
    """
    letters = [letter for letter in pattern.casefold() if not letter.isspace()]
    folded = text.casefold()
    if not letters:
        return 0
    best: int | None = None
    start = folded.find(letters[0])
    while start >= 0:
        score = _score_from(letters, folded, start)
        if score is not None and (best is None or score > best):
            best = score
        start = folded.find(letters[0], start + 1)
    return best


def _score_from(letters: Sequence[str], text: str, start: int) -> int | None:
    score, previous = -len(text) // 8, start - 1
    for letter in letters:
        at = start if previous < start else text.find(letter, previous + 1)
        if at < 0:
            return None
        begins_word = at == 0 or not text[at - 1].isalnum()
        score += 10 if begins_word else 1
        score += 8 if at == previous + 1 and previous >= start else 0
        score -= min(at - previous - 1, 5)
        previous = at
    return score


def rank(pattern: str, items: Sequence[Item], text_of: Callable[[Item], str]) -> list[Item]:
    """Give the items that match, best first; equal ones keep their order."""
    scored = [(fuzzy_score(pattern, text_of(item)), item) for item in items]
    matching = [(score, item) for score, item in scored if score is not None]
    return [item for _, item in sorted(matching, key=lambda pair: -pair[0])]

"""When a case should be asked again, by the FSRS model of forgetting.

The model is the package's; here reviews become its ratings, and cases come into order. Nothing is
kept: the schedule follows from the reviews.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from fsrs import Card, Rating, Scheduler

from precedent_plugin.quiz.reviews import Review

QUICK_S: Final = 6.0
"""A right answer within so many seconds counts as easy."""


@dataclass(frozen=True, slots=True)
class Due:
    """Where a case stands."""

    case_id: str
    at: datetime | None
    """When it should be asked; None for one that was never asked."""


def schedule(case_ids: Sequence[str], reviews: Sequence[Review]) -> dict[str, Due]:
    """Replay the reviews of these cases."""
    # Without fuzz, so that the same reviews always give the same dates.
    scheduler = Scheduler(enable_fuzzing=False)
    cards: dict[str, Card] = {}
    wanted = set(case_ids)
    for review in reviews:
        if review.case_id in wanted:
            card = cards.get(review.case_id) or Card(card_id=len(cards) + 1)
            at = datetime.fromisoformat(review.at)
            cards[review.case_id], _ = scheduler.review_card(card, rating_of(review), at)
    return {
        case_id: Due(case_id, cards[case_id].due if case_id in cards else None)
        for case_id in case_ids
    }


def rating_of(review: Review) -> Rating:
    """Say how well a case was known."""
    if not review.is_right:
        return Rating.Again
    if review.verdict != "right":
        return Rating.Hard
    return Rating.Easy if review.seconds <= QUICK_S else Rating.Good


def in_order(found: dict[str, Due], now: datetime, seed: int) -> list[str]:
    """Give the cases to ask now: those that are due, the longest first, then new ones, shuffled."""
    due = [one for one in found.values() if one.at is not None and one.at <= now]
    due.sort(key=lambda one: one.at or now)
    new = [one.case_id for one in found.values() if one.at is None]
    Random(seed).shuffle(new)
    return [one.case_id for one in due] + new

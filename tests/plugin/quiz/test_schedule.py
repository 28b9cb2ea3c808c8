"""What is due comes first, the longest due before the others, then what is new."""

from datetime import UTC, datetime, timedelta

from fsrs import Rating

from precedent_plugin.quiz.reviews import Review, Verdict
from precedent_plugin.quiz.schedule import Due, in_order, rating_of, schedule

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def review(case: str, verdict: Verdict = "right", *, days: float = 1, seconds: float = 9) -> Review:
    at = NOW - timedelta(days=days)
    return Review(case, at.isoformat(timespec="seconds"), "x", verdict, seconds)


def test_how_well_a_case_was_known_follows_from_the_answer() -> None:
    assert rating_of(review("a", "wrong")) is Rating.Again
    assert rating_of(review("a", "skipped")) is Rating.Again
    assert rating_of(review("a", "misspelled")) is Rating.Hard
    assert rating_of(review("a", "claimed")) is Rating.Hard
    assert rating_of(review("a", seconds=9)) is Rating.Good
    assert rating_of(review("a", seconds=3)) is Rating.Easy


def test_a_wrong_answer_comes_back_sooner_than_a_right_one() -> None:
    found = schedule(["a", "b"], [review("a", "wrong"), review("b", seconds=3)])
    assert found["a"].at is not None
    assert found["b"].at is not None
    assert found["a"].at < found["b"].at
    assert found["a"].at <= NOW < found["b"].at


def test_each_right_answer_postpones_the_next() -> None:
    reviews = [review("a", days=days, seconds=3) for days in (60, 40, 10)]
    waits = []
    for count in (1, 2, 3):
        due = schedule(["a"], reviews[:count])["a"].at
        assert due is not None
        waits.append(due - datetime.fromisoformat(reviews[count - 1].at))
    assert waits == sorted(waits)
    assert waits[0] < waits[2]


def test_the_same_reviews_always_give_the_same_dates() -> None:
    reviews = [review("a", days=days) for days in (9, 5, 2)]
    assert schedule(["a"], reviews) == schedule(["a"], reviews)


def test_what_is_due_the_longest_is_asked_first_and_new_cases_last() -> None:
    found = {
        "later": Due("later", NOW + timedelta(hours=1)),
        "due": Due("due", NOW - timedelta(hours=1)),
        "new": Due("new", None),
        "overdue": Due("overdue", NOW - timedelta(days=3)),
    }
    assert in_order(found, NOW, seed=1) == ["overdue", "due", "new"]


def test_other_cases_reviews_change_nothing() -> None:
    assert schedule(["a"], [review("b")])["a"].at is None

"""Whether the same question has the same answer again: shots in other orders, answers drawn."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from math import factorial

import numpy as np

from precedent_inference.evidence.answers import entropy, says_same
from precedent_inference.evidence.findings import Agreement, Repetition, Rerun
from precedent_inference.evidence.subject import Subject

ORDERS = 6
SAMPLES = 6
SEED = 0


def repeat(subject: Subject) -> Iterator[Agreement]:
    """Repeat the question in other orders of its shots, then with drawn answers.

    Orders there are none of with fewer than two shots; options are scored, never drawn.
    """
    asked = tuple(range(len(subject.asked.shots)))
    orders = other_orders(len(asked))
    if orders:
        answers = [subject.answer(subject.asked.in_order(order)) for order in orders]
        yield _agreement("orders", subject.given, answers, orders)
    if not subject.options:
        drawn = subject.draw(SAMPLES)
        yield _agreement("samples", subject.given, drawn, [asked] * SAMPLES)


def other_orders(count: int) -> list[tuple[int, ...]]:
    """Give up to `ORDERS` orders of so many shots, the given one not among them.

    First those that rotate, so that as many shots as can be stand last once; then drawn ones.
    """
    given = tuple(range(count))
    if count < 2:
        return []
    if factorial(count) <= ORDERS + 1:
        return [order for order in permutations(given) if order != given]
    found = [given[turn:] + given[:turn] for turn in range(1, count)][:ORDERS]
    rng = np.random.default_rng(SEED)
    while len(found) < ORDERS:
        order = tuple(int(at) for at in rng.permutation(count))
        if order != given and order not in found:
            found.append(order)
    return found


def _agreement(
    by: Repetition, given: str, answers: Sequence[str], orders: Sequence[tuple[int, ...]]
) -> Agreement:
    runs = tuple(
        Rerun(answer, says_same(answer, given), order)
        for answer, order in zip(answers, orders, strict=True)
    )
    return Agreement(by, runs, entropy([given, *answers]))

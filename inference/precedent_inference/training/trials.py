"""Few-shot questions on pictures of the bank, by which the starter model is measured."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from precedent_inference.training import words
from precedent_inference.training.bank import PictureBank
from precedent_inference.training.episodes import Episode, attribute_episode, yes_no_episode

ATTRIBUTE_SHOTS = 6


@dataclass(frozen=True, slots=True)
class Trial:
    """One few-shot question: pictures of the bank, their answers, and which is asked."""

    references: tuple[tuple[int, int], ...]
    """(class, instance) of each reference, in prompt order."""
    answers: tuple[str, ...]
    """What each reference is said to be; as long as `references`."""
    query: tuple[int, int]
    expected: str
    question: str


def draw_trial(
    rng: Generator,
    bank: PictureBank,
    *,
    ways: int,
    shots: int,
    held_back: bool = False,
    permuted: bool = False,
    match_at: int | None = None,
) -> Trial:
    """Draw a trial.

    held_back: answers of words that training never used in answers. permuted: references carry
    another class's answer, and the right answer is what the matching references now say. match_at:
    the place of the matching reference (one shot only).
    """
    classes = rng.choice(len(bank.family), ways, replace=False)
    answers = words.draw_answers(rng, ways, held_back=held_back)
    if permuted:
        answers = answers[1:] + answers[:1]
    order = rng.permutation(np.repeat(np.arange(ways), shots))
    if match_at is not None:
        rest = [int(way) for way in order if way != 0]
        order = np.array([*rest[:match_at], 0, *rest[match_at:]])
    asked = 0 if match_at is not None else int(rng.integers(ways))
    instances = {way: iter(rng.permutation(bank.pictures.shape[1])) for way in range(ways)}
    references = tuple((int(classes[way]), int(next(instances[way]))) for way in order)
    return Trial(
        references,
        tuple(answers[way] for way in order),
        (int(classes[asked]), int(next(instances[asked]))),
        answers[asked],
        words.draw_question(rng),
    )


def yes_no_trial(rng: Generator, bank: PictureBank) -> Trial:
    """Draw a trial of two classes of which one is answered with yes."""
    episode = _ending_in_a_known_kind(lambda: yes_no_episode(rng, ATTRIBUTE_SHOTS + 1))
    classes = rng.choice(len(bank.family), 2, replace=False)
    instances = rng.permutation(bank.pictures.shape[1])
    pictures = [(int(classes[c.kind]), int(i)) for c, i in zip(episode, instances, strict=False)]
    return _trial(episode, pictures)


def attribute_trial(rng: Generator, marks: NDArray[np.int64], *, is_count: bool) -> Trial:
    """Draw a trial of pictures told apart by count or place; marks: (marked,), of each picture."""
    episode = _ending_in_a_known_kind(
        lambda: attribute_episode(rng, ATTRIBUTE_SHOTS + 1, is_count=is_count)
    )
    pictures = [(int(rng.choice(np.flatnonzero(marks == chunk.kind))), 0) for chunk in episode]
    return _trial(episode, pictures)


def _ending_in_a_known_kind(draw: Callable[[], Episode]) -> Episode:
    """Draw until the last chunk, the query, is of a kind that a reference shows."""
    while True:
        episode = draw()
        if episode[-1].kind in {chunk.kind for chunk in episode[:-1]}:
            return episode


def _trial(episode: Episode, pictures: list[tuple[int, int]]) -> Trial:
    *references, query = episode
    return Trial(
        tuple(pictures[:-1]),
        tuple(chunk.answer for chunk in references),
        pictures[-1],
        query.answer,
        query.question,
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """One kind of trial."""

    draw: Callable[[Generator], Trial]
    is_marked: bool = False
    """Its pictures are the bank's marked ones, with one instance each."""


def settings(bank: PictureBank) -> dict[str, Setting]:
    """Give every setting that the starter model's card reports, by name."""

    def setting(ways: int, shots: int, **options: bool | int) -> Setting:
        return Setting(lambda rng: draw_trial(rng, bank, ways=ways, shots=shots, **options))  # type: ignore[arg-type]  # every option is a keyword of draw_trial

    table = {
        "2-way 1-shot": setting(2, 1),
        "2-way 3-shot": setting(2, 3),
        "4-way 1-shot": setting(4, 1),
        "2-way 1-shot, answers never used in training": setting(2, 1, held_back=True),
        "2-way 3-shot, answers never used in training": setting(2, 3, held_back=True),
        "4-way 1-shot, answers never used in training": setting(4, 1, held_back=True),
        "2-way 3-shot, labels permuted": setting(2, 3, permuted=True),
        "zero-shot": setting(2, 0),
    }
    for place in range(4):
        table[f"4-way 1-shot, match at place {place + 1}"] = setting(4, 1, match_at=place)
    table[f"yes or no, {ATTRIBUTE_SHOTS} references"] = Setting(partial(yes_no_trial, bank=bank))
    for name, marks, is_count in (
        ("how many, one to five", bank.counts, True),
        ("left, right, upper or lower", bank.places, False),
    ):
        table[f"{name}, {ATTRIBUTE_SHOTS} references"] = Setting(
            partial(attribute_trial, marks=marks, is_count=is_count), is_marked=True
        )
    return table

"""Episodes: references and queries as token ids, the image behind each, and what is to be learnt.

Every picture of an episode is asked about, not the last alone: a chunk's answer counts towards the
loss as soon as an earlier chunk shows how such a picture is answered. So one sequence teaches every
number of references from one up, and every place of the matching one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from tokenizers import Tokenizer

from precedent_inference.training import words
from precedent_inference.training.vocabulary import END_OF_CHUNK, IMAGE, PAD, START, token_id

NUMBERS = ("one", "two", "three", "four", "five")
DIGITS = ("1", "2", "3", "4", "5")
PLACE_WORDS = ("left", "right", "upper", "lower")
LONGEST_ANSWER = 64
"""More tokens than any answer has."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One picture with its question and answer."""

    kind: int
    """Which of the episode's kinds the picture is; chunks of one kind have one answer."""
    question: str
    answer: str
    is_learnt: bool
    """The answer follows from earlier chunks (or from the picture alone)."""


Episode = list[Chunk]


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """Episodes as arrays, padded on the right."""

    tokens: NDArray[np.int64]
    """(B, T)."""
    media_index: NDArray[np.int64]
    """(B, T): the image each token sees, 1-based, 0 for none."""
    is_target: NDArray[np.bool_]
    """(B, T): the token is to be predicted from those before it."""
    source: NDArray[np.int64]
    """(B, T): equal for tokens of one row that say the same: answer tokens of chunks of one kind at
    one place of the answer. -1 outside answers."""


def draw_kinds(rng: Generator, chunks: int, ways: int) -> list[int]:
    """Draw the kind of every chunk: evenly spread, in any order."""
    rounds = -(-chunks // ways)
    kinds = np.concatenate([rng.permutation(ways) for _ in range(rounds)])[:chunks]
    return [int(kind) for kind in (rng.permutation(kinds) if rng.random() < 0.7 else kinds)]


def label_episode(rng: Generator, chunks: int, ways: int) -> Episode:
    """Pictures of `ways` kinds, each with an answer drawn for this episode alone."""
    answers = words.draw_answers(rng, ways)
    question = words.draw_question(rng)
    return _chunks(draw_kinds(rng, chunks, ways), answers, _asking(rng, question))


def yes_no_episode(rng: Generator, chunks: int) -> Episode:
    """Pictures of two kinds, one of which is answered with yes."""
    answers = ["yes", "no"] if rng.random() < 0.7 else ["Yes", "No"]
    word = words.draw_word(rng)
    question = words.draw_yes_no(rng, word)
    order = rng.permutation(2)
    return _chunks(draw_kinds(rng, chunks, 2), [answers[i] for i in order], lambda _: question)


def attribute_episode(rng: Generator, chunks: int, *, is_count: bool) -> Episode:
    """Pictures told apart by the number or the place of their foci, whatever their look."""
    word = words.draw_word(rng)
    question = (words.draw_how_many if is_count else words.draw_where)(rng, word)
    true_words = (NUMBERS if rng.random() < 0.5 else DIGITS) if is_count else PLACE_WORDS
    is_true = rng.random() < 0.6
    answers = list(true_words) if is_true else words.draw_answers(rng, len(true_words))
    ways = int(rng.integers(2, len(answers) + 1))
    picked = rng.permutation(len(answers))[:ways]
    kinds = [int(picked[kind]) for kind in draw_kinds(rng, chunks, ways)]
    return _chunks(kinds, answers, lambda _: question, always=bool(is_true))


def text_episode(rng: Generator, chunks: int, ways: int) -> Episode:
    """Keys instead of pictures: the word in the question tells the answer. Teaches copying."""
    answers = words.draw_answers(rng, ways)
    keys = [words.draw_word(rng) for _ in range(ways)]
    return _chunks(draw_kinds(rng, chunks, ways), answers, lambda kind: f"What is {keys[kind]}?")


def _asking(rng: Generator, question: str) -> Callable[[int], str]:
    """Mostly one question for all chunks; sometimes each is worded anew."""
    if rng.random() < 0.85:
        return lambda _: question
    return lambda _: words.draw_question(rng)


def _chunks(
    kinds: Sequence[int],
    answers: Sequence[str],
    asking: Callable[[int], str],
    *,
    always: bool = False,
) -> Episode:
    return [
        Chunk(kind, asking(kind), answers[kind], always or kind in kinds[:at])
        for at, kind in enumerate(kinds)
    ]


def to_tokens(
    tokenizer: Tokenizer, episodes: Sequence[Episode], *, every_token: bool = False
) -> TokenBatch:
    """Encode episodes in the starter model's template, with the preceding image for every token.

    every_token: all tokens are targets, questions too: what is said again teaches copying.
    """
    pad, start, image, end = (token_id(tokenizer, t) for t in (PAD, START, IMAGE, END_OF_CHUNK))
    texts = [
        text
        for episode in episodes
        for chunk in episode
        for text in (f"Question: {chunk.question} Answer:", f" {chunk.answer}")
    ]
    pieces = iter([encoding.ids for encoding in tokenizer.encode_batch(texts)])
    rows: list[tuple[list[int], list[int], list[bool], list[int]]] = []
    for episode in episodes:
        tokens, index, target, source = [start], [0], [False], [-1]
        for number, chunk in enumerate(episode, 1):
            asked, answer = next(pieces), next(pieces)
            tokens += [image, *asked, *answer, end]
            index += [number] * (len(asked) + len(answer) + 2)
            target += [every_token] * (len(asked) + 1)
            target += [every_token or chunk.is_learnt] * (len(answer) + 1)
            source += [-1] * (len(asked) + 1)
            source += [chunk.kind * LONGEST_ANSWER + at for at in range(len(answer) + 1)]
        rows.append((tokens, index, target, source))
    length = max(len(row[0]) for row in rows)
    batch = TokenBatch(
        np.full((len(rows), length), pad),
        np.zeros((len(rows), length), np.int64),
        np.zeros((len(rows), length), np.bool_),
        np.full((len(rows), length), -1),
    )
    for at, (ids, index, target, source) in enumerate(rows):
        batch.tokens[at, : len(ids)] = ids
        batch.media_index[at, : len(ids)] = index
        batch.is_target[at, : len(ids)] = target
        batch.source[at, : len(ids)] = source
    return batch

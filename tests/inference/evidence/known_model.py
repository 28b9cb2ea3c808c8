"""A model whose mind is known: a rule says how likely each answer is, and the backend says it.

The rule reads the prompt as a person would: shots with picture, question and answer, then the open
question. The backend turns the rule's probabilities into logits, so that the log-probability of an
answer is the logarithm of its probability by the rule, exactly.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from tests.inference.tiny import tiny_profile, tiny_tokenizer

from precedent_inference.answering import Answerer, token_rules
from precedent_inference.backends.base import (
    BackendReport,
    EncodedImage,
    FloatArray,
    Media,
    Segment,
    Step,
    TokenState,
)
from precedent_inference.engine import Engine
from precedent_inference.tokenizer import TextTokenizer

NEVER = 1e-9
"""The probability of every token that the rule does not want."""


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """A question as the rule reads it; `answer` is empty for the open one."""

    picture: FloatArray
    """(3, size, size), normalised."""
    question: str
    answer: str


Rule = Callable[[Sequence[Turn], Turn], Mapping[str, float]]
"""Says from the shots and the open question how likely each answer is; they sum to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class KnownImage:
    pixels: FloatArray

    @property
    def latents(self) -> FloatArray:
        return np.asarray(self.pixels.mean(0), np.float32)

    @property
    def nbytes(self) -> int:
        return self.pixels.nbytes


@dataclass(frozen=True, slots=True, eq=False)
class KnownMedia:
    rows: tuple[tuple[FloatArray, ...], ...]


@dataclass(frozen=True, slots=True)
class KnownState:
    rows: tuple[tuple[int, ...], ...]

    @property
    def length(self) -> int:
        return len(self.rows[0])

    @property
    def nbytes(self) -> int:
        return 8 * len(self.rows) * self.length

    def split(self, at: int) -> "tuple[KnownState, KnownState]":
        (row,) = self.rows
        return KnownState((row[:at],)), KnownState((row[at:],))


class KnownBackend:
    """Answers by a rule."""

    def __init__(self, rule: Rule, tokenizer: TextTokenizer) -> None:
        self.report = BackendReport("pytorch", "fp32", "known")
        self._rule = rule
        self.forwards = 0
        self.encoded = 0
        self._tokenizer = tokenizer
        self._end = tokenizer.special("<|endofchunk|>")

    def encode(self, pixels: FloatArray) -> list[EncodedImage]:
        self.encoded += len(pixels)
        return [KnownImage(picture) for picture in pixels]

    def pack(self, image: EncodedImage) -> bytes:
        raise NotImplementedError

    def unpack(self, data: bytes) -> EncodedImage:
        raise NotImplementedError

    def join(self, rows: Sequence[Sequence[EncodedImage]]) -> KnownMedia:
        return KnownMedia(tuple(tuple(_own(image).pixels for image in row) for row in rows))

    def start(self, segments: Sequence[Segment], capacity: int) -> KnownState:
        return KnownState((tuple(token for part in segments for token in _state(part).rows[0]),))

    def forward(self, step: Step, media: Media, state: TokenState) -> tuple[FloatArray, KnownState]:
        assert isinstance(media, KnownMedia)
        self.forwards += 1
        before = _state(state).rows
        grown = [(*old, *map(int, new)) for old, new in zip(before, step.tokens, strict=True)]
        new = step.tokens.shape[1]
        places = [len(before[0]) + at % new + 1 for at in step.wanted]
        logits = [
            [self._logits(row[:place], pictures) for place in places]
            for row, pictures in zip(grown, media.rows, strict=True)
        ]
        return np.array(logits, np.float32), KnownState(tuple(grown))

    def cut(self, state: TokenState, start: int, end: int) -> KnownState:
        (row,) = _state(state).rows
        return KnownState((row[start:end],))

    def pick(self, state: TokenState, rows: Sequence[int]) -> KnownState:
        return KnownState(tuple(_state(state).rows[row] for row in rows))

    def _logits(self, row: tuple[int, ...], pictures: tuple[FloatArray, ...]) -> FloatArray:
        """Give the logits after a row of tokens: the rule's, given the answer so far."""
        *closed, current = _chunks(row, self._end)
        asked, so_far = self._split(current)
        shots = [
            self._turn(chunk, picture) for chunk, picture in zip(closed, pictures, strict=False)
        ]
        weights = np.full(self._tokenizer.vocabulary, NEVER)
        if so_far is not None:
            query = Turn(pictures[len(closed)], asked, "")
            for answer, probability in self._rule(shots, query).items():
                ids = [*self._tokenizer.encode(f" {answer}"), self._end]
                if ids[: len(so_far)] == so_far and len(so_far) < len(ids):
                    weights[ids[len(so_far)]] += probability
        return np.asarray(np.log(weights), np.float32)

    def _turn(self, chunk: tuple[int, ...], picture: FloatArray) -> Turn:
        asked, answer = self._split(chunk)
        return Turn(picture, asked, self._tokenizer.decode(answer or []).strip())

    def _split(self, chunk: tuple[int, ...]) -> tuple[str, list[int] | None]:
        """Give a turn's question and the tokens of its answer; None while it is being asked."""
        for end in range(1, len(chunk) + 1):
            text = self._tokenizer.decode(list(chunk[:end]))
            if text.endswith(" Answer:"):
                question = text.removeprefix("Question: ").removesuffix(" Answer:")
                return question, list(chunk[end:])
        return "", None


def known_answerer(rule: Rule) -> Answerer:
    """Give an Answerer that answers by a rule."""
    profile, tokenizer = tiny_profile("previous"), TextTokenizer(tiny_tokenizer())
    return Answerer(
        profile, tokenizer, Engine(KnownBackend(rule, tokenizer), token_rules(profile, tokenizer))
    )


def known_backend(answerer: Answerer) -> KnownBackend:
    backend = answerer.engine.backend
    assert isinstance(backend, KnownBackend)
    return backend


def _chunks(row: tuple[int, ...], end: int) -> list[tuple[int, ...]]:
    chunks: list[list[int]] = [[]]
    for token in row:
        if token == end:
            chunks.append([])
        else:
            chunks[-1].append(token)
    return [tuple(chunk) for chunk in chunks]


def _own(image: EncodedImage) -> KnownImage:
    assert isinstance(image, KnownImage)
    return image


def _state(state: TokenState | Segment) -> KnownState:
    assert isinstance(state, KnownState)
    return state

"""An answered question before its model: put again in other forms, and its answer weighed."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from precedent_inference.answering import Answerer
from precedent_inference.encoding import EncodedPrompt, encoder_for
from precedent_inference.engine import NewToken, Prefilled
from precedent_inference.evidence.findings import EvidenceRequest
from precedent_inference.evidence.variant import Variant
from precedent_inference.generation.cleanup import clean
from precedent_inference.generation.scoring import AnswerRow, score_rows, score_with_prompt, total
from precedent_inference.generation.search import copy_prompt, leave_answer
from precedent_inference.generation.writing import Writer
from precedent_inference.images import ModelImage
from precedent_inference.prompt import Prompt
from precedent_inference.protocol import AskRequest, Sampling


class Reading(NamedTuple):
    """What became of a question in another form."""

    answer: str
    """What the model says to it, greedily."""
    log_probability: float
    """Of the answer that was given to the question as asked."""


class Subject:
    """One question with its answer. Every method raises Cancelled when `cancel` is set."""

    def __init__(
        self, answerer: Answerer, request: EvidenceRequest, cancel: threading.Event
    ) -> None:
        """Raises PromptError or ImageError where the question cannot be asked."""
        asked = request.asked
        prepared = answerer.prepare(replace(asked, logprobs=False, sampling=_plain(asked.sampling)))
        self.profile, self.engine, self.cancel = answerer.profile, answerer.engine, cancel
        self.given = request.answer.strip()
        self.options = asked.options
        self.asked = _grouped(asked.prompt, prepared.images)
        self._request: AskRequest = prepared.request
        self._room = prepared.room
        self._encoder = encoder_for(answerer.profile, answerer.tokenizer, asked.templates)
        self._tokenizer = answerer.tokenizer
        self._writer = Writer(answerer.profile, answerer.tokenizer, answerer.engine)
        self.row = self._row(prepared.encoded, self.given)

    @property
    def shot_answers(self) -> list[str]:
        """The answers of the shots, in prompt order."""
        return [shot.answer for shot in self.asked.prompt.shots]

    @cached_property
    def usual(self) -> Reading:
        """What the model says to the question as asked; another answer if that one was drawn."""
        return self.read(self.asked)

    def log_probability(self, variant: Variant) -> float:
        """Weigh the given answer after another form of the question, in one pass."""
        encoded = self.encode(variant)
        row = self._row(encoded, self.given)
        images = variant.images
        return total(score_with_prompt(self.engine, encoded.tokens, images, row, self.cancel))

    def read(self, variant: Variant) -> Reading:
        """Answer another form of the question, and weigh the given answer after it."""
        encoded = self.encode(variant)
        prompt = self._prefill(encoded, variant)
        row = self._row(encoded, self.given)
        weight = total(score_rows(self.engine, prompt, [row], self.cancel)[0])
        return Reading(self._answer(encoded, prompt, self._request.sampling), weight)

    def answer(self, variant: Variant) -> str:
        """Answer another form of the question, greedily."""
        encoded = self.encode(variant)
        return self._answer(encoded, self._prefill(encoded, variant), self._request.sampling)

    def draw(self, count: int) -> list[str]:
        """Draw answers to the question as asked, at temperature 1, from the seeds 0, 1, 2, ..."""
        encoded = self.encode(self.asked)
        prompt = self._prefill(encoded, self.asked)
        drawn: list[str] = []
        for seed in range(count):
            sampling = replace(self._request.sampling, temperature=1.0, seed=seed)
            copy = copy_prompt(self.engine, prompt)
            drawn.append(self._answer(encoded, copy, sampling))
        return drawn

    def weigh(self, texts: Sequence[str]) -> list[tuple[NewToken, ...]]:
        """Score answers to the question as asked, with the two likeliest tokens at each place."""
        encoded = self.encode(self.asked)
        prompt = self._prefill(encoded, self.asked)
        rows = [self._row(encoded, text) for text in texts]
        return score_rows(self.engine, prompt, rows, self.cancel, top=2)

    def leave(self, tokens: Sequence[NewToken]) -> str:
        """Give the likeliest way to leave the given answer, whose tokens `weigh` scored."""
        encoded = self.encode(self.asked)
        prompt = self._prefill(encoded, self.asked)
        sampling = self._request.sampling
        other = leave_answer(self.engine, prompt, tokens, sampling, self.cancel)
        ids = [new.token for new in other if not new.is_stop]
        return clean(self._tokenizer.decode(ids), self.profile, self._request.stop)

    def encode(self, variant: Variant) -> EncodedPrompt:
        """Give the tokens of a form of the question. Raises PromptError where it does not fit."""
        return self._encoder.encode(
            variant.prompt, max_new_tokens=self._room, rationale=self._request.rationale
        )

    def _prefill(self, encoded: EncodedPrompt, variant: Variant) -> Prefilled:
        return self.engine.prefill(
            encoded.tokens,
            variant.images,
            self.cancel,
            room=self._room,
            is_kept=variant is self.asked,
        )

    def _answer(self, encoded: EncodedPrompt, prompt: Prefilled, sampling: Sampling) -> str:
        request = replace(self._request, sampling=sampling)
        if not self.options:
            return self._writer.write(prompt, request, _ignore, self.cancel).text
        rows = [self._row(encoded, option) for option in self.options]
        return self._writer.choose(prompt, rows, request, self.cancel).text

    def _row(self, encoded: EncodedPrompt, text: str) -> AnswerRow:
        """Give an answer as tokens; one that was cut off at its bound has no end that counts."""
        tokens = self._encoder.option(encoded, text)
        is_whole = bool(self.options) or len(tokens) < self._request.sampling.max_new_tokens
        return AnswerRow(tokens, self.profile.stop.is_learned and is_whole)


def _plain(sampling: Sampling) -> Sampling:
    """Give the greedy way to the same kind of answer."""
    return replace(sampling, temperature=0.0, top_p=1.0, beams=1, top_logprobs=0)


def _grouped(prompt: Prompt, images: Sequence[ModelImage]) -> Variant:
    """Hand the prepared pictures back to the shots and the question that they belong to."""
    left = iter(images)
    shots = tuple(tuple(islice(left, len(shot.images))) for shot in prompt.shots)
    return Variant(prompt, shots, tuple(left))


def _ignore(_: str) -> None:
    pass

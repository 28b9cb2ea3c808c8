"""Three ways to an answer: written token by token, searched with beams, chosen among options."""

import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from precedent_inference.engine import Engine, NewToken, Prefilled
from precedent_inference.generation.cleanup import AnswerText
from precedent_inference.generation.sampling import log_softmax
from precedent_inference.generation.scoring import AnswerRow, score_rows, total
from precedent_inference.generation.search import copy_prompt, leave_answer, search_beams
from precedent_inference.profile import ModelProfile
from precedent_inference.protocol import AskRequest, FinishReason, NextBest, OptionScore
from precedent_inference.tokenizer import TextStream, TextTokenizer

OnText = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer without the evidence around it."""

    text: str
    tokens: tuple[NewToken, ...]
    """As generated, the stop token included."""
    finish: FinishReason
    first_token: float
    """When the first text was there, on the clock of `time.perf_counter`."""
    new_tokens: int = 0
    """How many were generated; 0 for options, which are only scored."""
    tokens_per_s: float = 0.0
    """After the first; 0 for fewer than two."""
    options: tuple[OptionScore, ...] = ()
    next_best: NextBest | None = None


class Writer:
    """Writes answers with one model, after a prompt that has been read."""

    def __init__(self, profile: ModelProfile, tokenizer: TextTokenizer, engine: Engine) -> None:
        self._profile = profile
        self._tokenizer = tokenizer
        self._engine = engine

    def write(
        self, prompt: Prefilled, request: AskRequest, on_text: OnText, cancel: threading.Event
    ) -> Draft:
        """Write token by token; uses the prompt up. Raises Cancelled."""
        spare = copy_prompt(self._engine, prompt) if request.next_best else None
        tokens = self._engine.decode(prompt, request.sampling, cancel)
        draft = self._read(tokens, request, on_text)
        if spare is None:
            return draft
        other = leave_answer(self._engine, spare, draft.tokens, request.sampling, cancel)
        return replace(draft, next_best=self._next_best(draft, other, request))

    def search(
        self, prompt: Prefilled, request: AskRequest, on_text: OnText, cancel: threading.Event
    ) -> Draft:
        """Give the likeliest answer that a beam search finds, whole at once. Raises Cancelled."""
        started = time.perf_counter()
        best, *others = search_beams(self._engine, prompt, request.sampling, cancel)
        seconds = time.perf_counter() - started
        # All tokens come at once; what a reader may compare is how long the search took for them.
        draft = replace(self._read(best, request, on_text), tokens_per_s=len(best) / seconds)
        if not request.next_best or not others:
            return draft
        return replace(draft, next_best=self._next_best(draft, others[0], request))

    def choose(
        self,
        prompt: Prefilled,
        rows: Sequence[AnswerRow],
        request: AskRequest,
        cancel: threading.Event,
    ) -> Draft:
        """Give the likeliest of the options, whose tokens are `rows`. Raises Cancelled."""
        top = request.sampling.top_logprobs
        scored = score_rows(self._engine, prompt, rows, cancel, top=top)
        options = rank(request.options, scored)
        ranked = sorted(options, key=lambda option: -option.log_probability)
        best = options.index(ranked[0])
        second = NextBest(ranked[1].text, math.exp(ranked[1].log_probability))
        return Draft(
            text=ranked[0].text,
            tokens=scored[best],
            finish="stop",
            first_token=time.perf_counter(),
            options=options,
            next_best=second if request.next_best else None,
        )

    def _read(self, tokens: Iterable[NewToken], request: AskRequest, on_text: OnText) -> Draft:
        """Turn tokens into clean text until a stop rule ends them."""
        stream, answer = TextStream(self._tokenizer), AnswerText(self._profile, request.stop)
        read: list[NewToken] = []
        pieces: list[str] = []
        finish: FinishReason = "length"
        first: float | None = None

        def pass_on(piece: str) -> None:
            if piece:
                pieces.append(piece)
                on_text(piece)

        for new in tokens:
            first = first or time.perf_counter()
            read.append(new)
            if not new.is_stop:
                pass_on(answer.add(stream.add(new.token)))
            if new.is_stop or answer.is_ended:
                finish = "stop"
                break
        pass_on(answer.add(stream.finish()) + answer.finish())
        now = time.perf_counter()
        first = first or now
        rate = (len(read) - 1) / (now - first) if len(read) > 1 else 0.0
        return Draft("".join(pieces), tuple(read), finish, first, len(read), rate)

    def _next_best(
        self, draft: Draft, tokens: Iterable[NewToken], request: AskRequest
    ) -> NextBest | None:
        other = self._read(tokens, request, _ignore)
        if other.text == draft.text:
            return None
        return NextBest(other.text, math.exp(total(other.tokens)))


def rank(options: Sequence[str], scored: Sequence[Sequence[NewToken]]) -> tuple[OptionScore, ...]:
    """Give the scores of options from the log-probabilities of their tokens."""
    sums = np.array([total(tokens) for tokens in scored])
    means = sums / np.array([len(tokens) for tokens in scored])
    among, among_means = np.exp(log_softmax(sums)), np.exp(log_softmax(means))
    columns = zip(options, sums, means, among, among_means, strict=True)
    return tuple(
        OptionScore(text.strip(), *(float(number) for number in numbers))
        for text, *numbers in columns
    )


def _ignore(_: str) -> None:
    pass

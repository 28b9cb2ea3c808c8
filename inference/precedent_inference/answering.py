"""From a question in text and pictures to a streamed answer in text, with the evidence of it.

One Answerer holds one loaded model and answers one question at a time.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from precedent_inference.batching import BatchRow, answer_batch
from precedent_inference.encoding import EncodedPrompt, PromptEncoder
from precedent_inference.engine import Engine, NewToken, Prefilled, TokenRules
from precedent_inference.errors import PromptError
from precedent_inference.images import ModelImage, prepare_image, seen_png
from precedent_inference.profile import ModelProfile
from precedent_inference.prompt import Prompt
from precedent_inference.protocol import (
    Answer,
    AskRequest,
    CacheCounts,
    FinishReason,
    ModelSummary,
    Sent,
    Timing,
)
from precedent_inference.sampling import Sampling
from precedent_inference.stopping import StopText
from precedent_inference.tokenizer import TextStream, TextTokenizer

MAX_NEW_TOKENS = 1024
MAX_TEMPERATURE = 5.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request whose pictures and text fit the model."""

    request: AskRequest
    encoded: EncodedPrompt
    images: tuple[ModelImage, ...]


@dataclass(slots=True)
class _Progress:
    """What is known while the answer grows."""

    started: float
    first_token: float | None = None
    tokens: int = 0
    log_probability: float = 0.0
    finish: FinishReason = "length"


class Answerer:
    """Answers questions with one model."""

    def __init__(
        self,
        profile: ModelProfile,
        tokenizer: TextTokenizer,
        engine: Engine,
        *,
        load_s: float = 0.0,
    ) -> None:
        self.profile = profile
        self.engine = engine
        self._tokenizer = tokenizer
        self._encoder = PromptEncoder(profile, tokenizer)
        self._load_s = load_s

    def prepare(self, request: AskRequest) -> Prepared:
        """Check a request and make it ready. Raises PromptError or ImageError."""
        require_bounds(request)
        encoded = self._encoder.encode(
            request.prompt, max_new_tokens=request.max_new_tokens, rationale=request.rationale
        )
        images = tuple(
            prepare_image(data, self.profile.image, what)
            for data, what in _pictures(request.prompt)
        )
        return Prepared(request, encoded, images)

    def answer(
        self,
        request: AskRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Answer:
        """Prepare and run a request. Raises PromptError, ImageError or Cancelled."""
        return self.run(self.prepare(request), on_text or _ignore, cancel or threading.Event())

    def run(
        self, prepared: Prepared, on_text: Callable[[str], None], cancel: threading.Event
    ) -> Answer:
        """Answer; `on_text` gets each new piece, the pieces together are the answer's text.

        Raises Cancelled when `cancel` is set, at the next token.
        """
        progress = _Progress(time.perf_counter())
        prompt = self.engine.prefill(prepared.encoded.tokens, prepared.images, cancel)
        request = prepared.request
        sampling = Sampling(request.max_new_tokens, request.temperature, request.seed)
        text = ""
        for piece in self._pieces(self.engine.decode(prompt, sampling, cancel), progress):
            new = piece if text else piece.lstrip()
            if new:
                on_text(new)
            text += new
        return self._finish(prepared, prompt, text.rstrip(), progress)

    def answer_many(
        self, prompts: Sequence[Prompt], images: Sequence[Sequence[ModelImage]], max_new_tokens: int
    ) -> list[str]:
        """Answer prompts greedily together, for measurements; `images` replaces their pictures."""
        rows = [
            BatchRow(
                self._encoder.encode(prompt, max_new_tokens=max_new_tokens).tokens, tuple(pictures)
            )
            for prompt, pictures in zip(prompts, images, strict=True)
        ]
        return [self._text(ids) for ids in answer_batch(self.engine, rows, max_new_tokens)]

    def count_tokens(self, text: str) -> int:
        """Give how many tokens a text takes."""
        return len(self._tokenizer.encode(text))

    def _text(self, tokens: Sequence[int]) -> str:
        stop = StopText(self.profile.stop.texts)
        return (stop.add(self._tokenizer.decode(list(tokens))) + stop.finish()).strip()

    def _pieces(self, tokens: Iterator[NewToken], progress: _Progress) -> Iterator[str]:
        stream, stop = TextStream(self._tokenizer), StopText(self.profile.stop.texts)
        for new in tokens:
            progress.first_token = progress.first_token or time.perf_counter()
            progress.tokens += 1
            progress.log_probability += new.log_probability
            if new.is_stop:
                progress.finish = "stop"
                break
            yield stop.add(stream.add(new.token))
            if stop.is_reached:
                progress.finish = "stop"
                return
        yield stop.add(stream.finish())
        yield stop.finish()

    def _finish(
        self, prepared: Prepared, prompt: Prefilled, text: str, progress: _Progress
    ) -> Answer:
        counts, prompt_text = prompt.counts, prepared.request.prompt
        return Answer(
            text=text,
            model=summary(self.profile, self.engine),
            shots=tuple(shot.case_id for shot in prompt_text.shots),
            timing=_timing(progress, self._load_s),
            cache=CacheCounts(
                counts.images_encoded,
                counts.images_reused,
                counts.prompt_tokens,
                counts.prompt_tokens_reused,
            ),
            confidence=math.exp(progress.log_probability),
            warnings=self._warnings(prepared.request, progress),
            finish_reason=progress.finish,
            sent=Sent(prepared.encoded.text, tuple(seen_png(image) for image in prepared.images)),
        )

    def _warnings(self, request: AskRequest, progress: _Progress) -> tuple[str, ...]:
        profile, shots = self.profile, request.prompt.shots
        warnings = list(self.engine.backend.report.warnings)
        if not shots and profile.needs_shots:
            warnings.append("No reference cases: this model answers only by comparison with them.")
        if shots and profile.takes_shots == "harmful":
            warnings.append(f"Reference cases make the answers of {profile.name} worse.")
        if request.rationale and profile.templates.rationale_query is None:
            warnings.append(f"{profile.name} states no rationales; only the answer was asked for.")
        if progress.finish == "length":
            warnings.append(f"The answer was cut off after {progress.tokens} tokens.")
        return tuple(warnings)


def summary(profile: ModelProfile, engine: Engine) -> ModelSummary:
    """Say which model answers, where and how."""
    report = engine.backend.report
    return ModelSummary(profile.name, profile.kind, report.name, report.precision, report.device)


def token_rules(profile: ModelProfile, tokenizer: TextTokenizer) -> TokenRules:
    """Give the ids that a profile's rules name."""
    suppressed = {profile.image_token, *profile.suppress}
    return TokenRules(
        image=tokenizer.special(profile.image_token),
        placement=profile.placement,
        suppressed=tuple(sorted(tokenizer.special(token) for token in suppressed)),
        stops=frozenset(tokenizer.special(token) for token in profile.stop.tokens),
    )


def require_bounds(request: AskRequest) -> None:
    """Raise PromptError unless the numbers of a request make sense."""
    if not 1 <= request.max_new_tokens <= MAX_NEW_TOKENS:
        raise PromptError(
            f"An answer of {request.max_new_tokens} tokens was asked for; "
            f"between 1 and {MAX_NEW_TOKENS} are possible."
        )
    if not 0 <= request.temperature <= MAX_TEMPERATURE:
        raise PromptError(
            f"The temperature is {request.temperature}; it must be from 0 to {MAX_TEMPERATURE:g}."
        )
    if request.seed < 0:
        raise PromptError(f"The seed is {request.seed}; it must be 0 or more.")


def _pictures(prompt: Prompt) -> list[tuple[bytes, str]]:
    shots = [
        (shot.image, f"picture of reference case {at}") for at, shot in enumerate(prompt.shots, 1)
    ]
    return [*shots, (prompt.query.image, "picture that the question is about")]


def _timing(progress: _Progress, load_s: float) -> Timing:
    now = time.perf_counter()
    first = progress.first_token or now
    seconds = now - first
    rate = (progress.tokens - 1) / seconds if progress.tokens > 1 and seconds > 0 else 0.0
    return Timing(load_s, first - progress.started, rate, progress.tokens)


def _ignore(_: str) -> None:
    pass

"""From a question in text and pictures to a streamed answer in text, with the evidence of it.

One Answerer holds one loaded model and answers one question at a time.
"""

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from precedent_inference.batching import BatchRow, answer_batch
from precedent_inference.bounds import require_bounds
from precedent_inference.encoding import EncodedPrompt, PromptEncoder, encoder_for
from precedent_inference.engine import Engine, Prefilled, TokenRules
from precedent_inference.generation.cleanup import clean
from precedent_inference.generation.scoring import AnswerRow, total
from precedent_inference.generation.writing import Draft, OnText, Writer
from precedent_inference.images import ModelImage, prepare_image, seen_png
from precedent_inference.profile import ModelProfile
from precedent_inference.prompt import Prompt
from precedent_inference.protocol import (
    Answer,
    AnswerToken,
    AskRequest,
    CacheCounts,
    ModelSummary,
    Sent,
    Timing,
    TokenLog,
)
from precedent_inference.templates import TemplateChanges
from precedent_inference.tokenizer import TextTokenizer


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request whose pictures and text fit the model."""

    request: AskRequest
    encoded: EncodedPrompt
    images: tuple[ModelImage, ...]
    options: tuple[AnswerRow, ...]
    """The request's options as tokens."""
    room: int
    """Tokens that may come after the prompt."""


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
        self.tokenizer = tokenizer
        self._encoder = PromptEncoder(profile, tokenizer)
        self._writer = Writer(profile, tokenizer, engine)
        self._load_s = load_s

    def prepare(self, request: AskRequest) -> Prepared:
        """Check a request and make it ready. Raises PromptError or ImageError."""
        require_bounds(request)
        encoder = encoder_for(self.profile, self.tokenizer, request.templates)
        room = encoder.room_for(request.options) or request.sampling.max_new_tokens
        encoded = encoder.encode(request.prompt, max_new_tokens=room, rationale=request.rationale)
        images = tuple(
            prepare_image(data, self.profile.image, what)
            for data, what in _pictures(request.prompt)
        )
        options = tuple(
            AnswerRow(encoder.option(encoded, option), self.profile.stop.is_learned)
            for option in request.options
        )
        return Prepared(request, encoded, images, options, room)

    def answer(
        self,
        request: AskRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Answer:
        """Prepare and run a request. Raises PromptError, ImageError or Cancelled."""
        return self.run(self.prepare(request), on_text or _ignore, cancel or threading.Event())

    def run(self, prepared: Prepared, on_text: OnText, cancel: threading.Event) -> Answer:
        """Answer; `on_text` gets each new piece, the pieces together are the answer's text.

        Raises Cancelled when `cancel` is set, at the next token.
        """
        started = time.perf_counter()
        request = prepared.request
        prompt = self.engine.prefill(
            prepared.encoded.tokens, prepared.images, cancel, room=prepared.room
        )
        if prepared.options:
            draft = self._writer.choose(prompt, prepared.options, request, cancel)
            on_text(draft.text)
        elif request.sampling.beams > 1:
            draft = self._writer.search(prompt, request, on_text, cancel)
        else:
            draft = self._writer.write(prompt, request, on_text, cancel)
        return self._finish(prepared, prompt, draft, draft.first_token - started)

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
        return len(self.tokenizer.encode(text))

    def _text(self, tokens: Sequence[int]) -> str:
        return clean(self.tokenizer.decode(list(tokens)), self.profile)

    def _finish(
        self, prepared: Prepared, prompt: Prefilled, draft: Draft, first_token_s: float
    ) -> Answer:
        counts, request = prompt.counts, prepared.request
        return Answer(
            text=draft.text,
            model=summary(self.profile, self.engine),
            shots=tuple(shot.case_id for shot in request.prompt.shots),
            timing=Timing(self._load_s, first_token_s, draft.tokens_per_s, draft.new_tokens),
            cache=CacheCounts(
                counts.images_encoded,
                counts.images_reused,
                counts.prompt_tokens,
                counts.prompt_tokens_reused,
            ),
            confidence=math.exp(total(draft.tokens)),
            warnings=self._warnings(request, draft),
            finish_reason=draft.finish,
            sent=Sent(prepared.encoded.text, tuple(seen_png(image) for image in prepared.images)),
            tokens=self._logs(draft, request.sampling.top_logprobs) if request.logprobs else (),
            options=draft.options,
            next_best=draft.next_best,
        )

    def _logs(self, draft: Draft, top: int) -> tuple[AnswerToken, ...]:
        ids = [new.token for new in draft.tokens]
        piece = self.tokenizer.piece
        return tuple(
            AnswerToken(
                piece(ids[:at], new.token),
                new.log_probability,
                tuple(TokenLog(piece(ids[:at], token), log) for token, log in new.best[:top]),
            )
            for at, new in enumerate(draft.tokens)
        )

    def _warnings(self, request: AskRequest, draft: Draft) -> tuple[str, ...]:
        profile, shots = self.profile, request.prompt.shots
        warnings = list(self.engine.backend.report.warnings)
        if not shots and profile.needs_shots:
            warnings.append("No reference cases: this model answers only by comparison with them.")
        if shots and profile.takes_shots == "harmful":
            warnings.append(f"Reference cases make the answers of {profile.name} worse.")
        changes = request.templates or TemplateChanges()
        templates = changes.applied_to(profile.templates)
        if request.rationale and templates.rationale_query is None:
            warnings.append(f"{profile.name} states no rationales; only the answer was asked for.")
        if draft.finish == "length":
            warnings.append(f"The answer was cut off after {draft.new_tokens} tokens.")
        return tuple(warnings)


def summary(profile: ModelProfile, engine: Engine) -> ModelSummary:
    """Say which model answers, where and how."""
    report = engine.backend.report
    return ModelSummary(
        profile.name,
        profile.kind,
        report.name,
        report.precision,
        report.device,
        report.reason,
        report.warnings,
        profile.fingerprint,
    )


def token_rules(profile: ModelProfile, tokenizer: TextTokenizer) -> TokenRules:
    """Give the ids that a profile's rules name."""
    suppressed = {profile.image_token, *profile.suppress}
    return TokenRules(
        image=tokenizer.special(profile.image_token),
        placement=profile.placement,
        suppressed=tuple(sorted(tokenizer.special(token) for token in suppressed)),
        stops=frozenset(tokenizer.special(token) for token in profile.stop.tokens),
    )


def _pictures(prompt: Prompt) -> list[tuple[bytes, str]]:
    shots = [
        (image, f"picture of reference case {at}")
        for at, shot in enumerate(prompt.shots, 1)
        for image in shot.images
    ]
    asked = [(image, "picture that the question is about") for image in prompt.query.images]
    return [*shots, *asked]


def _ignore(_: str) -> None:
    pass

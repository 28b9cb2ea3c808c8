"""A Prompt to token ids by a model's profile: templates, special tokens, limits.

Special tokens are found in the template alone, so that a question which says "<image>" stays a
question.
"""

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from precedent_inference.errors import PromptError
from precedent_inference.profile import ModelProfile
from precedent_inference.prompt import Prompt, Shot
from precedent_inference.templates import TemplateChanges, require_whole
from precedent_inference.tokenizer import TextTokenizer


@dataclass(frozen=True, slots=True)
class EncodedPrompt:
    """A prompt as the model reads it."""

    tokens: tuple[int, ...]
    image_positions: tuple[int, ...]
    """Where the image tokens stand; as many as there are pictures, in prompt order."""
    text: str
    """The whole prompt, special tokens visible."""
    tail: str
    """The text after the last special token, which the answer goes on from."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A prompt as the model would read it, and how many tokens each part of it takes."""

    encoded: EncodedPrompt
    preamble: int
    """Tokens before the first turn, the start token included."""
    shots: tuple[int, ...]
    query: int


class _Piece(NamedTuple):
    """A part of a prompt."""

    ids: list[int]
    text: str
    tail: str = ""
    """The text after its last special token."""


class PromptEncoder:
    """Encodes prompts for one model."""

    def __init__(self, profile: ModelProfile, tokenizer: TextTokenizer) -> None:
        self._profile = profile
        self._tokenizer = tokenizer
        self._image = tokenizer.special(profile.image_token)
        marks = sorted(tokenizer.specials, key=len, reverse=True)
        self._split = re.compile("(" + "|".join(re.escape(mark) for mark in marks) + ")")

    def encode(
        self, prompt: Prompt, *, max_new_tokens: int, rationale: bool = False
    ) -> EncodedPrompt:
        """Give the prompt's tokens.

        Raises PromptError when there are too many pictures, when prompt and answer exceed the
        model's context, or when the model takes no shots; the sentence says what would fit.
        """
        self._require_shots_allowed(prompt)
        self._require_images_fit(prompt)
        layout = self.lay_out(prompt, rationale=rationale)
        self._require_tokens_fit(layout, max_new_tokens)
        return layout.encoded

    def lay_out(self, prompt: Prompt, *, rationale: bool = False) -> Layout:
        """Give a prompt's tokens whether they fit or not, and how many each part takes."""
        before = (self._start(), self._preamble(prompt.preamble))
        shots = [self._shot(shot, rationale=rationale) for shot in prompt.shots]
        query = self._query(prompt, rationale=rationale)
        pieces = [*before, *shots, query]
        tokens = tuple(token for piece in pieces for token in piece.ids)
        positions = tuple(at for at, token in enumerate(tokens) if token == self._image)
        assert len(positions) == len(prompt.images)
        text = "".join(piece.text for piece in pieces)
        return Layout(
            EncodedPrompt(tokens, positions, text, query.tail),
            sum(len(piece.ids) for piece in before),
            tuple(len(piece.ids) for piece in shots),
            len(query.ids),
        )

    def room_for(self, options: Sequence[str]) -> int:
        """Give how many tokens the longest of these answers takes with its end; 0 for none."""
        before = self._profile.templates.before_answer
        return max((len(self._tokenizer.encode(before + text)) + 2 for text in options), default=0)

    def option(self, encoded: EncodedPrompt, text: str) -> tuple[int, ...]:
        """Give the tokens of an answer as the templates would write it after this prompt."""
        before = self._tokenizer.encode(encoded.tail)
        written = self._profile.templates.before_answer + text.strip()
        whole = self._tokenizer.encode(encoded.tail + written)
        if whole[: len(before)] == before:
            return tuple(whole[len(before) :])
        # The answer's beginning merges with the prompt's end, which is read already.
        return tuple(self._tokenizer.encode(written))

    def _start(self) -> _Piece:
        start = self._profile.templates.start
        if start is None:
            return _Piece([], "")
        if isinstance(start, int):
            return _Piece([start], "")
        return _Piece([self._tokenizer.special(start)], start)

    def _preamble(self, given: str | None) -> _Piece:
        if given is None:
            return self._ids(self._profile.templates.preamble, {})
        return _Piece(self._tokenizer.encode(given), given)

    def _shot(self, shot: Shot, *, rationale: bool) -> _Piece:
        templates = self._profile.templates
        fields = {"question": shot.question.strip(), "answer": shot.answer.strip()}
        if rationale and templates.rationale_shot is not None and shot.rationale:
            fields["rationale"] = shot.rationale.strip()
            return self._ids(templates.rationale_shot, fields, len(shot.images))
        return self._ids(templates.shot, fields, len(shot.images))

    def _query(self, prompt: Prompt, *, rationale: bool) -> _Piece:
        templates = self._profile.templates
        template = templates.rationale_query if rationale else None
        fields = {"question": prompt.query.question.strip()}
        return self._ids(template or templates.query, fields, len(prompt.query.images))

    def _ids(self, template: str, fields: dict[str, str], images: int = 1) -> _Piece:
        """Fill a template; its image token stands for `images` pictures, one token each."""
        ids: list[int] = []
        text = tail = ""
        for piece in self._split.split(template):
            if piece in self._tokenizer.specials:
                count = images if piece == self._profile.image_token else 1
                ids += [self._tokenizer.special(piece)] * count
                text, tail = text + piece * count, ""
            elif piece:
                filled = fill(piece, fields)
                ids += self._tokenizer.encode(filled)
                text, tail = text + filled, filled
        return _Piece(ids, text, tail)

    def _require_shots_allowed(self, prompt: Prompt) -> None:
        if prompt.shots and self._profile.takes_shots == "no":
            raise PromptError(
                f"The model {self._profile.name} takes no reference cases.",
                "Clear the tray or choose another model.",
            )

    def _require_images_fit(self, prompt: Prompt) -> None:
        images, limit = len(prompt.images), self._profile.max_images
        if images <= limit:
            return
        room = limit - len(prompt.query.images)
        hint = f"Ask about at most {limit} pictures."
        if room >= 0:
            removed = len(prompt.shots) - _fitting([len(s.images) for s in prompt.shots], room)
            hint = f"Remove {removed} of the {len(prompt.shots)} reference cases."
        raise PromptError(
            f"The prompt holds {images} pictures; {self._profile.name} reads at most {limit}.", hint
        )

    def _require_tokens_fit(self, layout: Layout, max_new_tokens: int) -> None:
        limit, shots, query = self._profile.context_tokens, list(layout.shots), layout.query
        total = len(layout.encoded.tokens) + max_new_tokens
        if total <= limit:
            return
        room = limit - max_new_tokens - layout.preamble - query
        if room < 0:
            raise PromptError(
                f"The question needs {query} tokens and its answer {max_new_tokens}; "
                f"{self._profile.name} reads {limit} in all.",
                "Shorten the question or ask for a shorter answer.",
            )
        kept = _fitting(shots, room)
        raise PromptError(
            f"Prompt and answer need {total} tokens; {self._profile.name} reads {limit}.",
            f"The last {kept} of the {len(shots)} reference cases would fit: remove the others or "
            "shorten their texts.",
        )


def encoder_for(
    profile: ModelProfile, tokenizer: TextTokenizer, changes: TemplateChanges | None
) -> PromptEncoder:
    """Give the encoder of a model, with a user's templates where there are some.

    Raises PromptError when those cannot be used.
    """
    if changes is None:
        return PromptEncoder(profile, tokenizer)
    templates = changes.applied_to(profile.templates)
    require_whole(templates, profile.image_token, "The templates", PromptError)
    return PromptEncoder(replace(profile, templates=templates), tokenizer)


def _fitting(sizes: list[int], room: int) -> int:
    """Say how many of the last of these fit together."""
    kept = 0
    while kept < len(sizes) and sum(sizes[-kept - 1 :]) <= room:
        kept += 1
    return kept


def fill(template: str, fields: dict[str, str]) -> str:
    """Put texts into a template's fields; braces inside the texts stay as they are."""
    filled = ""
    for literal, name, _, _ in string.Formatter().parse(template):
        filled += literal + (fields[name] if name else "")
    return filled

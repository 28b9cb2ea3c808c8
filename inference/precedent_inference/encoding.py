"""A Prompt to token ids by a model's profile: templates, special tokens, limits.

Special tokens are found in the template alone, so that a question which says "<image>" stays a
question.
"""

import re
import string
from dataclasses import dataclass

from precedent_inference.errors import PromptError
from precedent_inference.profile import ModelProfile
from precedent_inference.prompt import Prompt, Shot
from precedent_inference.tokenizer import TextTokenizer


@dataclass(frozen=True, slots=True)
class EncodedPrompt:
    """A prompt as the model reads it."""

    tokens: tuple[int, ...]
    image_positions: tuple[int, ...]
    """Where the image tokens stand; as many as there are pictures, in prompt order."""
    text: str
    """The whole prompt, special tokens visible."""


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
        pieces = [self._start(), self._ids(self._profile.templates.preamble, {})]
        pieces += [self._shot(shot, rationale=rationale) for shot in prompt.shots]
        pieces.append(self._query(prompt, rationale=rationale))
        self._require_tokens_fit([len(ids) for ids, _ in pieces], max_new_tokens)
        tokens = tuple(token for ids, _ in pieces for token in ids)
        positions = tuple(at for at, token in enumerate(tokens) if token == self._image)
        assert len(positions) == len(prompt.shots) + 1
        return EncodedPrompt(tokens, positions, "".join(text for _, text in pieces))

    def _start(self) -> tuple[list[int], str]:
        start = self._profile.templates.start
        if start is None:
            return [], ""
        if isinstance(start, int):
            return [start], ""
        return [self._tokenizer.special(start)], start

    def _shot(self, shot: Shot, *, rationale: bool) -> tuple[list[int], str]:
        templates = self._profile.templates
        fields = {"question": shot.question.strip(), "answer": shot.answer.strip()}
        if rationale and templates.rationale_shot is not None and shot.rationale:
            fields["rationale"] = shot.rationale.strip()
            return self._ids(templates.rationale_shot, fields)
        return self._ids(templates.shot, fields)

    def _query(self, prompt: Prompt, *, rationale: bool) -> tuple[list[int], str]:
        templates = self._profile.templates
        template = templates.rationale_query if rationale else None
        return self._ids(template or templates.query, {"question": prompt.query.question.strip()})

    def _ids(self, template: str, fields: dict[str, str]) -> tuple[list[int], str]:
        ids: list[int] = []
        text = ""
        for piece in self._split.split(template):
            if piece in self._tokenizer.specials:
                ids.append(self._tokenizer.special(piece))
                text += piece
            elif piece:
                filled = fill(piece, fields)
                ids += self._tokenizer.encode(filled)
                text += filled
        return ids, text

    def _require_shots_allowed(self, prompt: Prompt) -> None:
        if prompt.shots and self._profile.takes_shots == "no":
            raise PromptError(
                f"The model {self._profile.name} takes no reference cases.",
                "Clear the tray or choose another model.",
            )

    def _require_images_fit(self, prompt: Prompt) -> None:
        images, limit = len(prompt.shots) + 1, self._profile.max_images
        if images > limit:
            raise PromptError(
                f"The prompt holds {images} pictures; {self._profile.name} reads at most {limit}.",
                f"Remove {images - limit} of the {len(prompt.shots)} reference cases.",
            )

    def _require_tokens_fit(self, lengths: list[int], max_new_tokens: int) -> None:
        limit = self._profile.context_tokens
        total = sum(lengths) + max_new_tokens
        if total <= limit:
            return
        start, preamble, *shots, query = lengths
        room = limit - max_new_tokens - start - preamble - query
        if room < 0:
            raise PromptError(
                f"The question needs {query} tokens and its answer {max_new_tokens}; "
                f"{self._profile.name} reads {limit} in all.",
                "Shorten the question or ask for a shorter answer.",
            )
        kept = 0
        while kept < len(shots) and sum(shots[-kept - 1 :]) <= room:
            kept += 1
        raise PromptError(
            f"Prompt and answer need {total} tokens; {self._profile.name} reads {limit}.",
            f"The last {kept} of the {len(shots)} reference cases would fit: remove the others or "
            "shorten their texts.",
        )


def fill(template: str, fields: dict[str, str]) -> str:
    """Put texts into a template's fields; braces inside the texts stay as they are."""
    filled = ""
    for literal, name, _, _ in string.Formatter().parse(template):
        filled += literal + (fields[name] if name else "")
    return filled

"""Counts a prompt's tokens and pictures against its model's limits, and what the caches hold of it.

It computes nothing with the model, so that it answers while one is being loaded or another question
runs. Nothing is refused for its size: what does not fit is what the caller wants to know.
"""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from precedent_inference.encoding import encoder_for
from precedent_inference.engine import Engine
from precedent_inference.images import framing, prepare_image, read_picture
from precedent_inference.models import TOKENIZER_FILE, ModelFolder, require_file
from precedent_inference.profile import ModelProfile
from precedent_inference.protocol import AskRequest, PictureFacts, PromptFacts
from precedent_inference.tokenizer import TextTokenizer, open_tokenizer

REMEMBERED: Final = 1024
"""Pictures whose key and size are kept, so that counting again decodes nothing."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """What is kept of a picture that was looked at."""

    key: str
    facts: PictureFacts


class PromptMeter:
    """Counts prompts for one model. May be used from any thread."""

    def __init__(self, profile: ModelProfile, tokenizer: TextTokenizer) -> None:
        self._profile = profile
        self._tokenizer = tokenizer
        self._pictures: OrderedDict[bytes, _Picture] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, request: AskRequest, engine: Engine | None = None) -> PromptFacts:
        """Give what a request takes; `engine` knows what is cached, None when it is not loaded.

        Raises PromptError when its templates cannot be used, ImageError when a picture cannot be
        read.
        """
        profile, prompt = self._profile, request.prompt
        encoder = encoder_for(profile, self._tokenizer, request.templates)
        layout = encoder.lay_out(prompt, rationale=request.rationale)
        pictures = [self._picture(data) for data in prompt.images]
        keys = [picture.key for picture in pictures]
        images, tokens = (0, 0) if engine is None else engine.held(layout.encoded.tokens, keys)
        return PromptFacts(
            model=profile.name,
            preamble_tokens=layout.preamble,
            shot_tokens=layout.shots,
            query_tokens=layout.query,
            answer_tokens=encoder.room_for(request.options) or request.sampling.max_new_tokens,
            context_tokens=profile.context_tokens,
            max_images=profile.max_images,
            trained_images=profile.trained_images,
            pictures=tuple(picture.facts for picture in pictures),
            images_cached=images,
            prompt_tokens_cached=tokens,
        )

    def _picture(self, data: bytes) -> _Picture:
        name = hashlib.sha256(data).digest()
        with self._lock:
            if name in self._pictures:
                self._pictures.move_to_end(name)
                return self._pictures[name]
        picture = self._look_at(data)
        with self._lock:
            self._pictures[name] = picture
            while len(self._pictures) > REMEMBERED:
                self._pictures.popitem(last=False)
        return picture

    def _look_at(self, data: bytes) -> _Picture:
        recipe = self._profile.image
        width, height = read_picture(data).size
        frame = framing(width, height, recipe)
        kept = (frame.left, frame.top, frame.width, frame.height)
        return _Picture(
            prepare_image(data, recipe).key, PictureFacts(width, height, kept, frame.scale)
        )


class Meters:
    """A meter for each model that was counted for; each opens its tokenizer once."""

    def __init__(self) -> None:
        self._known: dict[str, PromptMeter] = {}
        self._lock = threading.Lock()

    def of(self, model: ModelFolder) -> PromptMeter:
        """Give the meter of a model. Raises ModelError when its tokenizer cannot be opened."""
        name = model.profile.fingerprint
        with self._lock:
            if name not in self._known:
                tokenizer = open_tokenizer(require_file(model, TOKENIZER_FILE))
                self._known[name] = PromptMeter(model.profile, tokenizer)
            return self._known[name]

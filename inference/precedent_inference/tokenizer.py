"""Text to token ids and back, over a model folder's `tokenizer.json`.

User text is data: the text of a special token inside it is encoded as plain characters. Only a
template may name a special token, and it does so by `special`.
"""

import json
from pathlib import Path
from typing import cast

from tokenizers import Tokenizer

from precedent_inference.errors import ModelError

REPLACEMENT = "\ufffd"
"""What a decoder gives for bytes that are not a whole character yet."""


class TextTokenizer:
    """A tokenizer whose special tokens cannot be written by accident."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.encode_special_tokens = True
        self._tokenizer = tokenizer
        added = tokenizer.get_added_tokens_decoder()
        self._marks = {at: str(added[at].content) for at in added}
        self.specials: tuple[str, ...] = tuple(str(added[at].content) for at in sorted(added))
        """The texts of the special tokens, by id."""

    @property
    def vocabulary(self) -> int:
        """How many ids there are, special tokens included."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    def encode(self, text: str) -> list[int]:
        """Give the ids of plain text; nothing is added and no special token comes out."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def special(self, text: str) -> int:
        """Give the id of a special token. Raises ModelError when the tokenizer lacks it."""
        number = self._tokenizer.token_to_id(text) if text in self.specials else None
        if number is None:
            raise ModelError(
                f"The tokenizer has no special token {text!r} that the profile names.",
                "Import the model again.",
            )
        return int(number)

    def decode(self, ids: list[int]) -> str:
        """Give the text of ids, special tokens left out."""
        return str(self._tokenizer.decode(ids, skip_special_tokens=True))

    def piece(self, before: list[int], token: int) -> str:
        """Give the text that a token adds after others; a special token's is its own mark."""
        if token in self._marks:
            return self._marks[token]
        known = self.decode(before).rstrip(REPLACEMENT)
        return self.decode([*before, token])[len(known) :]


class TextStream:
    """Text of a growing row of tokens; a character cut between two tokens waits for its rest."""

    def __init__(self, tokenizer: TextTokenizer) -> None:
        self._tokenizer = tokenizer
        self._ids: list[int] = []
        self._text = ""

    def add(self, token: int) -> str:
        """Give what can be read beyond the last call."""
        self._ids.append(token)
        text = self._tokenizer.decode(self._ids)
        if text.endswith(REPLACEMENT):
            return ""
        new = text[len(self._text) :]
        self._text = text
        return new

    def finish(self) -> str:
        """Give the rest, an unfinished character as a replacement mark."""
        return self._tokenizer.decode(self._ids)[len(self._text) :]


def open_tokenizer(path: Path) -> TextTokenizer:
    """Read `tokenizer.json`; every added token counts as special, whatever the file says.

    Raises ModelError when the file is missing or is not a tokenizer.
    """
    # The broad except: tokenizers 0.23 raises a bare Exception for whatever it cannot read.
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        added = cast("list[dict[str, object]]", raw.get("added_tokens", []))
        raw["added_tokens"] = [{**token, "special": True} for token in added]
        tokenizer = Tokenizer.from_str(json.dumps(raw))
    except Exception as error:
        raise ModelError(
            f"The tokenizer of model {path.parent.name} cannot be read: {error}.",
            "Copy or import the model again.",
        ) from error
    return TextTokenizer(tokenizer)

"""LLaMA's tokenizer, old or new form, to our `tokenizer.json` with Flamingo's tokens behind it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sentencepiece import SentencePieceProcessor
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers

from precedent_inference.errors import ModelError

END_OF_CHUNK, IMAGE, PAD = "<|endofchunk|>", "<image>", "<PAD>"
"""Added in this order; the last only where the tokenizer has no padding of its own."""

UNKNOWN, BEGIN, END = 0, 1, 2
"""LLaMA's own special tokens, the same in every release."""

SPACE: Final = "\N{LOWER ONE EIGHTH BLOCK}"
MODEL_FILE, JSON_FILE, SETTINGS_FILE = (
    "tokenizer.model",
    "tokenizer.json",
    "tokenizer_config.json",
)


@dataclass(frozen=True, slots=True)
class ReleasedTokenizer:
    """A tokenizer with Flamingo's tokens, and what its release says of the first token."""

    tokenizer: Tokenizer
    start: int
    """The id that a prompt begins with."""
    start_reason: str
    """Why that one, for the model's card."""


def read_tokenizer(folder: Path, vocabulary: int) -> ReleasedTokenizer:
    """Read the tokenizer of a LLaMA folder for an embedding of `vocabulary` rows.

    Raises ModelError when there is none, when it cannot be read, or when its size and the
    embedding's exclude each other.
    """
    tokenizer = _read(folder)
    base = tokenizer.get_vocab_size(with_added_tokens=True)
    added = [END_OF_CHUNK, IMAGE, PAD]
    known = [token for token in added if tokenizer.token_to_id(token) is not None]
    missing = [token for token in added if token not in known]
    rows = vocabulary - base
    # A tokenizer that has padding of its own got no token for it; the others are always there.
    least = len(missing) - (PAD in missing)
    if not least <= rows <= len(missing):
        raise ModelError(
            f"The tokenizer has {base} tokens and the embedding {vocabulary} rows; Flamingo adds "
            f"{len(missing)}, or one less where there is padding already.",
            "Bring the tokenizer that the model was trained with.",
        )
    tokenizer.add_special_tokens(
        [AddedToken(token, normalized=False, special=True) for token in missing[:rows]]
    )
    start, reason = _start(folder, tokenizer)
    return ReleasedTokenizer(tokenizer, start, reason)


def _read(folder: Path) -> Tokenizer:
    # The broad excepts: both libraries raise bare errors for whatever they cannot read.
    if (folder / JSON_FILE).is_file():
        try:
            return _spaced_as_then(Tokenizer.from_file(str(folder / JSON_FILE)))
        except Exception as error:
            raise _unreadable(folder / JSON_FILE, error) from error
    if not (folder / MODEL_FILE).is_file():
        raise ModelError(
            f"The folder {folder.name} holds neither {JSON_FILE} nor {MODEL_FILE}.",
            "Bring the tokenizer of the LLaMA folder too.",
        )
    try:
        return from_sentencepiece(folder / MODEL_FILE)
    except Exception as error:
        raise _unreadable(folder / MODEL_FILE, error) from error


def from_sentencepiece(path: Path) -> Tokenizer:
    """Give the same tokenizer in the form of the tokenizers library.

    A merge is a piece and two pieces that make it; earlier pieces are merged first. Spaces become a
    letter of their own, one is put before every text, and what no piece covers becomes bytes.
    """
    processor = SentencePieceProcessor(model_file=str(path))
    pieces: list[str] = [processor.IdToPiece(at) for at in range(processor.GetPieceSize())]
    ranks = {piece: at for at, piece in enumerate(pieces)}
    merges: list[tuple[int, str, str]] = []
    for piece, rank in ranks.items():
        if processor.IsControl(rank) or processor.IsByte(rank) or processor.IsUnknown(rank):
            continue
        for cut in range(1, len(piece)):
            left, right = piece[:cut], piece[cut:]
            if left in ranks and right in ranks:
                merges.append((rank, left, right))
    merges.sort(key=lambda merge: (merge[0], ranks[merge[1]], ranks[merge[2]]))
    tokenizer = Tokenizer(
        models.BPE(
            vocab=ranks,
            merges=[(left, right) for _, left, right in merges],
            unk_token=pieces[UNKNOWN],
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    tokenizer.normalizer = _spaces()
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace(SPACE, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(content=" ", left=1),
        ]
    )
    tokenizer.add_special_tokens(
        [AddedToken(pieces[at], normalized=False) for at in (UNKNOWN, BEGIN, END)]
    )
    return tokenizer


def _spaced_as_then(tokenizer: Tokenizer) -> Tokenizer:
    """Put a space before every text, as SentencePiece does.

    Newer files of the same tokenizer leave it out where a text begins with a space already, or
    follows an added token; the model was trained with the space.
    """
    if isinstance(tokenizer.pre_tokenizer, pre_tokenizers.Metaspace):
        tokenizer.pre_tokenizer = None
        tokenizer.normalizer = _spaces()
    return tokenizer


def _spaces() -> normalizers.Normalizer:
    return normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])


def _start(folder: Path, tokenizer: Tokenizer) -> tuple[int, str]:
    """Give the id that a release's tokenizer puts first.

    Old copies of LLaMA state an empty start token; the tokenizer of that time then gave the id of
    the unknown token. Proper ones state the start token.
    """
    path = folder / SETTINGS_FILE
    if not path.is_file():
        return BEGIN, "LLaMA's own start token; the release states none"
    try:
        settings: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    token = settings.get("bos_token") if isinstance(settings, dict) else None
    text = token.get("content") if isinstance(token, dict) else token
    if text == "":
        return UNKNOWN, "the release states an empty start token, which was read as unknown"
    if not isinstance(text, str):
        return BEGIN, "LLaMA's own start token; the release states none"
    start = tokenizer.token_to_id(text)
    if start is None:
        raise ModelError(
            f"{SETTINGS_FILE} states the start token {text!r}, which the tokenizer does not have.",
            "Copy the whole LLaMA folder again; its files do not belong together.",
        )
    return start, f"{text}, the start token that the release states"


def _unreadable(path: Path, error: Exception) -> ModelError:
    return ModelError(f"The tokenizer file {path.name} cannot be read: {error}.", "Copy it again.")

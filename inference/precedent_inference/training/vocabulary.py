"""The starter model's tokenizer: byte-level BPE, trained on the language of episodes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from precedent_inference.training import words
from precedent_inference.training.recipe import VOCABULARY

START, IMAGE, END_OF_CHUNK, PAD = "<s>", "<image>", "<|endofchunk|>", "<PAD>"
SPECIALS = (PAD, START, IMAGE, END_OF_CHUNK)


def train_tokenizer(seed: int, sentences: int = 12_000) -> Tokenizer:
    """Train the tokenizer; the same seed gives the same file. Any text can be encoded."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIALS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(seed, sentences), trainer)
    return tokenizer


def load_tokenizer(path: Path) -> Tokenizer:
    """Read `tokenizer.json`."""
    return Tokenizer.from_file(str(path))


def token_id(tokenizer: Tokenizer, token: str) -> int:
    """Give the id of a token that must be there."""
    found: int | None = tokenizer.token_to_id(token)
    assert found is not None, token
    return found


def _corpus(seed: int, sentences: int) -> Iterator[str]:
    rng = np.random.default_rng([seed, 3])
    for _ in range(sentences):
        for answer in words.draw_answers(rng, 2):
            yield f"Question: {words.draw_question(rng)} Answer: {answer}"
        word = words.draw_word(rng)
        yield f"Question: {words.draw_yes_no(rng, word)} Answer: {rng.choice(['yes', 'no'])}"
        yield f"Question: {words.draw_how_many(rng, word)} {words.draw_where(rng, word)}"

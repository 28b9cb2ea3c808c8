"""The tokenizer of a LLaMA folder is what SentencePiece itself makes of a text."""

import json
from pathlib import Path

import pytest
from sentencepiece import SentencePieceProcessor
from tests.inference.importing.layouts import PIECES, write_tokenizer

from precedent_inference.errors import ModelError
from precedent_inference.importing.tokens import from_sentencepiece, read_tokenizer

TEXTS = (
    "Question: What is shown? Answer: a benign mass.",
    " leading and  two spaces ",
    "new\nline and\ttab",
    "12 mm, 3.5 cm",
    "caf\u00e9 \u4f60\u597d \U0001f600",
    "",
    "unseen words: pneumothorax <image>",
)


@pytest.mark.parametrize("text", TEXTS)
def test_ids_are_sentencepieces(tmp_path: Path, text: str) -> None:
    write_tokenizer(tmp_path)
    theirs = SentencePieceProcessor(model_file=str(tmp_path / "tokenizer.model"))
    ours = from_sentencepiece(tmp_path / "tokenizer.model")
    ids = ours.encode(text, add_special_tokens=False).ids
    assert ids == theirs.EncodeAsIds(text)
    assert ours.decode(ids) == theirs.DecodeIds(ids)


def test_flamingos_tokens_come_last_and_in_order(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    found = read_tokenizer(tmp_path, PIECES + 3).tokenizer
    names = ("<|endofchunk|>", "<image>", "<PAD>")
    assert [found.token_to_id(name) for name in names] == [PIECES, PIECES + 1, PIECES + 2]


def test_two_tokens_are_added_where_there_is_padding_already(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    found = read_tokenizer(tmp_path, PIECES + 2).tokenizer
    assert found.token_to_id("<image>") == PIECES + 1
    assert found.token_to_id("<PAD>") is None


@pytest.mark.parametrize("rows", [PIECES, PIECES + 1, PIECES + 4])
def test_another_number_of_rows_is_refused(tmp_path: Path, rows: int) -> None:
    write_tokenizer(tmp_path)
    with pytest.raises(ModelError, match=f"{PIECES} tokens and the embedding {rows} rows"):
        read_tokenizer(tmp_path, rows)


def test_a_tokenizer_json_is_read_as_it_is(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    before = from_sentencepiece(tmp_path / "tokenizer.model")
    before.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "tokenizer.model").unlink()
    after = read_tokenizer(tmp_path, PIECES + 3).tokenizer
    assert after.encode(TEXTS[0]).ids == before.encode(TEXTS[0]).ids


@pytest.mark.parametrize(
    ("settings", "start"),
    [
        ({"bos_token": ""}, 0),
        ({"bos_token": "<s>"}, 1),
        ({"bos_token": {"content": "", "lstrip": False}}, 0),
        ({"bos_token": {"content": "<s>"}}, 1),
        ({}, 1),
    ],
)
def test_the_start_token_is_what_the_release_states(
    tmp_path: Path, settings: dict[str, object], start: int
) -> None:
    write_tokenizer(tmp_path)
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    assert read_tokenizer(tmp_path, PIECES + 3).start == start

"""The tokenizer of a LLaMA folder is what SentencePiece itself makes of a text."""

import json
from pathlib import Path
from typing import Literal

import pytest
from sentencepiece import SentencePieceProcessor
from tests.inference.importing.layouts import PIECES, write_tokenizer
from tokenizers import normalizers, pre_tokenizers

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


def test_a_start_token_that_the_tokenizer_lacks_is_refused(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    (tmp_path / "tokenizer_config.json").write_text('{"bos_token": "<begin>"}')
    with pytest.raises(ModelError, match="states the start token '<begin>'"):
        read_tokenizer(tmp_path, PIECES + 3)


def test_a_tokenizer_that_has_the_tokens_already_gets_none(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    read_tokenizer(tmp_path, PIECES + 3).tokenizer.save(str(tmp_path / "tokenizer.json"))
    found = read_tokenizer(tmp_path, PIECES + 3).tokenizer
    assert found.get_vocab_size() == PIECES + 3
    assert found.token_to_id("<PAD>") == PIECES + 2


def test_padding_does_not_stand_in_for_the_image_token(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    padded = from_sentencepiece(tmp_path / "tokenizer.model")
    padded.add_special_tokens(["<PAD>"])
    padded.save(str(tmp_path / "tokenizer.json"))
    assert read_tokenizer(tmp_path, PIECES + 3).tokenizer.token_to_id("<image>") == PIECES + 2
    with pytest.raises(ModelError, match="rows"):
        read_tokenizer(tmp_path, PIECES + 2)


@pytest.mark.parametrize("text", TEXTS[:-1])  # the last names a token that is added
@pytest.mark.parametrize("scheme", ["first", "always"])
def test_the_newer_form_of_a_tokenizer_gives_the_same_ids(
    tmp_path: Path, text: str, scheme: Literal["first", "always"]
) -> None:
    """Newer releases of the libraries put the space in a step of its own."""
    write_tokenizer(tmp_path)
    older = from_sentencepiece(tmp_path / "tokenizer.model")
    newer = from_sentencepiece(tmp_path / "tokenizer.model")
    newer.normalizer = normalizers.Sequence([])
    newer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=False)
    newer.save(str(tmp_path / "tokenizer.json"))
    found = read_tokenizer(tmp_path, PIECES + 3).tokenizer
    wanted = older.encode(text, add_special_tokens=False).ids
    assert found.encode(text, add_special_tokens=False).ids == wanted


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer.model", "tokenizer_config.json"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    write_tokenizer(tmp_path)
    (tmp_path / name).write_bytes(b"\xff{")
    with pytest.raises(ModelError, match=f"{name} cannot be read"):
        read_tokenizer(tmp_path, PIECES + 3)

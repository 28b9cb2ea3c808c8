import numpy as np
import pytest
from tokenizers import Tokenizer

from precedent_inference.training import words
from precedent_inference.training.episodes import (
    attribute_episode,
    label_episode,
    text_episode,
    to_tokens,
    yes_no_episode,
)
from precedent_inference.training.vocabulary import (
    END_OF_CHUNK,
    IMAGE,
    token_id,
    train_tokenizer,
)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(0, sentences=300)


def test_an_answer_counts_only_after_its_kind_was_shown() -> None:
    episode = label_episode(np.random.default_rng(0), chunks=8, ways=3)
    seen: set[int] = set()
    for chunk in episode:
        assert chunk.is_learnt == (chunk.kind in seen)
        seen.add(chunk.kind)


def test_chunks_of_one_kind_share_their_answer_and_kinds_differ() -> None:
    episode = label_episode(np.random.default_rng(1), chunks=9, ways=4)
    answers = {(chunk.kind, chunk.answer) for chunk in episode}
    assert len(answers) == len({answer for _, answer in answers}) == 4


def test_yes_and_no_change_sides_between_episodes() -> None:
    sides = {
        yes_no_episode(np.random.default_rng(seed), 4)[0].answer.lower() == "yes"
        for seed in range(12)
    }
    assert sides == {True, False}


def test_a_true_count_is_learnt_from_the_picture_alone() -> None:
    episodes = [
        attribute_episode(np.random.default_rng(seed), 4, is_count=True) for seed in range(20)
    ]
    assert any(episode[0].is_learnt for episode in episodes)


def test_targets_are_the_answer_and_the_end(tokenizer: Tokenizer) -> None:
    episode = text_episode(np.random.default_rng(2), chunks=3, ways=2)
    batch = to_tokens(tokenizer, [episode])
    learnt = batch.tokens[0][batch.is_target[0]].tolist()
    expected: list[int] = []
    for chunk in episode:
        if chunk.is_learnt:
            expected += tokenizer.encode(f" {chunk.answer}").ids
            expected.append(token_id(tokenizer, END_OF_CHUNK))
    assert learnt == expected


def test_every_token_sees_its_own_chunks_image(tokenizer: Tokenizer) -> None:
    batch = to_tokens(tokenizer, [label_episode(np.random.default_rng(3), chunks=4, ways=2)])
    images = batch.tokens[0] == token_id(tokenizer, IMAGE)
    assert batch.media_index[0].tolist() == images.cumsum().tolist()


def test_held_back_words_are_never_in_a_training_answer() -> None:
    rng = np.random.default_rng(4)
    for _ in range(300):
        word = words.draw_word(rng)
        assert not words.is_held_back(word)


def test_any_text_survives_the_tokenizer(tokenizer: Tokenizer) -> None:
    text = " Größe 3½ mm, 肺 nodule?"
    assert tokenizer.decode(tokenizer.encode(text).ids) == text

"""Prompts to tokens: templates, limits, and user text that stays text."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.inference.tiny import SPECIALS, tiny_profile, tiny_tokenizer

from precedent_inference.encoding import EncodedPrompt, PromptEncoder, fill
from precedent_inference.errors import PromptError
from precedent_inference.profile import ModelProfile
from precedent_inference.prompt import Prompt, Query, Shot
from precedent_inference.templates import Templates
from precedent_inference.tokenizer import TextStream, TextTokenizer

TOKENIZER = TextTokenizer(tiny_tokenizer())
IMAGE = TOKENIZER.special("<image>")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
    lambda text: bool(text.strip())
)
TRICKY = st.one_of(WORDS, st.sampled_from([*SPECIALS, "{answer}", "a<image>b<|endofchunk|>"]))


def encoder(**changes: object) -> PromptEncoder:
    profile: ModelProfile = replace(tiny_profile("previous"), **changes)  # type: ignore[arg-type]
    return PromptEncoder(profile, TOKENIZER)


def prompt(shots: int, question: str = "Which class?") -> Prompt:
    shot = Shot((b"",), "Which class?", "benign")
    return Prompt((shot,) * shots, Query((b"",), question))


def encode(prompt: Prompt, **changes: object) -> EncodedPrompt:
    return encoder(**changes).encode(prompt, max_new_tokens=8)


def test_the_prompt_reads_as_the_template_says() -> None:
    encoded = encode(prompt(1))
    assert encoded.text == (
        "<s><image>Question: Which class? Answer: benign<|endofchunk|>"
        "<image>Question: Which class? Answer:"
    )


def test_answer_tokens_are_those_of_the_answer_with_its_leading_space() -> None:
    shot = [IMAGE, *TOKENIZER.encode("Question: Which class? Answer:")]
    shot += [*TOKENIZER.encode(" benign"), TOKENIZER.special("<|endofchunk|>")]
    assert encode(prompt(1)).tokens[1 : len(shot) + 1] == tuple(shot)


@given(st.lists(st.tuples(TRICKY, TRICKY), max_size=3), TRICKY)
def test_image_positions_match_pictures_whatever_the_user_writes(
    shots: list[tuple[str, str]], question: str
) -> None:
    asked = Prompt(tuple(Shot((b"",), q, a) for q, a in shots), Query((b"",), question))
    encoded = encode(asked, context_tokens=10_000)
    ends = encoded.tokens.count(TOKENIZER.special("<|endofchunk|>"))
    assert len(encoded.image_positions) == encoded.tokens.count(IMAGE) == len(shots) + 1
    assert ends == len(shots)
    assert encoded.tokens.count(TOKENIZER.special("<s>")) == 1


@given(TRICKY)
def test_plain_text_survives_its_tokens(text: str) -> None:
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@given(TRICKY)
def test_streamed_pieces_make_the_whole_text(text: str) -> None:
    stream = TextStream(TOKENIZER)
    pieces = [stream.add(token) for token in TOKENIZER.encode(text)]
    assert "".join([*pieces, stream.finish()]) == text


def test_a_turn_of_several_pictures_has_an_image_token_for_each() -> None:
    asked = Prompt((Shot((b"", b""), "Same?", "no"),), Query((b"", b"", b""), "Same?"))
    encoded = encode(asked)
    assert encoded.text == (
        "<s><image><image>Question: Same? Answer: no<|endofchunk|>"
        "<image><image><image>Question: Same? Answer:"
    )
    assert len(encoded.image_positions) == len(asked.images) == 5


def test_the_text_before_the_first_picture_is_the_models_own_or_the_users() -> None:
    templates = replace(tiny_profile("next").templates, preamble="Answer the last. ")
    assert encode(prompt(0), templates=templates).text.startswith("<s>Answer the last. <image>")
    own = replace(prompt(0), preamble="Be brief: <image>")
    encoded = encode(own, templates=templates)
    assert encoded.text.startswith("<s>Be brief: <image><image>Question")
    assert encoded.tokens.count(IMAGE) == 1


def test_the_pictures_of_a_question_alone_may_be_too_many() -> None:
    asked = Prompt((), Query((b"",) * 12, "Why?"))
    with pytest.raises(PromptError, match=r"12 pictures.*at most 9.*Ask about at most 9"):
        encode(asked)


def test_cases_of_several_pictures_say_how_many_cases_are_too_many() -> None:
    asked = Prompt((Shot((b"",) * 4, "Why?", "mass"),) * 3, Query((b"",), "Why?"))
    with pytest.raises(PromptError, match=r"13 pictures.*at most 9.*Remove 1 of the 3"):
        encode(asked)


@pytest.mark.parametrize("turn", [lambda: Shot((), "Why?", "mass"), lambda: Query((), "Why?")])
def test_a_turn_without_a_picture_is_refused(turn: Callable[[], object]) -> None:
    with pytest.raises(PromptError, match="no picture"):
        turn()


def test_an_option_has_the_tokens_of_an_answer_in_a_shot() -> None:
    asked = prompt(0, "Is <image> a word?")
    option = encoder().option(encode(asked), "benign")
    whole = TOKENIZER.encode("Question: Is <image> a word? Answer: benign")
    assert [*TOKENIZER.encode("Question: Is <image> a word? Answer:"), *option] == whole


def test_too_many_pictures_are_refused_with_what_to_remove() -> None:
    with pytest.raises(PromptError, match=r"11 pictures.*at most 9.*Remove 2 of the 10"):
        encode(prompt(10))


def test_a_prompt_that_is_too_long_says_what_would_fit() -> None:
    one = len(encode(prompt(1)).tokens) - len(encode(prompt(0)).tokens)
    room = len(encode(prompt(0)).tokens) + 2 * one + one // 2 + 8
    with pytest.raises(PromptError, match=r"The last 2 of the 5 reference cases would fit"):
        encode(prompt(5), context_tokens=room)
    assert len(encode(prompt(2), context_tokens=room).tokens) <= room - 8


def test_a_question_that_fills_the_context_alone_is_refused() -> None:
    with pytest.raises(PromptError, match="Shorten the question"):
        encode(prompt(1, "why " * 300), context_tokens=100)


def test_a_model_without_shots_refuses_them() -> None:
    with pytest.raises(PromptError, match="takes no reference cases"):
        encode(prompt(1), takes_shots="no")


def test_a_rationale_stands_in_its_own_template() -> None:
    templates = Templates(
        shot="<image>{question}{answer}",
        query="<image>{question}",
        rationale_shot="<image>{question} because {rationale}: {answer}<|endofchunk|>",
        rationale_query="<image>{question} because",
    )
    shot = Shot((b"",), "Why?", "mass", rationale="it is round")
    asked = Prompt((shot,), Query((b"",), "Why?"))
    encoded = encoder(templates=templates).encode(asked, max_new_tokens=8, rationale=True)
    assert encoded.text == (
        "<image>Why? because it is round: mass<|endofchunk|><image>Why? because"
    )


def test_a_start_token_may_be_given_by_id() -> None:
    templates = replace(tiny_profile("next").templates, start=3)
    assert encode(prompt(0), templates=templates).tokens[0] == 3


@given(st.text(), st.text())
def test_braces_in_user_text_stay(question: str, answer: str) -> None:
    filled = fill("Q {question} A {answer}.", {"question": question, "answer": answer})
    assert filled == f"Q {question} A {answer}."


@pytest.mark.parametrize("text", ["", "   ", "x" * 100_000])
def test_an_empty_or_endless_question_is_refused(text: str) -> None:
    with pytest.raises(PromptError, match="question"):
        Query((b"",), text)

"""An answer's text: marks, stop texts and white space, however the text is cut into pieces."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.inference.tiny import tiny_profile

from precedent_inference.generation.cleanup import AnswerText, DropText, clean
from precedent_inference.profile import AnswerRules, StopRules

PROFILE = replace(
    tiny_profile("next"),
    answer=AnswerRules(("<unk> ",)),
    stop=StopRules((), ("Question", "Answer")),
)


def stream(text: str, answer: AnswerText, data: st.DataObject) -> str:
    passed = ""
    while text:
        length = data.draw(st.integers(1, len(text)))
        passed, text = passed + answer.add(text[:length]), text[length:]
    return passed + answer.finish()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        # The demo's clean-up: the mark and its space go, white space around goes.
        ("<unk> pneumonia ", "pneumonia"),
        ("left <unk> lower lobe", "left lower lobe"),
        ("<unk>s stay", "<unk>s stay"),
        # The evaluation's: what precedes the next "Question" or "Answer".
        (" yes Question: and now?", "yes"),
        ("yes\nAnswer: no Question:", "yes"),
        ("Question: what", ""),
        ("  ", ""),
    ],
)
def test_an_answer_is_cleaned_as_the_reference_does(text: str, cleaned: str) -> None:
    assert clean(text, PROFILE) == cleaned


def test_a_request_may_add_a_stop_text() -> None:
    assert clean("yes. But no", PROFILE, (".",)) == "yes"


@given(st.text("aQ <unk>Question", max_size=40), st.data())
def test_any_cutting_gives_the_same_text(text: str, data: st.DataObject) -> None:
    assert stream(text, AnswerText(PROFILE), data) == clean(text, PROFILE)


@given(st.text("ab<>", max_size=30), st.data())
def test_dropped_marks_are_those_that_replace_finds(text: str, data: st.DataObject) -> None:
    drop, passed, rest = DropText(("<a>",)), "", text
    while rest:
        length = data.draw(st.integers(1, len(rest)))
        passed, rest = passed + drop.add(rest[:length]), rest[length:]
    assert passed + drop.finish() == text.replace("<a>", "")


def test_the_end_is_known_as_soon_as_it_is_reached() -> None:
    answer = AnswerText(PROFILE)
    assert (answer.add("yes Quest"), answer.is_ended) == ("yes", False)
    assert (answer.add("ion"), answer.is_ended) == ("", True)

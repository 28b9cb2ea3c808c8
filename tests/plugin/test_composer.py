"""A prompt holds the shots in order, and words that cannot be asked are refused in a sentence."""

import pytest

from precedent_inference.errors import PromptError
from precedent_plugin.cases import Case, Provenance
from precedent_plugin.composer import compose
from precedent_plugin.preprocess import ViewImage

IMAGE = ViewImage(b"query", "f" * 64, 16, 16, Provenance())
PICTURES = {"a" * 64: b"one", "b" * 64: b"two"}
CASES = (
    Case("1" * 32, ("a" * 64,), " Which side? ", "Left", "It lies left."),
    Case("2" * 32, ("b" * 64, "a" * 64), "Which side?", "Right"),
)


def test_shots_stand_in_order_with_all_their_pictures() -> None:
    prompt = compose(CASES, IMAGE, " Which side? ", picture=PICTURES.__getitem__)
    assert [(shot.images, shot.question, shot.answer) for shot in prompt.shots] == [
        ((b"one",), "Which side?", "Left"),
        ((b"two", b"one"), "Which side?", "Right"),
    ]
    assert [shot.case_id for shot in prompt.shots] == ["1" * 32, "2" * 32]
    assert (prompt.query.images, prompt.query.question) == ((b"query",), "Which side?")


def test_rationale_is_sent_only_when_asked_for() -> None:
    plain = compose(CASES[:1], IMAGE, "Q", picture=PICTURES.__getitem__)
    reasoned = compose(CASES[:1], IMAGE, "Q", picture=PICTURES.__getitem__, rationale=True)
    assert plain.shots[0].rationale is None
    assert reasoned.shots[0].rationale == "It lies left."


def test_rationale_needs_one_in_every_shot() -> None:
    with pytest.raises(PromptError, match="1 of 2 references have none"):
        compose(CASES, IMAGE, "Q", picture=PICTURES.__getitem__, rationale=True)


@pytest.mark.parametrize(
    ("question", "words"),
    [("", "is empty"), (" \n\t", "is empty"), ("x" * 100_000, "100,000 characters; at most 2,000")],
)
def test_question_that_is_none_is_refused(question: str, words: str) -> None:
    with pytest.raises(PromptError, match=words) as caught:
        compose(CASES, IMAGE, question, picture=PICTURES.__getitem__)
    assert caught.value.hint
    assert len(str(caught.value)) < 200


def test_ninth_shot_is_refused() -> None:
    with pytest.raises(PromptError, match="9 references"):
        compose(CASES[:1] * 9, IMAGE, "Q", picture=PICTURES.__getitem__)

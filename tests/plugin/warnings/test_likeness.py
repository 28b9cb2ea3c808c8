"""Shots that do not belong to the picture, by what they say of themselves and by their looks."""

from dataclasses import replace
from typing import Any

import pytest
from tests.plugin.warnings.scene import case, organ, png, proposal, view

from precedent_plugin.cases import Case
from precedent_plugin.warnings.check import prompt_warnings
from precedent_plugin.warnings.repair import MatchScale, MatchWindow, MuteShots, Reorder

SEEN = png(organ(1))


def pair(**second: Any) -> tuple[Case, Case]:
    first: dict[str, Any] = {
        "modality": "CT",
        "body_part": "CHEST",
        "window": (40.0, 400.0),
        "spacing_mm": (0.7, 0.7),
    }
    return case(1, "Left", **first), case(2, "Right", **(first | second))


HERE = view(SEEN, modality="CT", body_part="CHEST", window=(40.0, 400.0), spacing_mm=(0.7, 0.7))


@pytest.mark.parametrize(
    ("second", "kind", "words"),
    [
        ({"modality": "MR"}, "mixed-modality", "Reference 2 is labelled MR; the picture is CT."),
        ({"body_part": "HAND"}, "mixed-anatomy", "labelled HAND; the picture is CHEST."),
        (
            {"window": (-600.0, 1500.0)},
            "mixed-window",
            "another window than the picture (40 / 400)",
        ),
    ],
)
def test_what_differs_from_the_picture_is_named(
    second: dict[str, Any], kind: str, words: str
) -> None:
    shots = pair(**second)
    (warning,) = prompt_warnings(proposal(*shots, image=HERE))
    assert warning.kind == kind
    assert words in warning.message
    assert warning.case_ids == (shots[1].id,)


@pytest.mark.parametrize(
    "second",
    [
        {},
        {"modality": ""},
        {"modality": "PICTURE"},
        {"body_part": "thorax"},
        {"body_part": ""},
        {"window": (50.0, 350.0)},
        {"window": None},
        {"spacing_mm": (0.5, 0.5)},
        {"spacing_mm": None},
    ],
)
def test_what_agrees_or_is_not_known_is_not_held_against_a_shot(second: dict[str, Any]) -> None:
    assert prompt_warnings(proposal(*pair(**second), image=HERE)) == ()


def test_two_names_of_a_radiograph_are_one_kind() -> None:
    shots = (case(1, "Left", modality="CR"), case(2, "Right", modality="DX"))
    assert prompt_warnings(proposal(*shots, image=view(SEEN, modality="CR"))) == ()


def test_without_a_picture_the_minority_is_named() -> None:
    shots = (case(1, "a", modality="CT"), case(2, "b", modality="MR"), case(3, "c", modality="CT"))
    (warning,) = prompt_warnings(proposal(*shots))
    assert warning.message == "Reference 2 is labelled MR; the others are CT."
    assert warning.repair == MuteShots((shots[1].id,))


def test_another_window_can_be_matched() -> None:
    shots = pair(window=(-600.0, 1500.0))
    (warning,) = prompt_warnings(proposal(*shots, image=HERE))
    assert warning.repair == MatchWindow((shots[1].id,), (40.0, 400.0))


def test_another_scale_can_be_matched() -> None:
    shots = pair(spacing_mm=(1.4, 1.4))
    (warning,) = prompt_warnings(proposal(*shots, image=HERE))
    assert warning.repair == MatchScale((shots[1].id,), 0.7)


def test_a_shot_unlike_the_picture_is_weak() -> None:
    shots = (replace(pair()[0], question="What is it?"), pair()[1])
    alike = {shots[0].id: 0.4, shots[1].id: 0.8}
    (warning,) = prompt_warnings(proposal(*shots, image=HERE, likenesses=alike))
    assert warning.kind == "weak-shot"
    assert "0.40; the best reaches 0.80" in warning.message
    assert warning.repair == MuteShots((shots[0].id,))


def test_a_shot_alone_is_weak_when_it_is_like_nothing() -> None:
    shot = case(1)
    (warning,) = prompt_warnings(proposal(shot, image=HERE, likenesses={shot.id: 0.2}))
    assert warning.kind == "weak-shot"
    assert "best" not in warning.message


def test_a_contrast_is_not_weak_until_it_is_like_nothing() -> None:
    shots = pair()
    alike = {shots[0].id: 0.3, shots[1].id: 0.8}
    assert prompt_warnings(proposal(*shots, image=HERE, likenesses=alike)) == ()
    (warning,) = prompt_warnings(
        proposal(*shots, image=HERE, likenesses=alike | {shots[0].id: 0.2})
    )
    assert warning.kind == "weak-shot"


def test_shots_about_as_alike_as_the_best_are_not_weak() -> None:
    shots = pair()
    alike = {shots[0].id: 0.5, shots[1].id: 0.8}
    assert prompt_warnings(proposal(*shots, image=HERE, likenesses=alike)) == ()


def test_the_most_alike_in_front_is_worth_a_word() -> None:
    shots = pair()
    alike = {shots[0].id: 0.9, shots[1].id: 0.6}
    (warning,) = prompt_warnings(proposal(*shots, image=HERE, likenesses=alike))
    assert (warning.kind, warning.repair) == ("best-not-last", Reorder("most-similar-last"))
    close = {shots[0].id: 0.9, shots[1].id: 0.8}
    assert prompt_warnings(proposal(*shots, image=HERE, likenesses=close)) == ()

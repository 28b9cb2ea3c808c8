"""What the shots' answers say before the model does."""

from dataclasses import replace

from tests.plugin.warnings.scene import case, kinds, proposal

from precedent_plugin.warnings.check import prompt_warnings
from precedent_plugin.warnings.repair import FindShots, MuteShots


def test_one_answer_asks_for_counter_examples() -> None:
    (warning,) = prompt_warnings(proposal(case(1, "Left"), case(2, " left. ")))
    assert warning.kind == "one-answer"
    assert warning.repair == FindShots(other_than="Left")


def test_a_majority_says_what_and_mutes_the_least_alike_of_it() -> None:
    shots = (case(1, "Left"), case(2, "Right"), case(3, "left"), case(4, "Left"))
    alike = {shots[0].id: 0.7, shots[1].id: 0.8, shots[2].id: 0.6, shots[3].id: 0.9}
    (warning,) = prompt_warnings(proposal(*shots, likenesses=alike))
    assert warning.kind == "majority"
    assert "majority says “Left”: 3 of 4" in warning.message
    assert warning.repair == MuteShots((shots[2].id, shots[0].id))


def test_a_balanced_tray_has_no_majority() -> None:
    shots = (case(1, "Left"), case(2, "Right"), case(3, "Left"), case(4, "Right"))
    assert prompt_warnings(proposal(*shots)) == ()
    # Three of five, and two of three, are two thirds at most.
    assert prompt_warnings(proposal(*shots, case(5, "Left"))) == ()
    assert prompt_warnings(proposal(*shots[:3])) == ()


def test_two_shots_are_no_majority() -> None:
    assert prompt_warnings(proposal(case(1, "Left"), case(2, "Right"))) == ()


def test_a_missing_rationale_is_named_only_where_one_is_asked_for() -> None:
    told = replace(case(1, "Left"), rationale="It is dark there.")
    shots = (told, case(2, "Right"))
    (warning,) = prompt_warnings(proposal(*shots, rationale=True))
    assert (warning.kind, warning.repair) == ("rationale-missing", MuteShots((shots[1].id,)))
    assert prompt_warnings(proposal(*shots)) == ()
    both = (told, replace(shots[1], rationale="It is bright."))
    assert kinds(prompt_warnings(proposal(*both, rationale=True))) == []


def test_an_empty_tray_offers_to_look_for_references() -> None:
    (warning,) = prompt_warnings(proposal())
    assert (warning.kind, warning.repair) == ("no-shots", FindShots())


def test_a_contradiction_is_muted_whole() -> None:
    shots = (case(1, "Left"), case(2, "Right"), replace(case(3, "Right"), images=case(1).images))
    (warning,) = prompt_warnings(proposal(*shots))
    assert warning.kind == "contradiction"
    assert warning.repair == MuteShots((shots[0].id, shots[2].id))

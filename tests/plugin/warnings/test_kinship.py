"""Shots that hold the answer already are found, each under its closest tie."""

from dataclasses import replace
from typing import Any

import pytest
from tests.plugin.warnings.scene import case, kinds, organ, png, proposal, view

from precedent_plugin.warnings.check import prompt_warnings
from precedent_plugin.warnings.repair import MuteShots, RemoveShots

SEEN = png(organ(1))
CROPPED = png(organ(1)[20:150, 40:170])
OTHER = png(organ(2))


def test_a_cropped_copy_of_the_picture_is_a_near_duplicate() -> None:
    shots = (case(1, picture=OTHER), case(2, "Right", picture=CROPPED, patient_key="p"))
    made = proposal(
        *shots,
        image=view(SEEN, patient_key="p"),
        pictures={shots[0].images[0]: OTHER, shots[1].images[0]: CROPPED},
    )
    (warning,) = prompt_warnings(made)
    assert warning.kind == "near-duplicate"
    assert warning.message.startswith("Reference 2 is a cropped copy of the picture")
    assert warning.repair == MuteShots((shots[1].id,))


def test_another_picture_is_no_near_duplicate() -> None:
    shots = (case(1, picture=OTHER), case(2, "Right", picture=png(organ(3))))
    made = proposal(*shots, image=view(SEEN), pictures={shots[0].images[0]: OTHER})
    assert prompt_warnings(made) == ()


@pytest.mark.parametrize(
    ("where", "kind"), [({"patient_key": "p"}, "same-patient"), ({"study_key": "s"}, "same-study")]
)
def test_a_tie_of_person_is_named_and_muted(where: dict[str, Any], kind: str) -> None:
    shots = (case(1), case(2, "Right", **where))
    (warning,) = prompt_warnings(proposal(*shots, image=view(SEEN, **where)))
    assert (warning.kind, warning.repair) == (kind, MuteShots((shots[1].id,)))


def test_unknown_people_are_nobodys_kin() -> None:
    assert prompt_warnings(proposal(case(1), case(2, "Right"), image=view(SEEN))) == ()


def test_two_copies_with_one_lesson_are_twins() -> None:
    shots = (
        case(1, picture=SEEN),
        case(2, picture=CROPPED),
        case(3, "Right", picture=OTHER),
        case(4, "Right", picture=png(organ(4))),
    )
    pictures = {shots[0].images[0]: SEEN, shots[1].images[0]: CROPPED, shots[2].images[0]: OTHER}
    (warning,) = prompt_warnings(proposal(*shots, pictures=pictures))
    assert warning.kind == "twin-shots"
    assert warning.repair == RemoveShots((shots[0].id,))


def test_copies_that_teach_different_things_are_no_twins() -> None:
    first, second = case(1, picture=SEEN), case(2, "Right", picture=CROPPED)
    asked = replace(second, question="What is it?")
    pictures = {first.images[0]: SEEN, second.images[0]: CROPPED}
    assert "twin-shots" not in kinds(prompt_warnings(proposal(first, asked, pictures=pictures)))

"""Every warning is given when it is true, and only then."""

import io
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from PIL import Image

from precedent_plugin.cases import Case, Provenance
from precedent_plugin.pictures import content_hash
from precedent_plugin.preprocess import ViewImage, encode_png
from precedent_plugin.warnings import check
from precedent_plugin.warnings.warning import PromptWarning, Proposal


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    return encode_png(pixels)


def case(
    number: int,
    answer: str,
    *,
    seed: int = 0,
    patient: str = "",
    study: str = "",
    pictures: int = 1,
) -> Case:
    sha256 = content_hash(picture(seed or number))
    return Case(
        f"{number:032x}",
        (sha256,) * pictures,
        "Which side?",
        answer,
        provenance=Provenance(patient_key=patient, study_key=study),
    )


def view(
    seed: int = 99, *, patient: str = "p1", study: str = "s1", blank: bool = False, note: str = ""
) -> ViewImage:
    png = picture(seed)
    return ViewImage(
        png,
        content_hash(png),
        16,
        16,
        Provenance(patient_key=patient, study_key=study),
        notes=(note,) if note else (),
        is_blank=blank,
    )


GOOD = (case(1, "Left", patient="p2", study="s2"), case(2, "Right", patient="p3", study="s3"))


def prompt_warnings(
    cases: Sequence[Case], image: ViewImage, pictures: Mapping[str, bytes] | None = None
) -> tuple[PromptWarning, ...]:
    return check.prompt_warnings(Proposal(cases, image, pictures or {}))


def kinds(warnings: tuple[PromptWarning, ...]) -> list[str]:
    return [warning.kind for warning in warnings]


def test_good_prompt_has_no_warning() -> None:
    assert prompt_warnings(GOOD, view()) == ()


def test_nothing_is_held_against_pictures_of_unknown_patients() -> None:
    shots = (case(1, "Left"), case(2, "Right"))
    assert prompt_warnings(shots, view(patient="", study="")) == ()


@pytest.mark.parametrize(
    ("shots", "image", "kind"),
    [
        ((), view(), "no-shots"),
        ((GOOD[0], case(3, " left. ")), view(), "one-answer"),
        ((*GOOD, case(3, "Left", seed=2)), view(), "contradiction"),
        ((*GOOD, case(3, "Left", patient="p1", study="s9")), view(), "same-patient"),
        ((*GOOD, case(3, "Left", patient="p1", study="s1")), view(), "same-study"),
        ((*GOOD, case(3, "Left", seed=99, patient="p1")), view(), "same-image"),
        (GOOD, view(blank=True), "blank-image"),
        (GOOD, view(note="3 rows missing: shown black"), "pixels-not-whole"),
    ],
)
def test_warning_is_given_alone(shots: tuple[Case, ...], image: ViewImage, kind: str) -> None:
    assert kinds(prompt_warnings(shots, image)) == [kind]


def test_single_shot_is_no_majority() -> None:
    assert prompt_warnings(GOOD[:1], view()) == ()


def test_same_answer_twice_about_one_picture_is_no_contradiction() -> None:
    shots = (*GOOD, case(3, "RIGHT ", seed=2))
    assert kinds(prompt_warnings(shots, view())) == ["twin-shots"]


def test_same_pixels_from_another_encoder_are_the_same_picture() -> None:
    target = io.BytesIO()
    with Image.open(io.BytesIO(picture(99))) as same:
        same.save(target, "PNG", compress_level=0)
    png = target.getvalue()
    shot = Case("3" * 32, (content_hash(png),), "Which side?", "Left")
    assert kinds(prompt_warnings((*GOOD, shot), view(), {shot.images[0]: png})) == ["same-image"]


def test_warning_names_the_shots_by_their_place() -> None:
    shots = (GOOD[0], case(3, "Right", patient="p1"), case(4, "Both", patient="p1"))
    (warning,) = prompt_warnings(shots, view())
    assert warning.message.startswith("References 2 and 3 are from the same patient")
    assert warning.case_ids == (shots[1].id, shots[2].id)

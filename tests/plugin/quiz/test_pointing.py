"""Distances from a marked place, computed by hand."""

import pytest

from precedent_plugin.cases import Case, Provenance, Roi
from precedent_plugin.errors import CaseError, QuestionError
from precedent_plugin.quiz.pointing import compare
from precedent_plugin.quiz.reviews import Review, as_csv
from precedent_plugin.quiz.round import QuizRound

ROI = Roi(10, 20, 30, 40)
"""From (10, 20) to (40, 60)."""


@pytest.mark.parametrize(
    ("point", "pixels"),
    [
        ((10, 20), 0),
        ((25, 40), 0),
        ((40, 60), 0),
        ((7, 30), 3),
        ((43, 64), 5),  # 3 across, 4 down
        ((25, 65), 5),
    ],
)
def test_distance_in_pixels_is_that_to_the_rectangle(
    point: tuple[float, float], pixels: float
) -> None:
    assert compare(ROI, Provenance(), point).pixels == pytest.approx(pixels)


def test_pixels_that_are_not_square_are_measured_each_way() -> None:
    # 3 columns of 2 mm and 4 rows of 0.5 mm beside it: sqrt(6² + 2²).
    where = Provenance(spacing_mm=(0.5, 2.0))
    found = compare(ROI, where, (43, 64))
    assert found.millimetres == pytest.approx(40**0.5)
    assert found.words == "6.3 mm beside it"
    assert not found.is_right


def test_slides_are_measured_by_their_micrometres() -> None:
    found = compare(ROI, Provenance(mpp=250.0), (43, 64))
    assert found.millimetres == pytest.approx(1.25)
    assert found.is_right


def test_a_point_is_a_place_too() -> None:
    found = compare(Roi(10, 10), Provenance(spacing_mm=(1.0, 1.0)), (10, 15))
    assert (found.millimetres, found.is_right) == (5.0, True)
    assert not compare(Roi(10, 10), Provenance(spacing_mm=(1.0, 1.0)), (10, 15.1)).is_right


def test_without_a_scale_pixels_count() -> None:
    found = compare(ROI, Provenance(), (43, 64))
    assert (found.millimetres, found.words, found.is_right) == (None, "5 pixels beside it", False)


@pytest.mark.parametrize("sides", [(-1, 0, 1, 1), (0, 0, -1, 1), (float("nan"), 0, 1, 1)])
def test_what_is_no_rectangle_is_refused(sides: tuple[float, ...]) -> None:
    with pytest.raises(CaseError):
        Roi(*sides)


def a_case(roi: Roi | None) -> Case:
    where = Provenance(spacing_mm=(1.0, 1.0))
    return Case("1" * 32, ("a" * 64,), "Where is it?", "here", provenance=where, roi=roi)


def test_a_round_takes_points_and_keeps_millimetres() -> None:
    kept: list[Review] = []
    quiz = QuizRound([a_case(ROI)], keep=kept.append)
    assert quiz.is_pointed
    quiz.point(50, 30)
    assert quiz.verdict == "wrong"
    quiz.go_on()
    (review,) = kept
    assert review.distance_mm == 10.0
    assert ",10.0," in as_csv(kept)


def test_a_case_without_a_place_takes_no_point() -> None:
    quiz = QuizRound([a_case(None)], keep=print)
    assert not quiz.is_pointed
    with pytest.raises(QuestionError, match="no marked place"):
        quiz.point(1, 1)

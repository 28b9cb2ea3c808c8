"""The sentence over findings that were written by hand."""

import math

import pytest

from precedent_inference.evidence.findings import (
    Agreement,
    Baseline,
    Finding,
    OcclusionMap,
    Rectangle,
    Reliance,
    Rerun,
)
from precedent_inference.evidence.verdict import conclude

STABLE: list[Finding] = [
    Agreement("orders", (Rerun("nodule", True, (1, 0)),), 0.0),
    Agreement("samples", (Rerun("nodule", True, (0, 1)),) * 6, 0.0),
]
SHOTS = ["clear lung", "nodule"]
EXCHANGED = Reliance("shot-answers", "clear lung", True, 6.0, "clear lung")
SAME_BLANK = Reliance("query-picture", "nodule", False, 0.1)
NO_MAJORITY = Baseline("majority", None, False)


def covered(drop: float) -> OcclusionMap:
    return OcclusionMap(0, ((0.0, drop), (-1.0, 0.0)), Rectangle(0, 0, 8, 8))


def test_a_place_that_decides_counts_though_a_blank_picture_has_the_same_answer() -> None:
    found = conclude("nodule", SHOTS, [*STABLE, EXCHANGED, SAME_BLANK, NO_MAJORITY, covered(3.0)])
    assert found.rests == "precedents"
    assert found.sentence == (
        "Rests on the precedents: with their answers exchanged, the model says “clear lung”, and "
        "the picture decides: covering one place of it makes this answer 20 times less likely."
    )


def test_a_place_that_hardly_matters_does_not() -> None:
    found = conclude("nodule", SHOTS, [*STABLE, EXCHANGED, SAME_BLANK, NO_MAJORITY, covered(1.3)])
    assert found.sentence.endswith("but not on the picture: a blank one gets the same answer.")


@pytest.mark.parametrize(("drop", "rests"), [(0.0, "majority"), (math.log(5), "precedents")])
def test_a_majority_is_copied_only_where_no_place_of_the_picture_matters(
    drop: float, rests: str
) -> None:
    most = Baseline("majority", "nodule", True, share=2 / 3)
    shots = ["nodule", "nodule", "clear lung"]
    # Nobody copies the last: with another answer there, the answer stays.
    orders = Agreement("orders", (Rerun("nodule", True, (1, 0, 2)),), 0.0)
    findings: list[Finding] = [orders, STABLE[1], EXCHANGED, SAME_BLANK, most, covered(drop)]
    assert conclude("nodule", shots, findings).rests == rests


def test_without_shots_a_place_alone_is_enough() -> None:
    found = conclude("nodule", [], [STABLE[1], SAME_BLANK, covered(8.0)])
    assert found.rests == "image"
    assert found.sentence == (
        "Rests on the image: covering one place of it makes this answer 1000 times less likely."
    )

"""Cases that belong together are never shots for each other."""

from dataclasses import replace

from precedent_plugin.casebook_check.groups import groups_of
from precedent_plugin.cases import Case, Provenance


def case(name: str, patient: str = "", study: str = "") -> Case:
    provenance = Provenance(patient_key=patient, study_key=study)
    return Case(name, (name,), "Which?", "one", provenance=provenance)


def test_cases_of_nobody_known_stand_alone() -> None:
    assert groups_of([case("a"), case("b")], ["a", "b"]) == [0, 1]


def test_one_patient_is_one_group_across_studies() -> None:
    cases = [case("a", "p", "s1"), case("b", "q"), case("c", "p", "s2")]
    assert groups_of(cases, list("abc")) == [0, 1, 0]


def test_equal_pixels_are_one_group() -> None:
    assert groups_of([case("a"), case("b"), case("c")], ["x", "y", "x"]) == [0, 1, 0]


def test_a_shared_second_picture_is_enough() -> None:
    first, second = case("a"), replace(case("b"), images=("b", "a"))
    assert groups_of([first, second], ["x", "y"]) == [0, 0]


def test_belonging_together_is_handed_on() -> None:
    cases = [case("a", "p"), case("b", "p", "s"), case("c", "", "s"), case("d")]
    assert groups_of(cases, list("abcd")) == [0, 0, 0, 1]

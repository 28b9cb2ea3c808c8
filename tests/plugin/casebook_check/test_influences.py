"""Cases that mislead, answers that go with something else, and the core of a casebook."""

import pytest
from tests.plugin.casebook_check.made import trial

from precedent_plugin.casebook_check.influences import confounders, core_set, harmful_cases
from precedent_plugin.cases import Case, Provenance


def case(name: str, answer: str, source: str = "", tags: tuple[str, ...] = ()) -> Case:
    return Case(name, (name,), "Which?", answer, tags=tags, provenance=Provenance(source=source))


def test_a_case_whose_prompts_fail_is_named() -> None:
    good = [trial(f"case-{at}", right=True, used=("good", "other")) for at in range(40)]
    bad = [trial(f"case-{at + 40}", right=False, used=("bad", "other")) for at in range(8)]
    found = harmful_cases([*good, *bad])
    assert [one.case_id for one in found] == ["bad"]
    assert (found[0].uses, found[0].wrong) == (8, 8)
    # Eight of eight where one in six is wrong as a rule.
    assert found[0].p_value == pytest.approx((8 / 48) ** 8)


def test_where_all_are_wrong_nobody_is_blamed() -> None:
    assert harmful_cases([trial("case-1", right=False, used=("a",))] * 9) == ()


def test_one_scanner_for_one_answer_is_a_confounder() -> None:
    cases = [case(f"a{at}", "normal", "A") for at in range(10)]
    cases += [case(f"b{at}", "mass", "B") for at in range(10)]
    (found,) = confounders(cases)
    assert found.property == "source"
    assert found.strength == pytest.approx(1.0)
    assert found.example == "10 of 10 with the answer “normal” have source “A”"


def test_a_source_that_is_shared_evenly_is_none() -> None:
    cases = [
        case(f"{answer}{at}", answer, "AB"[at % 2])
        for answer in ("normal", "mass")
        for at in range(10)
    ]
    assert confounders(cases) == ()


def test_a_tag_can_be_one() -> None:
    cases = [case(f"a{at}", "normal") for at in range(10)]
    cases += [case(f"b{at}", "mass", tags=("female",)) for at in range(10)]
    assert [one.property for one in confounders(cases)] == ["tag “female”"]


def test_a_source_of_each_case_alone_says_nothing() -> None:
    cases = [case(str(at), "normal" if at < 9 else "mass", f"case {at}") for at in range(18)]
    assert confounders(cases) == ()


def test_the_core_keeps_what_its_neighbours_do_not_tell() -> None:
    # On a line: two clusters, and one case of the other answer inside the first.
    places = [0.0, 0.1, 0.2, 5.0, 5.1, 0.15]
    answers = ["a", "a", "a", "b", "b", "b"]
    cases = [case(str(at), answer) for at, answer in enumerate(answers)]
    core = core_set(cases, lambda one, other: -abs(places[one] - places[other]))
    kept = [int(name) for name in core]
    for at, answer in enumerate(answers):
        nearest = min(kept, key=lambda other: (abs(places[at] - places[other]), other != at))
        assert answers[nearest] == answer
    assert len(core) < len(cases)

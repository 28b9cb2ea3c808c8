"""When a threshold of a check covers a question, and what it makes of an answer."""

from dataclasses import replace

import pytest
from tests.plugin.audit.made import answer
from tests.plugin.storage.made import added

from precedent_inference.protocol import Answer, OptionScore
from precedent_plugin.casebook_check.kept import KeptCheck, content_of, keep
from precedent_plugin.cases import Case, Casebook
from precedent_plugin.library import CaseLibrary
from precedent_plugin.preferences import Preferences, keep_preferences, read_preferences
from precedent_plugin.sureness import Sureness, find_sureness, in_percent


@pytest.fixture
def cases(library: CaseLibrary) -> list[Case]:
    return added(library, "Left", "Right", "left", "Right")


@pytest.fixture
def book(library: CaseLibrary, cases: list[Case]) -> Casebook:
    made = library.create_casebook("Sides")
    library.add_to_casebook(made.id, [case.id for case in cases])
    members = library.cases(casebook=made.id)
    check = KeptCheck(content_of(members), 2, "shots help here", 0.75, 0.5, 0.9)
    keep(library.folder, made.id, "starter", check)
    return made


def test_a_question_asked_as_it_was_checked_is_covered(
    library: CaseLibrary, cases: list[Case], book: Casebook
) -> None:
    found = find_sureness(library, "starter", cases[:2], "which side")
    # "left" and "Left" are one answer.
    assert found == Sureness("Sides", 0.75, 0.9, 0.5, ("Left", "Right"))


def test_any_other_question_is_not(library: CaseLibrary, cases: list[Case], book: Casebook) -> None:
    def found(model: str, shots: list[Case], question: str) -> Sureness | None:
        return find_sureness(library, model, shots, question)

    assert found("other", cases[:2], "Which side?") is None
    assert found("starter", cases[:3], "Which side?") is None
    assert found("starter", [], "Which side?") is None
    assert found("starter", cases[:2], "How many?") is None
    stranger = replace(cases[0], id="f" * 32)
    assert found("starter", [cases[0], stranger], "Which side?") is None
    library.update(replace(cases[3], answer="Left"))
    assert found("starter", cases[:2], "Which side?") is None


def scored(left: float) -> Answer:
    options = (
        OptionScore("Left", 0.0, 0.0, left, left),
        OptionScore("Right", 0.0, 0.0, 1 - left, 1 - left),
    )
    return replace(answer(), options=options)


def test_an_answer_below_the_threshold_is_not_sure() -> None:
    by = Sureness("Sides", 0.75, 0.9, 0.5, ("Left", "Right"))
    assert by.judge(scored(0.75)).is_sure
    judged = by.judge(scored(0.3))
    assert not judged.is_sure
    assert [one.text for one in judged.candidates] == ["Right", "Left"]


def test_an_answer_without_scores_is_not_sure() -> None:
    assert not Sureness("Sides", 0.0, 0.9, 0.5, ("Left", "Right")).judge(answer()).is_sure


def test_preferences_are_kept_and_damage_is_harmless(library: CaseLibrary) -> None:
    assert read_preferences(library.folder) == Preferences()
    keep_preferences(library.folder, Preferences(commits_first=True, abstains=False))
    assert read_preferences(library.folder) == Preferences(commits_first=True, abstains=False)
    path = library.folder / "preferences.json"
    for text in ("", "[]", '{"commits_first": "yes", "unknown": true}'):
        path.write_text(text, encoding="utf-8")
        assert read_preferences(library.folder) == Preferences()


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "0 %"),
        (0.5, "50 %"),
        (0.9, "90 %"),
        (0.997, "99.7 %"),
        (0.9999959, "99.9995 %"),
        (1.0, "100 %"),
    ],
)
def test_a_probability_near_one_is_never_rounded_to_it(probability: float, words: str) -> None:
    assert in_percent(probability) == words

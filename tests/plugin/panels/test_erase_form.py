"""The dialog that deletes a patient: it counts, waits for the click, and says what was found."""

from dataclasses import replace

import pytest
from qtpy.QtWidgets import QPushButton
from tests.plugin.panels.bench import Bench

from precedent_plugin.cases import Case, CaseDraft, Provenance
from precedent_plugin.errors import LibraryError
from precedent_plugin.panels.case_menu import CaseActs, Chosen, selection_menu
from precedent_plugin.panels.erase_form import EraseForm

ANNA = "a" * 32


@pytest.fixture
def case(bench: Bench) -> Case:
    (made,) = bench.add_cases("pneumonia")
    png = bench.library.image(made.images[0])
    draft = CaseDraft("Which?", "pneumonia", provenance=Provenance("CT", patient_key=ANNA))
    return bench.library.add(draft, png)


def form(bench: Bench) -> EraseForm:
    return EraseForm(None, bench.work.desk, ANNA)


def press(opened: EraseForm, name: str) -> None:
    button = opened.findChild(QPushButton, name)
    assert button is not None
    button.click()


def test_it_counts_and_deletes_only_when_told(bench: Bench, case: Case) -> None:
    opened = form(bench)
    # The nameless case of the very same picture is the patient's too.
    assert opened.held.text().startswith("2 cases, 0 questions and 1 picture")
    assert bench.library.find(case.id) is not None
    bench.work.session.tray.add([case])
    press(opened, "erase-go")
    assert "nothing of the patient is left" in opened.held.text()
    assert bench.library.find(case.id) is None
    assert bench.work.session.tray.shots == ()
    bench.work.session.tray.undo()
    assert bench.work.session.tray.shots == ()


def test_a_failure_is_said_and_can_be_tried_again(
    bench: Bench, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = form(bench)

    def full(*_: object) -> None:
        raise LibraryError("The disk is full.", "Free some space.")

    with monkeypatch.context() as patch:
        patch.setattr(bench.library, "erase", full)
        press(opened, "erase-go")
    assert opened.note.words.text() == "The disk is full. Free some space."
    press(opened, "erase-go")
    assert bench.library.find(case.id) is None


def test_the_menu_offers_it_for_one_patient_alone(bench: Bench, case: Case) -> None:
    panel = bench.work.library
    other = replace(case, provenance=replace(case.provenance, patient_key="b" * 32))
    words = "Delete this patient everywhere …"

    def offered(*cases: Case) -> bool:
        acts = CaseActs(*[print] * 7)
        chosen = Chosen([one.id for one in cases], cases)
        menu = selection_menu(panel, bench.work.desk, chosen, (), acts)
        return words in [entry.text() for entry in menu.actions()]

    assert offered(case)
    assert not offered(case, other)
    assert not offered(replace(case, provenance=Provenance()))

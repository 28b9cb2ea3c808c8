"""Whole cases: findings with their places, repairs in the library, and the way to an export."""

import threading
from dataclasses import replace

import pytest
from tests.plugin.linting.test_burned_in import scan
from tests.plugin.storage.made import picture

from precedent_inference.errors import Cancelled
from precedent_plugin.cases import CaseDraft, Provenance
from precedent_plugin.errors import CasebookError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.linting.burned_in import BurnedIn, TextFinder
from precedent_plugin.linting.lint import Linter, lint_words, require_clean
from precedent_plugin.linting.repair import mask_findings


class Reader(TextFinder):
    """Finds the same two lines in every picture."""

    def find(self, png: bytes) -> tuple[BurnedIn, ...]:
        return (BurnedIn("DOE^JANE", (20, 30, 60, 14), 0.99), BurnedIn("R", (2, 2, 8, 8), 0.99))


def test_a_clean_case_has_no_finding(library: CaseLibrary) -> None:
    case = library.add(CaseDraft("Which side?", "Left"), picture(1))
    report = Linter(library.image).lint([case])
    assert report.findings == ()
    require_clean(report)


def test_findings_say_where_they_are(library: CaseLibrary) -> None:
    draft = CaseDraft(
        "What is in Figure 2?", "left or right", "Seen 04.03.2021 by Dr. Miller", (),
        Provenance("CT"),
    )  # fmt: skip
    found = list(lint_words(library.add(draft, picture(1))))
    assert {(one.kind, one.weight, one.field) for one in found} == {
        ("date", "must", "rationale"),
        ("name", "must", "rationale"),
        ("not self-contained", "should", "question"),
        ("two answers", "should", "answer"),
    }
    assert next(one for one in found if one.kind == "date").span == (5, 15)


def test_an_export_waits_for_what_must_be_looked_at(library: CaseLibrary) -> None:
    case = library.add(CaseDraft("Which side?", "Left", "MRN 4711081"), picture(1))
    with pytest.raises(CasebookError, match="must be looked at before this is shared"):
        require_clean(Linter(library.image).lint([case]))
    require_clean(Linter(library.image).lint([replace(case, rationale="or so")]))


def test_text_in_pictures_is_masked_and_comes_back_with_undo(library: CaseLibrary) -> None:
    case = library.add(CaseDraft("Which side?", "Left"), scan("DOE^JANE"))
    report = Linter(library.image, Reader()).lint([case])
    assert [(one.kind, one.weight) for one in report.findings] == [
        ("burned-in text", "must"),
        ("side or scale", "should"),
    ]
    assert mask_findings(library, report.must) == 1
    now = library.find(case.id)
    assert now is not None
    assert now.images != case.images
    library.undo()
    back = library.find(case.id)
    assert back is not None
    assert back.images == case.images


def test_a_stopped_look_is_said(library: CaseLibrary) -> None:
    case = library.add(CaseDraft("Which side?", "Left"), picture(1))
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        Linter(library.image).lint([case], cancel)

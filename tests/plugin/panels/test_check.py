"""The check of a casebook in the window: asked, stopped, failed, read."""

from dataclasses import replace

import pytest
from qtpy.QtWidgets import QPushButton
from tests.plugin.panels.bench import Bench

from precedent_plugin.casebook_check.kept import kept
from precedent_plugin.cases import Case, Casebook
from precedent_plugin.panels.check import CheckDialog, verdict_of


@pytest.fixture
def book(bench: Bench) -> Casebook:
    """Sixty cases, half of them "a": a model that always says "a" is right in half of them."""
    cases: list[Case] = []
    for _ in range(15):
        cases += bench.add_cases("a", "b", "a", "b")
    made = bench.library.create_casebook("Sixty")
    bench.library.add_to_casebook(made.id, [case.id for case in cases])
    bench.work.desk.choose_casebook(made.id)
    bench.engine.answer = "a"
    return made


def opened(bench: Bench) -> CheckDialog:
    bench.work.check.open(bench.work.library)
    dialog = bench.work.library.findChild(CheckDialog)
    assert dialog is not None
    return dialog


def press(dialog: CheckDialog, name: str) -> None:
    button = dialog.findChild(QPushButton, name)
    assert button is not None
    button.click()


def test_without_a_casebook_it_says_what_to_do(bench: Bench) -> None:
    bench.work.check.open(bench.work.library)
    assert bench.host.notes[-1][0] == "No casebook is chosen."


def test_a_check_ends_in_a_report_that_is_kept(bench: Bench, book: Casebook) -> None:
    dialog = opened(bench)
    assert not dialog.copy.isVisibleTo(dialog)
    press(dialog, "check-go")
    # 60 cases with 0, 2, 4 and 8 references.
    assert len(bench.engine.requests) == 240
    report = dialog._report
    assert report is not None
    assert [one.right for one in report.accuracies] == [30, 30, 30, 30]
    assert verdict_of(report).startswith("No difference shown: 50% right without references, 50%")
    cases = bench.library.cases(casebook=book.id)
    assert kept(bench.library.folder, book.id, "starter", cases) is not None
    assert dialog.copy.isVisibleTo(dialog)


def test_a_core_becomes_a_casebook(bench: Bench, book: Casebook) -> None:
    dialog = opened(bench)
    press(dialog, "check-go")
    press(dialog, "check-core")
    names = [one.name for one in bench.library.casebooks()]
    assert names == ["Sixty", "Sixty, core"]


def test_an_engine_that_is_lost_is_said(bench: Bench, book: Casebook) -> None:
    bench.engine.is_dead = True
    dialog = opened(bench)
    press(dialog, "check-go")
    assert "Ask again to restart it." in dialog.note.words.text()
    assert dialog.go.isVisibleTo(dialog)


def test_a_stopped_check_leaves_nothing(bench: Bench, book: Casebook) -> None:
    dialog = opened(bench)
    asked = bench.engine.ask

    def stop_soon(request: object, **keywords: object) -> object:
        if len(bench.engine.requests) == 5:
            dialog._acts.stop()
        return asked(request, **keywords)  # type: ignore[arg-type]

    bench.engine.ask = stop_soon  # type: ignore[method-assign,assignment]
    press(dialog, "check-go")
    assert len(bench.engine.requests) < 10
    assert not dialog.note.isVisibleTo(dialog)
    cases = bench.library.cases(casebook=book.id)
    assert kept(bench.library.folder, book.id, "starter", cases) is None


def test_too_few_cases_are_said_to_be_too_few(bench: Bench) -> None:
    cases = bench.add_cases("a", "b", "a")
    made = bench.library.create_casebook("Three")
    bench.library.add_to_casebook(made.id, [case.id for case in cases])
    bench.work.desk.choose_casebook(made.id)
    dialog = opened(bench)
    press(dialog, "check-go")
    assert dialog._report is not None
    assert verdict_of(dialog._report) == "Too few cases to conclude anything: 3 of at least 50."
    better = replace(dialog._report.gain, verdict="shots hurt here")
    assert verdict_of(replace(dialog._report, gain=better)).startswith("Shots hurt here:")

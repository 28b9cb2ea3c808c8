"""Before an export: what must be looked at is shown, painted over or accepted."""

import pytest
from qtpy.QtWidgets import QPushButton
from tests.plugin.panels.bench import Bench
from tests.plugin.storage.made import picture

from precedent_plugin.cases import Case, Casebook, CaseDraft
from precedent_plugin.linting.burned_in import BurnedIn
from precedent_plugin.panels import lint
from precedent_plugin.panels.lint import LintDialog


class Reader:
    """Reads a name in pictures that were not painted over yet."""

    dirty: bytes = b""

    def find(self, png: bytes) -> tuple[BurnedIn, ...]:
        return (BurnedIn("DOE^JANE", (4, 4, 20, 8), 0.99),) if png == self.dirty else ()


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reader, "dirty", picture(1))
    monkeypatch.setattr(lint, "TextFinder", Reader)


def book_of(bench: Bench, *drafts: tuple[CaseDraft, int]) -> tuple[Casebook, list[Case]]:
    cases = [bench.library.add(draft, picture(seed)) for draft, seed in drafts]
    made = bench.library.create_casebook("Book")
    bench.library.add_to_casebook(made.id, [case.id for case in cases])
    return made, cases


def opened(bench: Bench, book: Casebook, done: list[str]) -> LintDialog:
    return LintDialog(
        None,
        bench.work.desk,
        book,
        on_open=lambda case_id: done.append(f"open {case_id}"),
        on_accept=lambda: done.append("export"),
    )


def press(dialog: LintDialog, name: str) -> None:
    button = dialog.findChild(QPushButton, name)
    assert button is not None
    button.click()


def test_a_clean_casebook_is_exported_at_once(bench: Bench) -> None:
    done: list[str] = []
    book, _ = book_of(bench, (CaseDraft("Which side?", "Left"), 2))
    opened(bench, book, done)
    assert done == ["export"]


def test_a_name_waits_for_the_reader(bench: Bench) -> None:
    done: list[str] = []
    draft = CaseDraft("Which side?", "Left", "Seen by Dr. Miller")
    book, (case,) = book_of(bench, (draft, 2))
    dialog = opened(bench, book, done)
    assert done == []
    assert "must be looked at" in dialog.sentence.text()
    assert not dialog.cover.isVisibleTo(dialog)
    press(dialog, "lint-open")
    press(dialog, "lint-go")
    assert done == [f"open {case.id}", "export"]


def test_text_in_a_picture_is_painted_over_and_then_exported(bench: Bench) -> None:
    done: list[str] = []
    book, (case,) = book_of(bench, (CaseDraft("Which side?", "Left"), 1))
    dialog = opened(bench, book, done)
    assert dialog.cover.isVisibleTo(dialog)
    press(dialog, "lint-cover")
    assert done == ["export"]
    now = bench.library.find(case.id)
    assert now is not None
    assert now.images != case.images


def test_leaving_exports_nothing(bench: Bench) -> None:
    done: list[str] = []
    book, _ = book_of(bench, (CaseDraft("Which side?", "Left", "MRN 12345"), 2))
    press(opened(bench, book, done), "lint-cancel")
    assert done == []

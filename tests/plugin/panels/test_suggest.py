"""The suggestions panel: asked for, followed, stopped, added to the tray."""

import numpy as np
import pytest
from numpy.typing import NDArray
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel
from tests.plugin.panels.bench import Bench

from precedent_inference.errors import EngineLost
from precedent_plugin.cases import CaseDraft, Provenance
from precedent_plugin.panels.suggest import SuggestPanel
from precedent_plugin.panels.words import Paragraph
from precedent_plugin.preprocess import encode_png


def colour(red: int, green: int, blue: int, seed: int) -> NDArray[np.uint8]:
    """A picture of one colour whose corners differ from picture to picture."""
    corners = np.random.default_rng(seed).integers(0, 70, (2, 2, 3))
    patches = np.repeat(np.repeat(corners, 24, axis=0), 32, axis=1)
    return np.clip(np.array([red, green, blue]) - patches, 0, 255).astype(np.uint8)


@pytest.fixture
def panel(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> SuggestPanel:
    """A red picture on the screen; six red cases, one red with another answer, six blue ones."""
    red, blue = (220, 80, 80), (80, 80, 220)
    kinds = [("red", red)] * 6 + [("scarlet", red)] + [("blue", blue)] * 6
    for seed, (answer, kind) in enumerate(kinds):
        png = encode_png(colour(*kind, seed))
        draft = CaseDraft("Which colour?", answer, tags=(answer,), provenance=Provenance("CT"))
        bench.library.add(draft, png)
    monkeypatch.setattr(bench.host, "painted_pixels", lambda **_: colour(*red, 99))
    bench.work.desk.look()
    return bench.work.suggest


def answers(panel: SuggestPanel) -> list[str]:
    assert panel._found is not None
    return [row.case.answer for row in panel._found.rows]


def test_alike_cases_are_suggested_and_unlike_ones_are_not(panel: SuggestPanel) -> None:
    panel.go.click()
    assert answers(panel)
    assert "blue" not in answers(panel)
    chips = {chip.text() for chip in panel.findChildren(QLabel, "suggest-chip")}
    assert any(chip.startswith("looks alike") for chip in chips)
    assert "CT too" in chips


def test_the_other_answer_is_shown_as_such(panel: SuggestPanel) -> None:
    panel.go.click()
    assert panel._found is not None
    shown = [row.case.answer for row in (*panel._found.rows, *panel._found.counter_examples)]
    assert "scarlet" in shown


def test_a_case_is_added_by_its_button_and_all_by_one(bench: Bench, panel: SuggestPanel) -> None:
    panel.go.click()
    first = panel._rows[0]
    bench.press(first, Qt.Key.Key_Return)
    assert [shot.case.id for shot in bench.work.desk.tray.shots] == [first.case_id]
    assert first.add.text() == "In the tray"
    panel.all.click()
    assert panel._found is not None
    assert len(bench.work.desk.tray.shots) == len(panel._found.rows)
    bench.work.desk.tray.undo()
    assert len(bench.work.desk.tray.shots) == 1


def test_tags_and_casebook_narrow_it(bench: Bench, panel: SuggestPanel) -> None:
    panel.tags.setText("scarlet")
    bench.press(panel.tags, Qt.Key.Key_Return)
    assert set(answers(panel)) <= {"scarlet"}
    panel.tags.clear()
    book = bench.library.create_casebook("Empty")
    bench.work.desk.choose_casebook(book.id)
    panel.here.setChecked(True)
    panel.look_for()
    assert answers(panel) == []
    assert panel.findChild(Paragraph, "suggest-gate") is not None


def test_more_like_a_case(bench: Bench, panel: SuggestPanel) -> None:
    blue = next(case for case in bench.library.cases() if case.answer == "blue")
    bench.work.find_like([blue.id])
    assert answers(panel)
    assert set(answers(panel)) == {"blue"}


def test_a_new_case_is_looked_at_without_being_told(bench: Bench, panel: SuggestPanel) -> None:
    panel.go.click()
    before = {row.case_id for row in panel._rows}
    added = bench.library.add(
        CaseDraft("Which colour?", "ruby"), encode_png(colour(220, 20, 20, 77))
    )
    panel.look_for()
    found = panel._found
    assert found is not None
    shown = {row.case.id for row in (*found.rows, *found.counter_examples)}
    assert added.id in shown - before or found.unseen == 0


def test_without_a_picture_and_words_it_says_what_to_do(bench: Bench, panel: SuggestPanel) -> None:
    bench.host.view = None
    bench.work.desk.look()
    panel.look_for()
    assert "Open a study" in panel.note.words.text()


def test_an_engine_that_is_lost_is_said(
    bench: Bench, panel: SuggestPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> None:
        raise EngineLost("The engine's process ended.", "Ask again to restart it.")

    with monkeypatch.context() as patch:
        patch.setattr(bench.engine, "embed", lost)
        panel.go.click()
    assert "restart it" in panel.note.words.text()
    panel.go.click()
    assert not panel.note.isVisibleTo(panel)
    assert answers(panel)

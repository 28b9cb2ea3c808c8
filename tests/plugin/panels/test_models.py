"""The model panel: what is here, how it ran, imports that move, fail and are stopped."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QLabel, QPushButton
from tests.plugin.panels.bench import Bench

from precedent_inference.errors import ModelError
from precedent_inference.model_jobs import ImportProgress, ImportWish, ModelEntry
from precedent_inference.protocol import ModelSummary
from precedent_plugin.panels import models
from precedent_plugin.panels.import_form import ImportForm, problem_of, suggested_name
from precedent_plugin.panels.models import ModelsPanel
from precedent_plugin.panels.progress_strip import in_words

STARTER = ModelEntry(
    "starter",
    Path("starter"),
    27_000_000,
    "flamingo",
    ("ONNX fp32", "torch"),
    max_images=9,
    context_tokens=512,
    is_shipped=True,
)
OWN = ModelEntry("med", Path("med"), 16_400_000_000, "flamingo", ("torch",), max_images=9)
BROKEN = ModelEntry("odd", Path("odd"), problem="The profile cannot be read.")

MakeBench = Callable[..., Bench]


@pytest.fixture
def panel(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> ModelsPanel:
    """The panel over two models."""
    show(monkeypatch, (STARTER, OWN))
    bench.work.models.refresh()
    return bench.work.models


def show(
    monkeypatch: pytest.MonkeyPatch,
    found: tuple[ModelEntry, ...],
    removed: tuple[ModelEntry, ...] = (),
) -> None:
    monkeypatch.setattr(models, "list_models", lambda: found)
    monkeypatch.setattr(models, "removed_models", lambda: removed)


class FakeJob:
    """An import that does what a test says."""

    error: ModelError | None = None
    cancelled = False

    def __init__(self, wish: ImportWish) -> None:
        self.wish = wish

    def run(self, *, progress: Callable[[ImportProgress], object]) -> str:
        progress(ImportProgress("Converting weights", 4_000_000_000, 16_000_000_000, 200.0))
        if self.error is not None:
            raise self.error
        return self.wish.name

    def cancel(self) -> None:
        type(self).cancelled = True


def words(panel: ModelsPanel) -> str:
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if not label.isHidden())


def test_each_model_says_what_it_is(panel: ModelsPanel) -> None:
    said = words(panel)
    assert "16.4 GB" in said
    assert "ONNX fp32 or torch" in said
    assert "Part of Precedent." in said


def test_the_starter_has_no_button_that_removes_it(panel: ModelsPanel) -> None:
    starter, own = panel.rows
    assert starter.findChild(QPushButton, "model-row-remove") is None
    assert own.findChild(QPushButton, "model-row-remove") is not None


def test_alone_the_starter_comes_with_advice(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = bench.work.models
    show(monkeypatch, (STARTER,))
    panel.refresh()
    assert not panel.advice.isHidden()
    show(monkeypatch, (STARTER, OWN))
    panel.refresh()
    assert panel.advice.isHidden()


def test_what_cannot_be_used_says_why(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    show(monkeypatch, (STARTER, BROKEN))
    bench.work.models.refresh()
    row = bench.work.models.rows[1]
    assert "The profile cannot be read." in words(bench.work.models)
    assert row.findChild(QPushButton, "model-row-verify") is None


def test_a_fallback_is_a_visible_warning(panel: ModelsPanel) -> None:
    missed = "CUDA is on this machine but could not be used; CPU answers."
    summary = ModelSummary("starter", "flamingo", "onnx", "fp32", "CPU", "It fits.", (missed,))
    starter, own = panel.rows
    starter.show_run(summary)
    own.show_run(summary)
    assert not starter.run.isHidden()
    assert "ONNX Runtime on CPU, fp32. It fits." in starter.run.text()
    assert missed in words(panel)
    assert own.run.isHidden()


def test_a_model_that_loads_is_seen_loading(held: Bench) -> None:
    engine = held.work.models.engine
    held.ask()
    held.host.held[-1].wait("Loading med: 43 %")
    assert engine.whole == "Loading med: 43 %"
    held.host.held[-1].say("pneu")
    assert engine.whole == "Engine ready"


def test_a_question_that_is_over_is_not_followed(held: Bench) -> None:
    held.ask()
    first = held.host.held[-1]
    held.work.ask.button.click()
    held.ask()
    first.wait("Loading med: 43 %")
    assert held.work.models.engine.whole != "Loading med: 43 %"


def test_an_import_that_ends_selects_a_new_engine(
    panel: ModelsPanel, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "ImportJob", FakeJob)
    panel.begin_import(ImportWish((Path("x"),), "med"))
    assert not panel.is_importing
    assert panel.add.isEnabled()
    assert ("med is ready.", "Choose it in the panel Ask.", "info") in bench.host.notes


def test_an_import_that_fails_says_what_to_do(
    panel: ModelsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeJob, "error", ModelError("Tensors are missing.", "Copy them."))
    monkeypatch.setattr(models, "ImportJob", FakeJob)
    panel.begin_import(ImportWish((Path("x"),), "med"))
    assert panel.strip.note.words.text() == "Tensors are missing. Copy them."
    assert not panel.strip.note.isHidden()
    assert panel.add.isEnabled()


def test_progress_says_how_far_and_how_long(panel: ModelsPanel) -> None:
    panel.strip.begin("Importing med", can_cancel=True)
    panel.strip.show_progress(ImportProgress("Converting weights", 4 * 10**9, 16 * 10**9, 200.0))
    assert panel.strip.left.whole == "4.0 of 16.0 GB, about 3 min left"
    assert panel.strip.bar.value() == 250


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (ImportProgress("x", 0, 1), ""),
        (ImportProgress("x", 50_000_000, 90_000_000), "50 MB"),
        (ImportProgress("x", 10**9, 2 * 10**9, 40.0), "1.0 of 2.0 GB, about 40 s left"),
        (ImportProgress("x", 10**9, 2 * 10**9, 2.0), "1.0 of 2.0 GB"),
    ],
)
def test_progress_in_words(progress: ImportProgress, said: str) -> None:
    assert in_words(progress) == said


def test_files_that_agree_and_files_that_differ(
    panel: ModelsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = {"config.json": "ok", "weights.safetensors": "ok"}
    monkeypatch.setattr(models, "check_model", lambda _, progress: states)
    panel.verify(OWN)
    assert panel.strip.words.whole == "med is whole: 2 files agree."
    states["config.json"] = "differs"
    panel.verify(OWN)
    assert "med is damaged: config.json differs." in panel.strip.note.words.text()


def test_a_removed_model_can_come_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    acts: list[tuple[str, ModelEntry]] = []
    monkeypatch.setattr(models, "bring_back", lambda entry: acts.append(("back", entry)))
    show(monkeypatch, (STARTER,), (OWN,))
    bench.work.desk.warm_up()
    bench.work.models.refresh()
    (button,) = [
        one
        for one in bench.work.models.findChildren(QPushButton)
        if one.accessibleName() == "Bring back: med"
    ]
    button.click()
    assert acts == [("back", OWN)]
    assert bench.engine.is_closed


def test_the_form_names_what_is_wrong(qtbot: QtBot, tmp_path: Path) -> None:
    wishes: list[ImportWish] = []
    form = ImportForm(None, on_done=wishes.append)
    qtbot.addWidget(form)
    assert not form.go.isEnabled()
    form.path.setText(str(tmp_path / "none"))
    assert form.problem.words.text() == "There is no such folder."
    form.path.setText(str(tmp_path))
    form.name.setText("Bad Name")
    assert not form.go.isEnabled()
    form.name.setText("med-flamingo")
    assert form.go.isEnabled()
    form.go.click()
    assert wishes == [ImportWish((tmp_path,), "med-flamingo", "auto")]


@pytest.mark.parametrize(
    ("folder", "name"),
    [("Med-Flamingo 9B", "med-flamingo-9b"), ("__x__", "x"), ("\u00e9t\u00e9", "t")],
)
def test_a_folder_suggests_a_name(folder: str, name: str) -> None:
    assert suggested_name(folder) == name
    assert problem_of("", name) == ""

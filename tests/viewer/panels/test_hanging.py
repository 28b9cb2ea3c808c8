"""Hanging protocols in the window: demonstrated, tried, applied on opening, taken back."""

from pathlib import Path
from typing import TypeVar

import pydicom
import pytest
from PyQt6.QtWidgets import QCheckBox, QDialog, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot
from tests.viewer.conftest import MakeApp, OpenPaths, write_series

from precedent_viewer.app import App
from precedent_viewer.hanging.rules import Place, Rule
from precedent_viewer.model.voi import Window
from precedent_viewer.panels.fields import choose
from precedent_viewer.panels.hanging.book_dialog import BookDialog
from precedent_viewer.panels.hanging.rule_dialog import RuleDialog

Kind = TypeVar("Kind", bound=QDialog)
BONE = Window(450, 1800, name="Bone")


@pytest.fixture
def two_series(tmp_path: Path) -> Path:
    folder = tmp_path / "both"
    folder.mkdir()
    write_series(folder / "a", 3, description="Thin soft")
    write_series(folder / "b", 4, description="Thin bone")
    return folder


def said(app: App) -> str:
    return " ".join(label.text() for label in app.status.findChildren(QLabel))


def titles(app: App) -> list[str | None]:
    return [None if one.series is None else one.series.title for one in app.views.all]


def windows(app: App) -> list[Window | None]:
    return [one.grey.choice.window for one in app.views.all]


def lay_out(app: App, qtbot: QtBot) -> None:
    """Show bone at the left, turned and in its window, and soft at the right, linked."""
    soft, bone = app.tree.studies[0].series
    app.views.set_layout(1, 2)
    left, right = app.views.all
    left.show_series(bone)
    right.show_series(soft)
    qtbot.waitUntil(lambda: app.is_quiet)
    left.grey.set_window(BONE)
    left.place.rotate(1)
    app.registry.run("layout.link-scroll")


def open_dialog(app: App, kind: type[Kind]) -> Kind:
    (found,) = [one for one in app.window.findChildren(kind) if one.isVisible()]
    return found


def keep(app: App) -> Rule:
    """Save what is on the screen as a protocol."""
    app.registry.run("hanging.keep-layout")
    dialog = open_dialog(app, RuleDialog)
    rule = dialog.rule()
    dialog.buttons.accepted.emit()
    return rule


def test_a_layout_is_kept_and_applied_at_the_next_opening(
    make_app: MakeApp, two_series: Path, open_paths: OpenPaths, qtbot: QtBot
) -> None:
    first = make_app()
    open_paths(first, two_series)
    lay_out(first, qtbot)
    keep(first)
    first.window.close()
    second = make_app()
    open_paths(second, two_series)
    assert second.views.layout == (1, 2)
    assert titles(second) == ["Thin bone", "Thin soft"]
    assert windows(second) == [BONE, None]
    assert [one.place.viewport.rotation_quarters for one in second.views.all] == [1, 0]
    assert all(one.place.is_fitted for one in second.views.all)
    link = second.registry.get("layout.link-scroll").checked
    assert link is not None
    assert link()


def test_a_prior_that_is_opened_with_its_study_is_hung_beside_it(
    make_app: MakeApp, tmp_path: Path, open_paths: OpenPaths, qtbot: QtBot
) -> None:
    for folder, day in (("old", "20240101"), ("new", "20250102")):
        (tmp_path / folder).mkdir()
        for path in write_series(tmp_path / folder / "a", 2, description=folder).iterdir():
            dataset = pydicom.dcmread(path)
            dataset.StudyDate = day
            dataset.save_as(path)
    first = make_app()
    open_paths(first, tmp_path / "old", tmp_path / "new")
    old, new = first.tree.studies
    first.views.set_layout(1, 2)
    first.views.all[0].show_series(old.series[0])
    first.views.all[1].show_series(new.series[0])
    rule = keep(first)
    assert [None if one.series is None else one.series.age for one in rule.places] == [1, 0]
    first.window.close()
    second = make_app()
    open_paths(second, tmp_path / "new", tmp_path / "old")
    assert titles(second) == ["old", "new"]


def test_what_was_hung_is_taken_back_whole(
    make_app: MakeApp, two_series: Path, open_paths: OpenPaths, qtbot: QtBot
) -> None:
    app = make_app()
    open_paths(app, two_series)
    lay_out(app, qtbot)
    keep(app)
    app.views.set_layout(1, 1)
    app.view.show_series(app.tree.studies[0].series[0])
    app.view.go_to(2)
    app.view.grey.set_window(Window(1, 2))
    app.registry.run("hanging.hang-study")
    assert app.views.layout == (1, 2)
    app.registry.run("hanging.undo-hanging")
    qtbot.waitUntil(lambda: app.is_quiet)
    assert app.views.layout == (1, 1)
    assert titles(app) == ["Thin soft"]
    assert app.view.index == 2
    assert windows(app) == [Window(1, 2)]
    assert not app.registry.get("hanging.undo-hanging").is_enabled


def test_a_reader_who_has_begun_is_not_disturbed(
    make_app: MakeApp, two_series: Path, open_paths: OpenPaths, qtbot: QtBot
) -> None:
    first = make_app()
    open_paths(first, two_series)
    lay_out(first, qtbot)
    keep(first)
    first.window.close()
    second = make_app()
    second.view.series_changed.connect(
        lambda series: None if series is None else second.view.grey.invert()
    )
    open_paths(second, two_series)
    assert second.views.layout == (1, 1)
    assert "fits this study" in said(second)


def test_a_study_opened_beside_another_is_not_hung_by_itself(
    make_app: MakeApp, two_series: Path, tmp_path: Path, open_paths: OpenPaths, qtbot: QtBot
) -> None:
    app = make_app()
    open_paths(app, two_series)
    lay_out(app, qtbot)
    keep(app)
    app.views.set_layout(1, 1)
    other = tmp_path / "later"
    other.mkdir()
    write_series(other / "c", 2, description="Thin bone")
    write_series(other / "d", 2, description="Thin soft")
    before = titles(app)
    open_paths(app, other)
    assert titles(app) == before


def test_the_words_and_the_dry_run_follow_each_edit(
    make_app: MakeApp, two_series: Path, open_paths: OpenPaths, qtbot: QtBot
) -> None:
    app = make_app()
    open_paths(app, two_series)
    lay_out(app, qtbot)
    app.registry.run("hanging.keep-layout")
    dialog = open_dialog(app, RuleDialog)
    said = dialog.said.text().splitlines()
    assert said[1].startswith("Left: the axial CT series with “bone”, window Bone")
    assert dialog.dry_run.verdict.text() == "Dry run: hangs 1 of the last 1 studies."
    qtbot.keyClicks(dialog.form.words, " contrast")  # type: ignore[no-untyped-call]
    assert "“bone” and “contrast”" in dialog.said.text()
    assert dialog.dry_run.verdict.text() == "Dry run: hangs 0 of the last 1 studies."
    top = dialog.dry_run.tree.topLevelItem(0)
    assert top is not None
    assert top.text(1) == "Not hung. Of 1 series none has “contrast”."
    dialog.reject()


def test_the_layout_is_changed_and_viewports_keep_their_places(
    make_app: MakeApp, two_series: Path, open_paths: OpenPaths, qtbot: QtBot
) -> None:
    app = make_app()
    open_paths(app, two_series)
    lay_out(app, qtbot)
    app.registry.run("hanging.keep-layout")
    dialog = open_dialog(app, RuleDialog)
    left, right = dialog.rule().places
    choose(dialog.layout_choice, (2, 2))
    assert dialog.rule().places == (left, right, Place(), Place())
    choose(dialog.layout_choice, (1, 1))
    assert dialog.rule().places == (left,)
    assert dialog.said.text().splitlines()[0].endswith("1 \N{MULTIPLICATION SIGN} 1.")
    dialog.reject()


def test_a_protocol_without_a_name_is_not_kept(
    make_app: MakeApp, two_series: Path, open_paths: OpenPaths
) -> None:
    app = make_app()
    open_paths(app, two_series)
    app.registry.run("hanging.keep-layout")
    dialog = open_dialog(app, RuleDialog)
    dialog.name.clear()
    dialog.name.textEdited.emit("")
    save = dialog.buttons.button(dialog.buttons.StandardButton.Save)
    assert save is not None
    assert not save.isEnabled()
    assert dialog.problem.text() == "Give the protocol a name."
    dialog.reject()


def test_the_list_orders_switches_deletes_and_takes_back(
    make_app: MakeApp, two_series: Path, open_paths: OpenPaths, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    app = make_app()
    open_paths(app, two_series)
    keep(app)
    newer = keep(app)
    app.registry.run("hanging.edit-protocols")
    dialog = open_dialog(app, BookDialog)
    item = dialog.list.item(0)
    assert item is not None
    assert item.data(256) == newer.id
    click(dialog, "Later")
    assert dialog.list.currentRow() == 1
    click(dialog, "Delete")
    assert dialog.list.count() == 1
    click(dialog, "Undo")
    assert dialog.list.count() == 2
    goal = tmp_path / "out.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(goal), ""))
    click(dialog, "Export…")
    assert goal.is_file()
    goal.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(goal), ""))
    click(dialog, "Import…")
    assert dialog.problem.text().startswith("The file holds no hanging protocols.")
    dialog.accept()


def click(dialog: BookDialog, name: str) -> None:
    dialog.actions_by_name[name].click()


def test_every_field_of_the_dialogs_has_a_name(
    make_app: MakeApp, two_series: Path, open_paths: OpenPaths
) -> None:
    app = make_app()
    open_paths(app, two_series)
    keep(app)
    kinds: tuple[tuple[str, type[QDialog]], ...] = (
        ("hanging.keep-layout", RuleDialog), ("hanging.edit-protocols", BookDialog),
    )  # fmt: skip
    for command, kind in kinds:
        app.registry.run(command)
        dialog = open_dialog(app, kind)
        fields = [*dialog.findChildren(QPushButton), *dialog.findChildren(QCheckBox)]
        assert [one for one in fields if not (one.text() or one.accessibleName())] == []
        dialog.reject()

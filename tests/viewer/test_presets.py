"""Window presets: those that come along, the reader's own, by modality and anatomy."""

from pathlib import Path

import pytest
from tests.viewer.conftest import MakeApp

from precedent_resources import resource
from precedent_viewer.app import App
from precedent_viewer.model.voi import Window
from precedent_viewer.panels.presets.dialog import PresetDialog
from precedent_viewer.presets import PRESET_KEYS, Preset, PresetBook, load_presets, presets_for

PRESETS = load_presets(resource("presets", "windows.json"))
MINE = Preset("Mine", "MR", ("KNEE",), Window(500, 900, name="Mine"), is_own=True)


def names(windows: tuple[Window, ...]) -> list[str]:
    return [window.name for window in windows]


def test_a_ct_has_the_shipped_windows_whatever_the_file_says() -> None:
    found = names(presets_for(PRESETS, "CT", (Window(1, 2),)))
    assert {"Lung", "Bone", "Brain"} <= set(found)
    assert len(found) == PRESET_KEYS


def test_others_have_the_windows_of_their_file() -> None:
    windows = (Window(100, 200), Window(300, 600))
    assert presets_for(PRESETS, "MR", windows) == windows


def test_pet_has_no_preset_in_suv_while_values_are_becquerels() -> None:
    assert presets_for(PRESETS, "PT", ()) == ()


@pytest.mark.parametrize(
    ("part", "first"),
    [
        ("HEAD", ["Soft tissue", "Bone", "Brain", "Subdural"]),
        ("chest ", ["Soft tissue", "Bone", "Lung", "Mediastinum"]),
        ("LIVER", ["Soft tissue", "Bone", "Abdomen", "Liver"]),
        ("", ["Soft tissue", "Bone", "Lung", "Mediastinum"]),
    ],
)
def test_presets_of_the_body_part_come_before_the_others(part: str, first: list[str]) -> None:
    assert names(presets_for(PRESETS, "CT", (), part))[:4] == first


def test_the_readers_own_are_offered_for_every_modality_before_the_files() -> None:
    assert names(presets_for((*PRESETS, MINE), "MR", (Window(1, 2, name="File"),))) == [
        "Mine", "File",
    ]  # fmt: skip


def test_changes_survive_a_restart(tmp_path: Path) -> None:
    PresetBook(tmp_path, PRESETS).set((MINE, *PRESETS[:2]))
    assert PresetBook(tmp_path, PRESETS).presets == (MINE, *PRESETS[:2])


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"presets": [{"name": 3}]}', '{"presets": 3}',
             '{"presets": [{"name": "a", "modality": "CT", "body_parts": [], "center": 1, '
             '"width": 0, "function": "LINEAR"}]}'],
)  # fmt: skip
def test_a_damaged_file_leaves_those_that_come_along(tmp_path: Path, text: str) -> None:
    (tmp_path / "presets.json").write_text(text, encoding="utf-8")
    book = PresetBook(tmp_path, PRESETS)
    assert book.presets == PRESETS
    assert book.problem is not None


def test_keys_follow_the_readers_order(opened: App) -> None:
    first, *others = opened.presets.presets
    opened.presets.set((*others, first))
    opened.registry.run("window.use-preset-1")
    chosen = opened.view.grey.choice.window
    assert chosen is not None
    assert chosen.name == "Bone"


def open_dialog(app: App) -> PresetDialog:
    app.registry.run("window.edit-presets")
    (found,) = [one for one in app.window.findChildren(PresetDialog) if one.isVisible()]
    return found


def write(dialog: PresetDialog, row: int, texts: tuple[str, ...]) -> None:
    for column, text in enumerate(texts):
        item = dialog.table.item(row, column)
        assert item is not None
        item.setText(text)


def test_a_preset_is_added_with_the_window_on_the_screen(opened: App) -> None:
    opened.view.grey.set_window(Window(33, 77))
    dialog = open_dialog(opened)
    dialog.add.click()
    write(dialog, 0, ("Petrous", "ct", "head, ear"))
    dialog.buttons.accepted.emit()
    assert opened.presets.presets[0] == Preset(
        "Petrous", "CT", ("HEAD", "EAR"), Window(33, 77, name="Petrous"), is_own=True
    )
    assert opened.presets.presets[1:] == PRESETS


@pytest.mark.parametrize(
    ("texts", "problem"),
    [(("", "CT", "", "1", "2"), "Row 1 has no name"), (("A", "CT", "", "x", "2"), "is no number"),
     (("A", "CT", "", "1", "0"), "Window Width")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_kept(
    app: App, texts: tuple[str, ...], problem: str
) -> None:
    dialog = open_dialog(app)
    write(dialog, 0, texts)
    dialog.buttons.accepted.emit()
    assert problem in dialog.problem.text()
    assert app.presets.presets == PRESETS
    dialog.reject()


def test_those_that_come_along_are_restored(make_app: MakeApp) -> None:
    app = make_app()
    app.presets.set((MINE,))
    dialog = open_dialog(app)
    dialog.restore.click()
    dialog.buttons.accepted.emit()
    assert app.presets.presets == PRESETS

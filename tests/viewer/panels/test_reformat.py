"""Reformats and fusion in the window, from a command to what is painted."""

import math
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from tests.viewer.conftest import MakeApp, WriteSeries

from precedent_viewer.app import App
from precedent_viewer.model.stacks import orientation_word
from precedent_viewer.panels.volume.reformat import ReformatPanel
from precedent_viewer.view import View

DATA = Path(__file__).parents[4] / "shared" / "data" / "series"


def panel_of(app: App) -> ReformatPanel:
    found = app.window.findChild(ReformatPanel)
    assert found is not None
    return found


def word_of(view: View) -> str:
    plane = None if view.shown_frame is None else view.shown_frame.plane
    return "" if plane is None else orientation_word(plane)


@pytest.fixture
def planes(make_app: MakeApp, study: Path, qtbot: QtBot) -> App:
    """Three planes of five slices, and the slices beside them."""
    app = make_app()
    app.open_paths([study])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    app.registry.run("volume.show-planes")
    qtbot.waitUntil(lambda: app.is_quiet and len(app.views.all) == 4)
    qtbot.waitUntil(lambda: all(view.has_image() for view in app.views.all) and app.is_quiet)
    return app


def test_three_viewports_show_three_planes_and_the_fourth_the_slices(planes: App) -> None:
    assert [word_of(view) for view in planes.views.all] == [
        "axial", "coronal", "sagittal", "axial",
    ]  # fmt: skip
    fourth = planes.views.all[3]
    assert fourth.series is not None
    assert fourth.series.frames[0].instance.kind == "dicom"


def test_scrolling_one_plane_moves_the_lines_of_the_others(planes: App) -> None:
    axial, coronal = planes.views.all[:2]
    before = coronal.layers.contents(coronal)
    axial.step(1)
    after = coronal.layers.contents(coronal)
    lines = [[mark.points for one in content for mark in one.marks] for content in (before, after)]
    assert lines[0] != lines[1]


def test_turning_on_one_plane_makes_the_others_oblique(planes: App, qtbot: QtBot) -> None:
    axial, coronal, _, _ = planes.views.all
    first = coronal.series
    tool = planes.images.canvases[0]._tools.by_name["crosshair"]
    middle = axial.place.to_screen(16, 12)
    from precedent_viewer.tools.base import PointerEvent

    handles = [
        handle
        for content in axial.layers.contents(axial)
        for mark in content.marks
        for handle in mark.handles
    ]
    start = axial.place.to_screen(*handles[0])
    turn = math.radians(20)
    across, down = start[0] - middle[0], start[1] - middle[1]
    end = (
        middle[0] + across * math.cos(turn) - down * math.sin(turn),
        middle[1] + across * math.sin(turn) + down * math.cos(turn),
    )
    tool.press(PointerEvent(*start))
    tool.drag(PointerEvent(*end))
    tool.release(PointerEvent(*end))
    assert coronal.series is not first
    assert coronal.series is not None
    assert coronal.series.title.startswith("Oblique (coronal), ")
    plane = coronal.series.frames[0].plane
    assert plane is not None
    # The middle on the screen is that of the image within half a pixel.
    assert math.degrees(math.acos(abs(plane.normal[1]))) == pytest.approx(20, abs=4)
    panel_of(planes).straighten.click()
    assert coronal.series is not None
    assert coronal.series.title.startswith("Coronal, ")


def test_a_slab_says_so_in_its_title(planes: App) -> None:
    panel_of(planes).thickness.setValue(5)
    series = planes.views.all[1].series
    assert series is not None
    assert series.title.startswith("Coronal, MIP 5 mm, ")


def test_choosing_another_series_leaves_the_planes(planes: App) -> None:
    source = planes.views.all[3].series
    assert source is not None
    planes.views.all[0].show_series(source)
    assert [len(one.marks) > 0 for one in planes.views.all[0].layers.contents(planes.view.current)
            if one.marks and one.marks[0].handles] == []  # fmt: skip


def test_a_stack_without_geometry_is_refused_in_a_sentence(
    make_app: MakeApp, new_series: WriteSeries, tmp_path: Path, qtbot: QtBot
) -> None:
    app = make_app()
    app.open_paths([new_series(tmp_path / "two", 2)])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    app.registry.run("volume.show-planes")
    assert len(app.views.all) == 1


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared test data is not here")
def test_pet_lies_over_ct_of_one_space_and_says_how_its_numbers_came_about(
    make_app: MakeApp, qtbot: QtBot
) -> None:
    app = make_app()
    app.open_paths([DATA / "pet_ct"])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    ct = next(one for study in app.tree.studies for one in study.series if one.modality == "CT")
    app.view.show_series(ct)
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    app.registry.run("volume.fuse")
    view = app.views.active

    def answered() -> bool:
        contents = view.layers.contents(view)
        return any(one.washes or one.notes for one in contents)

    qtbot.waitUntil(answered)
    assert "MBq" in panel_of(app).message.text()


def test_colours_reach_the_screen_and_what_is_asked_about(
    make_app: MakeApp, study: Path, qtbot: QtBot
) -> None:
    app = make_app()
    app.open_paths([study])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    panel_of(app).colours.setCurrentText("Hot iron")
    painted = app.api.painted_pixels()
    assert (painted[..., 0] != painted[..., 2]).any()


def test_a_volume_has_its_share_of_the_memory_until_the_studies_are_closed(planes: App) -> None:
    # Five slices of 24 x 32 in two bytes.
    assert planes.memory.claims == {"The volume": 5 * 24 * 32 * 2}
    planes.close_all()
    assert planes.memory.claims == {}


def test_a_volume_beyond_the_cap_is_refused_in_one_sentence(
    make_app: MakeApp, study: Path, qtbot: QtBot
) -> None:
    app = make_app()
    app.open_paths([study])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    app.memory.set_cap(1)
    app.registry.run("volume.show-planes")
    said = app.window.notifications.findChild(QLabel, "notification-text")
    assert said is not None
    assert "The volume needs" in said.text()


def test_planes_that_come_again_go_through_the_middle(planes: App, qtbot: QtBot) -> None:
    before = [view.index for view in planes.views.all[:3]]
    assert before[1] > 0
    planes.registry.run("volume.leave")
    planes.views.activate(planes.views.all[3])
    planes.registry.run("volume.show-planes")
    qtbot.waitUntil(lambda: planes.is_quiet)
    assert [view.index for view in planes.views.all[:3]] == before

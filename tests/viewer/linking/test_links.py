"""Viewports that scroll, zoom and window together, and the cursor that leads them."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.viewer.conftest import MakeApp, WriteSeries

from precedent_viewer.app import App
from precedent_viewer.model.study import Series
from precedent_viewer.model.voi import Window
from precedent_viewer.view import View


@pytest.fixture
def two(
    make_app: MakeApp, new_series: WriteSeries, tmp_path: Path, qtbot: QtBot
) -> tuple[App, View, View]:
    """Two series of one study side by side: slices 2.5 mm apart from 2.5 mm upwards."""
    app = make_app()
    app.open_paths([new_series(tmp_path / "thin", 6), new_series(tmp_path / "again", 4)])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    app.registry.run("layout.set-1-by-2")
    left, right = app.views.all
    first, second = all_series(app)
    app.views.activate(right)
    right.show_series(second)
    app.views.activate(left)
    left.show_series(first)
    qtbot.waitUntil(lambda: app.is_quiet and left.has_image() and right.has_image())
    return app, left, right


def all_series(app: App) -> list[Series]:
    every = [series for study in app.tree.studies for series in study.series]
    return sorted(every, key=lambda series: -len(series.frames))


def test_viewports_of_different_space_keep_their_distance(two: tuple[App, View, View]) -> None:
    app, left, right = two
    left.go_to(2)
    app.registry.run("layout.link-scroll")
    assert right.index == 0
    left.go_to(4)
    assert right.index == 2
    left.go_to(0)
    assert right.index == 0


def test_unlinked_viewports_stay(two: tuple[App, View, View]) -> None:
    app, left, right = two
    app.registry.run("layout.link-scroll")
    app.registry.run("layout.link-scroll")
    left.go_to(3)
    assert right.index == 0


def test_the_same_series_twice_goes_to_the_same_slice(
    two: tuple[App, View, View], qtbot: QtBot
) -> None:
    app, left, right = two
    assert left.series is not None
    right.show_series(left.series)
    qtbot.waitUntil(lambda: app.is_quiet)
    app.registry.run("layout.link-scroll")
    left.go_to(4)
    assert right.index == 4


def test_an_offset_can_be_kept_in_one_space(two: tuple[App, View, View], qtbot: QtBot) -> None:
    app, left, right = two
    assert left.series is not None
    right.show_series(left.series)
    right.go_to(1)
    qtbot.waitUntil(lambda: app.is_quiet)
    app.registry.run("layout.link-with-offset")
    left.go_to(3)
    assert right.index == 4


def test_windows_are_linked_by_modality(two: tuple[App, View, View]) -> None:
    app, left, right = two
    app.registry.run("layout.link-grey")
    left.grey.set_window(Window(10, 20))
    assert right.grey.choice.window == Window(10, 20)


def test_zoom_is_linked_at_one_scale(two: tuple[App, View, View]) -> None:
    app, left, right = two
    app.registry.run("layout.link-place")
    left.place.zoom_by(3)
    assert right.place.scale == pytest.approx(left.place.scale)


def test_commands_mean_the_active_viewport(two: tuple[App, View, View]) -> None:
    app, left, right = two
    app.registry.run("layout.next-viewport")
    assert app.views.active is right
    app.registry.run("view.next-image")
    assert (left.index, right.index) == (0, 1)
    assert app.api.snapshot() is not None


def test_one_viewport_fills_the_window_and_the_others_come_back(
    two: tuple[App, View, View],
) -> None:
    app, left, right = two
    app.registry.run("layout.toggle-single")
    assert list(app.views.on_screen) == [left]
    app.registry.run("layout.toggle-single")
    assert list(app.views.on_screen) == [left, right]


def test_a_smaller_layout_keeps_what_the_others_showed(two: tuple[App, View, View]) -> None:
    app, _left, right = two
    right.go_to(2)
    app.registry.run("layout.set-1-by-1")
    app.registry.run("layout.set-1-by-2")
    assert app.views.all[1] is right
    assert right.index == 2


def test_another_series_is_linked_as_it_stands(two: tuple[App, View, View], qtbot: QtBot) -> None:
    app, left, right = two
    app.registry.run("layout.link-scroll")
    first, second = all_series(app)
    right.show_series(first)
    qtbot.waitUntil(lambda: app.is_quiet)
    right.show_series(second)
    qtbot.waitUntil(lambda: app.is_quiet)
    before = (left.index, right.index)
    left.go_to(before[0] + 1)
    assert right.index == before[1] + 1

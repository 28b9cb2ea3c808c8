"""Layouts, the active viewport, and the second window."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.viewer.conftest import MakeApp

from precedent_viewer.app import App
from precedent_viewer.views import LayoutError


@pytest.fixture
def opened(make_app: MakeApp, study: Path, qtbot: QtBot) -> App:
    app = make_app()
    app.open_paths([study])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    return app


def test_a_layout_beyond_four_by_four_is_refused(opened: App) -> None:
    with pytest.raises(LayoutError, match="5 x 1 is not offered"):
        opened.views.set_layout(5, 1)


def test_a_viewport_that_goes_out_of_sight_is_not_active(opened: App) -> None:
    opened.views.set_layout(2, 2)
    opened.views.activate(opened.views.all[3])
    opened.views.set_layout(1, 2)
    assert opened.views.active in opened.views.on_screen


def test_the_second_window_shows_images_and_takes_keys(opened: App, qtbot: QtBot) -> None:
    series = opened.view.series
    assert series is not None
    first = opened.views.active
    opened.registry.run("layout.toggle-second-window")
    second = opened.views.active
    assert second is not first
    opened.view.show_series(series)
    qtbot.waitUntil(lambda: opened.is_quiet and opened.view.has_image())
    opened.registry.run("view.next-image")
    assert (first.index, second.index) == (0, 1)
    assert opened.canvas.window() is not opened.window
    opened.registry.run("layout.toggle-second-window")
    assert opened.views.active is first
    assert opened.views.on_screen == (first,)


def test_the_second_window_comes_back_as_it_was_left(opened: App, qtbot: QtBot) -> None:
    series = opened.view.series
    assert series is not None
    opened.registry.run("layout.toggle-second-window")
    opened.registry.run("layout.set-1-by-2")
    opened.view.show_series(series)
    opened.view.go_to(3)
    qtbot.waitUntil(lambda: opened.is_quiet and opened.view.has_image())
    held = opened.views.active
    opened.registry.run("layout.toggle-second-window")
    opened.registry.run("layout.toggle-second-window")
    assert len(opened.views.screens[1].all) == 2
    assert held.index == 3


def test_a_series_dropped_on_a_viewport_is_shown_there(opened: App, qtbot: QtBot) -> None:
    series = opened.view.series
    assert series is not None
    opened.views.set_layout(1, 2)
    right = opened.views.all[1]
    opened.images.canvases[1].series_dropped.emit(series.uid)
    assert opened.views.active is right
    assert right.series is series


def test_layers_reach_viewports_that_come_later(opened: App) -> None:
    before = len(tuple(opened.views.active.layers))
    opened.views.set_layout(2, 2)
    assert [len(tuple(view.layers)) for view in opened.views.all] == [before] * 4

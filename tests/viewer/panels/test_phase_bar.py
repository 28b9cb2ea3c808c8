"""Phases of a 4-D series: the slider, the keys, and scrolling that stays in a phase."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from pytestqt.qtbot import QtBot
from tests.viewer.conftest import MakeApp, WriteSeries

from precedent_viewer.app import App
from precedent_viewer.panels.phase_bar import PhaseBar

DATA = Path(__file__).parents[4] / "shared" / "data" / "series" / "mr_4d_60"


@pytest.fixture
def four_d(make_app: MakeApp, qtbot: QtBot) -> App:
    """Four time points of fifteen slices."""
    if not DATA.is_dir():
        pytest.skip("the shared test data is not here")
    app = make_app()
    app.open_paths([DATA])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image() and app.view.frame_count == 60)
    return app


def test_the_slider_goes_through_time_at_one_place(four_d: App) -> None:
    bar = four_d.image_page.findChild(PhaseBar)
    assert bar is not None
    assert bar.isVisible()
    four_d.view.go_to(7)
    bar.slider.setValue(2)
    assert four_d.view.index == 2 * 15 + 7
    assert bar.name.text() == "3 of 4"


def test_keys_do_the_same_and_end_at_the_ends(four_d: App) -> None:
    four_d.view.go_to(7)
    for _ in range(6):
        four_d.registry.run("view.next-phase")
    assert four_d.view.index == 3 * 15 + 7
    four_d.registry.run("view.previous-phase")
    assert four_d.view.index == 2 * 15 + 7


def test_scrolling_stays_in_its_phase(four_d: App) -> None:
    four_d.view.go_to(15)
    four_d.view.step(-3)
    assert four_d.view.index == 15
    four_d.view.step(40)
    assert four_d.view.index == 29


def test_a_series_without_phases_has_no_bar(make_app: MakeApp, study: Path, qtbot: QtBot) -> None:
    app = make_app()
    app.open_paths([study])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    bar = app.image_page.findChild(PhaseBar)
    assert bar is not None
    assert not bar.isVisible()


def test_after_a_longer_series_a_phase_is_one_that_there_is(
    make_app: MakeApp, new_series: WriteSeries, tmp_path: Path, qtbot: QtBot
) -> None:
    # Three phases of two slices, after the twentieth image of another series.
    values = np.arange(24, dtype=np.int16).reshape(3, 2, 2, 2)
    volume = SimpleITK.GetImageFromArray(values, isVector=False)
    SimpleITK.WriteImage(volume, tmp_path / "phases.nii")
    app = make_app()
    app.open_paths([new_series(tmp_path / "long", 20), tmp_path / "phases.nii"])
    qtbot.waitUntil(lambda: app.is_quiet and len(app.tree.studies) == 2)
    every = {len(series.phases): series for study in app.tree.studies for series in study.series}
    app.view.show_series(every[0])
    app.view.go_to(19)
    told: list[tuple[int, int]] = []
    app.view.series_changed.connect(lambda _series: told.append((app.view.index, app.view.phase)))
    app.view.show_series(every[3])
    assert told == [(0, 0)]
    bar = app.image_page.findChild(PhaseBar)
    assert bar is not None
    assert bar.name.text() == "1 of 3, 0 s"

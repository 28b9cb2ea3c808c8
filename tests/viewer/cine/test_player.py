"""Playing in the window: the right frame at the right moment, until the reader scrolls."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import SimpleITK
from pytestqt.qtbot import QtBot

from precedent_viewer.app import App
from precedent_viewer.cine.player import Player


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def playing(app: App, study: Path, qtbot: QtBot) -> tuple[Player, Clock]:
    app.open_paths([study])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    clock = Clock()
    player = Player(app.view.current, clock)
    player.set_rate(10)
    player.play()
    return player, clock


def turn(app: App, player: Player, clock: Clock, qtbot: QtBot, *, seconds: float) -> int:
    clock.now += seconds
    player.tick()
    qtbot.waitUntil(lambda: app.view.shown_frame == app.view.frame)
    return app.view.index


def test_frames_follow_the_clock_and_late_ones_are_counted(
    make_app: Callable[[], App], study: Path, qtbot: QtBot
) -> None:
    app = make_app()
    player, clock = playing(app, study, qtbot)
    assert turn(app, player, clock, qtbot, seconds=0.05) == 0
    assert turn(app, player, clock, qtbot, seconds=0.1) == 1
    assert turn(app, player, clock, qtbot, seconds=0.3) == 4
    assert player.not_shown == 2
    assert turn(app, player, clock, qtbot, seconds=0.1) == 0
    assert player.not_shown == 2


def test_the_readers_scroll_stops_it(
    make_app: Callable[[], App], study: Path, qtbot: QtBot
) -> None:
    app = make_app()
    player, clock = playing(app, study, qtbot)
    app.view.go_to(3)
    clock.now += 0.5
    player.tick()
    assert not player.is_playing
    assert app.view.index == 3


def test_another_series_stops_it(make_app: Callable[[], App], study: Path, qtbot: QtBot) -> None:
    app = make_app()
    player, _ = playing(app, study, qtbot)
    app.view.current.clear()
    assert not player.is_playing


def test_a_phase_plays_within_itself(
    make_app: Callable[[], App], tmp_path: Path, qtbot: QtBot
) -> None:
    # Two phases of three slices.
    values = np.zeros((2, 3, 4, 4), np.int16)
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(values, isVector=False), tmp_path / "4d.nii")
    app = make_app()
    player, clock = playing(app, tmp_path / "4d.nii", qtbot)
    player.stop()
    app.view.go_to(4)
    qtbot.waitUntil(lambda: app.view.shown_frame == app.view.frame)
    player.set_rate(10)
    player.play()
    assert turn(app, player, clock, qtbot, seconds=0.12) == 5
    # After the last slice of the second phase comes its first.
    assert turn(app, player, clock, qtbot, seconds=0.1) == 3

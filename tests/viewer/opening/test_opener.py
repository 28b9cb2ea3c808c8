"""Searching in the background."""

import math
import threading
from pathlib import Path

import pytest
from pydicom import dcmread
from pytestqt.qtbot import QtBot
from tests.viewer.conftest import WriteSeries

from precedent_viewer.app import App
from precedent_viewer.dicom import index
from precedent_viewer.model.document import Document
from precedent_viewer.model.study import Instance, RefusedFile
from precedent_viewer.opening import opener as opening
from precedent_viewer.opening.opener import Opened, Progress


def test_what_was_found_is_summed_up(app: App, study: Path, qtbot: QtBot) -> None:
    (study / "words.txt").write_text("no image")
    heard: list[Opened] = []
    app.opener.finished.connect(heard.append)
    app.open_paths([study])
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [Opened((study,), images=5, refused=1, cancelled=False)]


def test_progress_ends_with_none(app: App, study: Path, qtbot: QtBot) -> None:
    heard: list[object] = []
    app.opener.progressed.connect(heard.append)
    app.open_paths([study])
    qtbot.waitUntil(lambda: bool(heard) and heard[-1] is None)
    assert heard[0] == Progress(0, None)


def test_nothing_to_open_starts_nothing(app: App) -> None:
    app.opener.open([])
    assert not app.opener.is_busy


def test_a_cancelled_search_stops_its_worker(
    app: App, study: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = threading.Event(), threading.Event()

    def endless(_paths: object, *, cancel: threading.Event, **_callbacks: object) -> None:
        begun.set()
        cancel.wait(10)
        ended.set()

    monkeypatch.setattr(opening, "index_paths", endless)
    heard: list[Opened] = []
    app.opener.finished.connect(heard.append)
    app.open_paths([study])
    qtbot.waitUntil(begun.is_set)
    app.opener.cancel()
    qtbot.waitUntil(ended.is_set)
    assert [one.cancelled for one in heard] == [True]


def test_a_search_that_breaks_says_so_and_ends(
    app: App, study: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_paths: object, **_callbacks: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(opening, "index_paths", broken)
    app.open_paths([study])
    qtbot.waitUntil(lambda: not app.opener.is_busy)
    assert not app.window.notifications.isHidden()
    assert app.status.progress.isHidden()


def test_refused_files_can_be_copied_with_their_reasons(app: App) -> None:
    app.tree.refuse(Path("/scans/a.dcm"), "It is empty.")
    assert app.tree.refused == (RefusedFile(Path("/scans/a.dcm"), "It is empty."),)
    index = app.studies.refused.model.index(0)
    assert app.studies.refused.model.data(index) == "a.dcm: It is empty."


def first_numbers(app: App) -> list[int | None]:
    return [frame.instance.instance_number for frame in app.view.series.frames]  # type: ignore[union-attr]  # a series is shown


def test_the_first_image_is_painted_before_the_rest_is_read(
    app: App, study: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted = threading.Event()
    read: list[Path] = []
    real = index.read_item

    def second_waits(path: Path) -> Instance | Document:
        read.append(path)
        if len(read) > 1:
            assert painted.wait(10)
        return real(path)

    monkeypatch.setattr(index, "read_item", second_waits)
    app.open_paths([study])
    qtbot.waitUntil(app.view.has_image)
    assert app.view.frame_count == 1
    assert len(read) <= 2
    painted.set()
    qtbot.waitUntil(lambda: app.is_quiet)
    assert app.view.frame_count == 5


def test_what_is_found_later_changes_neither_image_nor_selection_nor_focus(
    app: App, study: Path, new_series: WriteSeries, qtbot: QtBot
) -> None:
    app.open_paths([study])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    app.view.go_to(3)
    app.canvas.setFocus()
    qtbot.waitUntil(lambda: app.view.shown_frame == app.view.frame)
    shown, series = app.view.shown_frame, app.view.series
    # Its name comes before that of the study, so its rows come first where rows are sorted.
    app.open_paths([new_series(study.parent / "another", 7, description="Another")])
    qtbot.waitUntil(lambda: app.is_quiet and len(app.tree.studies[0].series) == 2)
    assert (app.view.shown_frame, app.view.series, app.view.index) == (shown, series, 3)
    assert series is not None
    assert app.studies.list.currentIndex().row() == app.studies.model.row_of(series.uid)
    assert app.canvas.hasFocus()


def test_slices_that_come_before_the_one_looked_at_move_its_number_alone(
    app: App, study: Path, qtbot: QtBot
) -> None:
    app.open_paths([study / "im3.dcm", study / "im4.dcm"])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    app.view.go_to(1)
    qtbot.waitUntil(lambda: app.view.shown_frame == app.view.frame)
    shown = app.view.shown_frame
    app.open_paths([study])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.frame_count == 5)
    assert first_numbers(app) == [1, 2, 3, 4, 5]
    assert (app.view.index, app.view.shown_frame) == (3, shown)


def test_a_stack_that_turns_out_to_be_a_part_keeps_the_image_on_screen(
    app: App, study: Path, qtbot: QtBot
) -> None:
    for number in range(1, 6):
        path = study / f"im{number}.dcm"
        made = dcmread(path)
        angle = math.radians(30 * (number - 1))
        # Views from around the head; the third and fourth are nearer to sagittal than to coronal.
        made.ImageOrientationPatient = [math.cos(angle), math.sin(angle), 0, 0, 0, -1]
        made.ImagePositionPatient = [0, 0, 0]
        made.save_as(path)
    app.open_paths([study / f"im{number}.dcm" for number in (1, 3)])
    qtbot.waitUntil(lambda: app.is_quiet and len(app.tree.studies[0].series) == 2)
    app.view.show_series(app.tree.studies[0].series[1])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    shown = app.view.shown_frame
    app.open_paths([study])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.frame_count == 5)
    assert (app.view.shown_frame, app.view.index) == (shown, 2)
    assert first_numbers(app) == [1, 2, 3, 4, 5]
    assert app.studies.model.rowCount() == 2
    assert app.studies.list.currentIndex().row() == 1

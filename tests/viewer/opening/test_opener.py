"""Searching in the background."""

import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from precedent_viewer.app import App
from precedent_viewer.model.study import RefusedFile
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

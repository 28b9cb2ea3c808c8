"""Frames come in the right order and form: near ones ahead, slow ones first reduced, then whole."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless
from pytestqt.qtbot import QtBot

from precedent_viewer.api import NothingShownError
from precedent_viewer.app import App
from precedent_viewer.bench.generated import Sizes, generated_study
from precedent_viewer.frame_loader import STILL_MS


@pytest.fixture(scope="module")
def slow_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve CT slices of 512 x 512 in JPEG 2000."""
    folder = tmp_path_factory.mktemp("slow")
    return generated_study("ct-jpeg-2000", folder, Sizes(slices=12, frames=2), lambda _line: None)


def test_neighbours_are_in_memory_once_the_window_is_quiet(opened: App) -> None:
    assert opened.loader.is_quiet
    opened.view.go_to(1)
    # In memory means shown within the call, without a trip to a worker.
    assert opened.view.shown_frame == opened.view.frame


def test_a_slow_frame_is_whole_once_the_window_is_quiet(
    app: App, slow_study: Path, open_paths: Callable[..., None]
) -> None:
    open_paths(app, slow_study)
    assert app.view.pixels is not None
    assert app.view.pixels.reduced_by == 1


def test_a_fast_scroll_shows_slow_frames_reduced_and_marked_then_whole(
    app: App, slow_study: Path, open_paths: Callable[..., None], qtbot: QtBot
) -> None:
    open_paths(app, slow_study)
    view, seen = app.view, []

    def note(_pixels: object) -> None:
        if view.pixels is not None:
            seen.append((view.index, view.pixels.reduced_by, view.pixels.notes))

    app.loader.forget()
    view.pixels_changed.connect(note)
    view.go_to(5)
    view.go_to(6)
    view.go_to(7)
    qtbot.waitUntil(lambda: app.is_quiet and view.shown_frame == view.frame, timeout=10_000)
    of_last = [(reduced, notes) for index, reduced, notes in seen if index == 7]
    assert of_last[0] == (4, ("Shown at 1/4 of its resolution until it is decoded whole.",))
    assert of_last[-1] == (1, ())


def test_values_between_known_ones_are_never_handed_out(
    app: App, slow_study: Path, open_paths: Callable[..., None], qtbot: QtBot
) -> None:
    open_paths(app, slow_study)
    app.loader.forget()
    for index in (5, 6, 7):
        app.view.go_to(index)
    qtbot.waitUntil(lambda: app.view.shown_frame == app.view.frame, timeout=10_000)
    with pytest.raises(NothingShownError, match="reduced resolution"):
        app.api.stored_pixels()
    qtbot.waitUntil(lambda: app.is_quiet, timeout=10_000)
    assert app.api.stored_pixels().shape == (512, 512)


def test_the_rest_of_the_series_follows_while_the_reader_looks(
    app: App, slow_study: Path, open_paths: Callable[..., None], qtbot: QtBot
) -> None:
    app.loader.prefetch_frames = 1
    open_paths(app, slow_study)
    frame_bytes = 512 * 512 * 2
    qtbot.waitUntil(lambda: app.loader.used_bytes == 12 * frame_bytes, timeout=10_000)


def test_a_slow_frame_that_is_broken_is_refused_with_its_sentence(
    app: App, slow_study: Path, open_paths: Callable[..., None], tmp_path: Path
) -> None:
    dataset = dcmread(slow_study / "00003.dcm")
    assert dataset.file_meta.TransferSyntaxUID == JPEG2000Lossless
    dataset.PixelData = encapsulate([b"\xff\x4f\xff\x51" + bytes(400)])
    dataset.save_as(tmp_path / "broken.dcm")
    open_paths(app, tmp_path / "broken.dcm")
    assert app.view.error is not None
    assert "JPEG 2000 data is broken" in app.view.error.message


def test_a_pause_is_longer_than_a_step_of_steady_scrolling() -> None:
    assert STILL_MS > 1000 / 10

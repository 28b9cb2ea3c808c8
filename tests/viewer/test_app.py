"""The window as a user meets it: open, look, scroll, window, mark, close."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QColor, QDropEvent, QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from precedent_viewer.app import App
from precedent_viewer.model.voi import Window
from precedent_viewer.region import Region
from precedent_viewer.settings import SettingsStore

MakeApp = Callable[[], App]
OpenPaths = Callable[..., None]
WriteSeries = Callable[..., Path]
COLUMNS = 32
LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def press(widget: QWidget, key: Qt.Key) -> None:
    # pytest-qt's method carries no types, and those of QTest are wrong in PyQt 6.11.
    QtBot.keyClick(widget, key)  # type: ignore[no-untyped-call]


def type_text(widget: QWidget, text: str) -> None:
    QtBot.keyClicks(widget, text)  # type: ignore[no-untyped-call]


def turn_wheel(app: App, notches: int, modifiers: Qt.KeyboardModifier) -> None:
    canvas = app.canvas
    at = QPointF(canvas.rect().center())
    event = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def screen_point(app: App, column: float, row: float) -> QPoint:
    x, y = app.view.place.to_screen(column, row)
    return QPoint(round(x), round(y))


def send_mouse(app: App, kind: QEvent.Type, at: QPoint, held: Qt.MouseButton) -> None:
    where = QPointF(at)
    cause = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
    event = QMouseEvent(kind, where, app.canvas.mapToGlobal(where), cause, held, NO_KEY)
    QApplication.sendEvent(app.canvas, event)


def drag(app: App, start: QPoint, end: QPoint) -> None:
    send_mouse(app, QEvent.Type.MouseButtonPress, start, LEFT)
    send_mouse(app, QEvent.Type.MouseMove, (start + end) / 2, LEFT)
    send_mouse(app, QEvent.Type.MouseMove, end, LEFT)
    send_mouse(app, QEvent.Type.MouseButtonRelease, end, Qt.MouseButton.NoButton)


def grey_at(app: App, column: float, row: float) -> int:
    at = screen_point(app, column, row)
    return QColor(app.canvas.grab().toImage().pixel(at)).red()


def test_an_empty_window_says_what_to_do(app: App) -> None:
    assert app.window.pages.currentWidget() is app.start_page
    assert [button.text().strip() for button in app.start_page.buttons] == [
        "Open files", "Open folder", "Open the sample study",
    ]  # fmt: skip


def test_opening_a_folder_lists_its_series_and_paints_the_first_image(opened: App) -> None:
    series = opened.tree.studies[0].series[0]
    assert len(series.frames) == 5
    assert opened.view.series is series
    assert opened.window.pages.currentWidget() is opened.image_page
    # Column 16 is 0 HU, the middle of the file's window of 400.
    assert grey_at(opened, 16.5, 12.5) == pytest.approx(128, abs=4)


def test_the_list_selects_what_is_shown(opened: App) -> None:
    row = opened.studies.model.row_of(opened.tree.studies[0].series[0].uid)
    assert opened.studies.list.currentIndex().row() == row


@pytest.mark.parametrize(
    ("key", "index"),
    [(Qt.Key.Key_Down, 1), (Qt.Key.Key_End, 4), (Qt.Key.Key_PageDown, 4), (Qt.Key.Key_Home, 0)],
)
def test_keys_go_through_the_series(opened: App, qtbot: QtBot, key: Qt.Key, index: int) -> None:
    opened.canvas.setFocus()
    qtbot.waitUntil(lambda: opened.window.menus.action("view.next-image").isEnabled())
    press(opened.canvas, key)
    assert opened.view.index == index


def test_the_wheel_goes_through_the_series_and_stops_at_its_ends(opened: App) -> None:
    turn_wheel(opened, -2, NO_KEY)
    assert opened.view.index == 2
    turn_wheel(opened, 9, NO_KEY)
    assert opened.view.index == 0


def test_ctrl_and_the_wheel_zoom_about_the_pointer(opened: App) -> None:
    before = opened.view.place.scale
    middle = opened.canvas.rect().center()
    held = opened.view.place.to_image(middle.x(), middle.y())
    turn_wheel(opened, 2, Qt.KeyboardModifier.ControlModifier)
    assert opened.view.place.scale > before
    assert opened.view.index == 0
    assert opened.view.place.to_image(middle.x(), middle.y()) == pytest.approx(held)


def test_a_shown_image_never_carries_another_ones_number(opened: App, qtbot: QtBot) -> None:
    opened.view.go_to(3)
    frame = opened.view.shown_frame
    assert frame is not None
    number = frame.instance.instance_number
    assert opened.canvas.overlay().bottom_left[0].startswith(f"Image {number} of 5")
    qtbot.waitUntil(lambda: opened.view.shown_frame == opened.view.frame)
    assert opened.canvas.overlay().bottom_left[0] == "Image 4 of 5"


def test_another_window_moves_the_pixels(opened: App, qtbot: QtBot) -> None:
    before = grey_at(opened, 16.5, 12.5)
    opened.view.grey.set_window(Window(center=-400, width=400))
    qtbot.waitUntil(lambda: opened.canvas.is_current)
    assert grey_at(opened, 16.5, 12.5) == 255 > before


def test_dragging_with_the_window_tool_widens_the_window(opened: App) -> None:
    middle = opened.canvas.rect().center()
    drag(opened, middle, middle + QPoint(100, 0))
    shown = opened.view.grey.shown_window
    assert shown is not None
    assert shown.width > 400
    assert shown.center == 0


def test_a_window_never_gets_narrower_than_the_standard_allows(opened: App) -> None:
    opened.view.grey.change_window(center=0, width=-50)
    shown = opened.view.grey.shown_window
    assert shown is not None
    assert shown.width == 1


def test_a_region_is_in_image_pixels_and_crops_what_is_painted(opened: App) -> None:
    opened.registry.run("tools.use-region")
    drag(opened, screen_point(opened, 4, 5), screen_point(opened, 14, 11))
    assert opened.view.region == Region(4, 5, 10, 6)
    painted = opened.api.painted_pixels()
    assert painted.shape == (6, 10, 3)
    whole = opened.api.painted_pixels(region_only=False)
    assert np.array_equal(painted, whole[5:11, 4:14])


def test_a_region_on_a_turned_image_is_in_unturned_pixels(opened: App) -> None:
    opened.registry.run("view.rotate-right")
    opened.registry.run("tools.use-region")
    drag(opened, screen_point(opened, 4, 11), screen_point(opened, 14, 5))
    assert opened.view.region == Region(4, 5, 10, 6)
    assert opened.api.painted_pixels().shape == (10, 6, 3)


def test_a_region_can_be_moved_resized_and_removed(opened: App) -> None:
    opened.registry.run("tools.use-region")
    opened.view.set_region(Region(4, 5, 10, 6))
    drag(opened, screen_point(opened, 9, 8), screen_point(opened, 11, 9))
    assert opened.view.region == Region(6, 6, 10, 6)
    drag(opened, screen_point(opened, 16, 12), screen_point(opened, 20, 16))
    assert opened.view.region == Region(6, 6, 14, 10)
    drag(opened, screen_point(opened, 6, 11), screen_point(opened, 8, 11))
    assert opened.view.region == Region(8, 6, 12, 10)
    at = screen_point(opened, 28, 20)
    drag(opened, at, at)
    assert opened.view.region is None


def test_painted_pixels_are_turned_and_mirrored_as_seen(opened: App) -> None:
    plain = opened.api.painted_pixels()
    opened.registry.run("view.flip-horizontal")
    opened.registry.run("view.rotate-right")
    assert np.array_equal(opened.api.painted_pixels(), np.rot90(plain[:, ::-1], -1))


@pytest.mark.parametrize(
    "commands",
    [
        ("view.flip-vertical",),
        ("view.flip-horizontal", "view.flip-vertical"),
        ("view.rotate-right", "view.flip-vertical"),
        ("view.flip-horizontal", "view.rotate-right", "view.rotate-right"),
    ],
)
def test_a_snapshot_says_how_the_pixels_are_turned(opened: App, commands: tuple[str, ...]) -> None:
    plain = opened.api.painted_pixels()
    for command in commands:
        opened.registry.run(command)
    snapshot = opened.api.snapshot()
    assert snapshot is not None
    mirrored = plain[:, ::-1] if snapshot.flipped else plain
    turned = np.rot90(mirrored, -snapshot.rotation_quarters)
    assert np.array_equal(opened.api.painted_pixels(), turned)


def test_the_pixels_of_the_facade_are_hounsfield_units(opened: App) -> None:
    assert opened.api.modality_pixels()[0, 16] == 0
    assert opened.api.stored_pixels()[0, 16] == 1024


def test_a_snapshot_names_the_image_and_not_the_patient(opened: App) -> None:
    snapshot = opened.api.snapshot()
    assert snapshot is not None
    assert snapshot.title == "Thin, image 1 of 5"
    assert "SHADOW" not in repr(snapshot).upper()
    assert snapshot.window == pytest.approx((0, 400))
    assert snapshot.orientation_letters == ("R", "L", "A", "P")


def test_extensions_hear_of_changes_once_after_a_burst(opened: App, qtbot: QtBot) -> None:
    heard: list[object] = []
    opened.api.view_changed.connect(heard.append)
    for width in (100, 200, 300):
        opened.view.grey.change_window(center=0, width=width)
    qtbot.waitUntil(lambda: bool(heard))
    assert len(heard) == 1


def test_files_that_cannot_be_shown_are_listed_and_none_is_lost(
    app: App, study: Path, open_paths: OpenPaths
) -> None:
    (study / "empty.dcm").write_bytes(b"")
    (study / "words.txt").write_text("not an image")
    whole = (study / "im1.dcm").read_bytes()
    (study / "cut.dcm").write_bytes(whole[:200])
    open_paths(app, study)
    shown = sum(len(series.instances) for one in app.tree.studies for series in one.series)
    assert shown == 5
    assert {refused.path.name for refused in app.tree.refused} == {
        "empty.dcm", "words.txt", "cut.dcm",
    }  # fmt: skip
    assert all(refused.reason for refused in app.tree.refused)
    assert app.studies.refused.model.rowCount() == 3
    assert app.studies.refused.header.text() == "3 files not shown"
    assert not app.studies.refused.isHidden()


def test_a_file_that_was_mended_and_opened_again_leaves_the_list_of_refused(
    app: App, study: Path, open_paths: OpenPaths
) -> None:
    mended = study / "im3.dcm"
    whole = mended.read_bytes()
    mended.write_bytes(b"")
    open_paths(app, study)
    assert app.studies.refused.model.rowCount() == 1
    mended.write_bytes(whole)
    open_paths(app, study)
    assert app.studies.refused.model.rowCount() == 0
    assert app.studies.refused.isHidden()
    assert app.view.frame_count == 5


def test_opening_only_broken_files_says_so(app: App, tmp_path: Path, open_paths: OpenPaths) -> None:
    broken = tmp_path / "broken.dcm"
    broken.write_bytes(b"")
    open_paths(app, broken)
    notice = app.window.notifications.notice
    assert notice is not None
    assert notice.message == "No image was found in broken.dcm."
    assert notice.hint == "The file is empty (0 bytes)."


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_an_odd_name_is_one_line_wherever_it_is_shown(
    app: App, tmp_path: Path, open_paths: OpenPaths
) -> None:
    odd = tmp_path / "<b>a\nb & c\udcff.dcm"
    odd.write_bytes(b"")
    open_paths(app, odd)
    mark = "\N{REPLACEMENT CHARACTER}"
    name = f"<b>a{mark}b & c{mark}.dcm"
    notice = app.window.notifications.notice
    assert notice is not None
    assert notice.message == f"No image was found in {name}."
    refused = app.studies.refused.model
    assert refused.data(refused.index(0)) == f"{name}: The file is empty (0 bytes)."
    recent = app.start_page.findChildren(QPushButton, "recent")[0]
    assert recent.text().startswith(name.replace("&", "&&"))
    app.window.menus.refresh()
    entry = app.window.menus.action("file.open-recent-1").text()
    assert entry.endswith(f"b && c{mark}.dcm")
    app.window.close()
    kept = SettingsStore(app.settings.path.parent)
    assert kept.current.recent_paths == (str(odd),)


def test_a_picture_is_named_on_the_screen(app: App, tmp_path: Path, open_paths: OpenPaths) -> None:
    folder = tmp_path / "slides"
    folder.mkdir()
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(folder / "cells.png")
    open_paths(app, folder)
    assert app.canvas.overlay().top_right == ("slides", "cells.png")


def test_a_long_name_does_not_widen_the_start_page(
    app: App, tmp_path: Path, open_paths: OpenPaths
) -> None:
    (tmp_path / ("n" * 250)).write_bytes(b"")
    open_paths(app, tmp_path / ("n" * 250))
    assert app.start_page.minimumSizeHint().width() < 700


def test_a_full_disk_for_settings_is_told_and_the_session_goes_on(
    opened: App, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    opened.registry.run("view.toggle-theme")
    qtbot.waitUntil(lambda: opened.window.notifications.notice is not None)
    notice = opened.window.notifications.notice
    assert notice is not None
    assert "The settings could not be saved" in notice.message
    assert "No space left on device" in notice.message
    opened.view.go_to(3)
    qtbot.waitUntil(lambda: opened.view.shown_frame == opened.view.frame)
    assert opened.settings.current.theme == "light"


def test_a_folder_of_bad_and_good_files_keeps_every_one(
    app: App, study: Path, open_paths: OpenPaths
) -> None:
    whole = (study / "im1.dcm").read_bytes()
    unknown = whole.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.99999.1.2.1\0")
    (study / "syntax.dcm").write_bytes(unknown)
    (study / "empty").write_bytes(b"")
    (study / "cut header.dcm").write_bytes(whole[:200])
    (study / "words.txt").write_text("words")
    (study / "half.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    # The end of the pixel data alone is missing: shown, with a note.
    (study / "zcut.dcm").write_bytes(whole[: -COLUMNS * 2])
    open_paths(app, study)
    assert {one.path.name: one.reason for one in app.tree.refused} == {
        "syntax.dcm": "Its transfer syntax 1.2.840.99999.1.2.1 is not known.",
        "empty": "The file is empty (0 bytes).",
        "cut header.dcm": "Its DICOM header is broken or cut off.",
        "words.txt": "It is neither DICOM nor NIfTI, NRRD, PNG, JPEG or TIFF.",
        "half.png": "Its picture data is broken.",
    }
    assert app.view.frame_count == 6


def test_dropped_bad_and_missing_files_are_told_and_the_good_one_is_shown(
    app: App, study: Path, qtbot: QtBot
) -> None:
    (study / "empty.dcm").write_bytes(b"")
    mime = QMimeData()
    good, bad = study / "im1.dcm", study / "empty.dcm"
    mime.setUrls([QUrl.fromLocalFile(str(one)) for one in (bad, good, study / "gone.dcm")])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier
    )
    app.window.dropEvent(event)
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    assert [one.path.name for one in app.tree.refused] == ["empty.dcm", "gone.dcm"]
    assert app.status.value.text() == "2 files cannot be shown. The list at the left says why."


def test_an_image_that_cannot_be_decoded_says_why_and_scrolling_goes_on(
    app: App, study: Path, open_paths: OpenPaths, qtbot: QtBot
) -> None:
    open_paths(app, study)
    app.loader.forget()
    target = app.view.series.frames[2].instance.path if app.view.series else study
    target.unlink()
    app.view.go_to(2)
    qtbot.waitUntil(lambda: app.view.error is not None)
    assert target.name in str(app.view.error)
    assert app.view.pixels is None
    assert app.api.snapshot() is None
    app.view.go_to(3)
    qtbot.waitUntil(lambda: app.view.pixels is not None)
    assert app.view.error is None


def test_opening_more_leaves_the_shown_image_alone(
    opened: App, tmp_path: Path, new_series: WriteSeries, open_paths: OpenPaths
) -> None:
    opened.view.go_to(2)
    frame = opened.view.frame
    open_paths(opened, new_series(tmp_path / "later", 3))
    assert opened.view.frame == frame
    assert sum(len(one.series) for one in opened.tree.studies) == 2


def test_a_series_is_found_as_it_was_left(
    opened: App, tmp_path: Path, new_series: WriteSeries, open_paths: OpenPaths
) -> None:
    open_paths(opened, new_series(tmp_path / "later", 3))
    opened.view.go_to(3)
    opened.view.grey.set_window(Window(10, 20))
    opened.registry.run("view.next-series")
    assert opened.view.grey.choice.window is None
    opened.registry.run("view.previous-series")
    assert opened.view.index == 3
    assert opened.view.grey.choice.window == Window(10, 20)


def test_a_fitted_image_stays_fitted_when_the_window_shrinks(opened: App) -> None:
    before = opened.view.place.scale
    opened.view.place.resize(300, 200)
    assert opened.view.place.scale < before
    left, top = opened.view.place.to_screen(0, 0)
    assert min(left, top) == pytest.approx(0, abs=1e-6)


def test_one_key_hides_the_patient_everywhere(opened: App) -> None:
    assert any("SHADOW" in line.upper() for line in opened.canvas.overlay().top_left)
    press(opened.canvas, Qt.Key.Key_N)
    assert opened.canvas.overlay().top_left == ()
    words = str(opened.studies.model.index(0).data())
    assert "SHADOW" not in words.upper()


def test_the_window_title_never_names_the_patient(opened: App) -> None:
    assert opened.window.windowTitle() == "Thin - Precedent"


def test_closing_all_leaves_an_empty_window(opened: App) -> None:
    opened.registry.run("file.close-all")
    assert opened.tree.studies == ()
    assert opened.api.snapshot() is None
    assert opened.studies.model.rowCount() == 0
    assert opened.window.pages.currentWidget() is opened.start_page


def test_the_palette_runs_what_is_typed(opened: App) -> None:
    opened.registry.run("help.show-palette")
    type_text(opened.palette.field, "invert")
    press(opened.palette.field, Qt.Key.Key_Return)
    assert opened.view.grey.choice.inverted
    assert not opened.palette.isVisible()


def test_the_palette_does_not_run_a_disabled_command(app: App) -> None:
    app.registry.run("help.show-palette")
    type_text(app.palette.field, "invert")
    press(app.palette.field, Qt.Key.Key_Return)
    assert app.palette.isVisible()
    assert not app.view.grey.choice.inverted


def test_the_other_theme_reaches_palette_and_settings(app: App, qapp: QApplication) -> None:
    dark = qapp.palette().window().color().lightness()
    app.registry.run("view.toggle-theme")
    assert qapp.palette().window().color().lightness() > 200 > 60 > dark
    assert app.settings.current.theme == "light"
    assert app.api.theme() == "light"


def test_settings_survive_a_restart(make_app: MakeApp, study: Path, open_paths: OpenPaths) -> None:
    first = make_app()
    open_paths(first, study)
    first.registry.run("view.toggle-theme")
    first.registry.set_shortcut("window.invert-grey", "Ctrl+I")
    first.window.close()
    second = make_app()
    assert second.settings.current.theme == "light"
    assert second.registry.shortcuts_of("window.invert-grey") == ("Ctrl+I",)
    assert second.settings.current.recent_paths == (str(study),)
    assert second.settings.current.layout


def test_damaged_settings_are_kept_and_told(make_app: MakeApp, settings_folder: Path) -> None:
    settings_folder.mkdir()
    (settings_folder / "viewer.json").write_text("{ broken")
    app = make_app()
    notice = app.window.notifications.notice
    assert notice is not None
    assert "could not be read; defaults are used" in notice.message
    assert (settings_folder / "viewer.damaged.json").read_text() == "{ broken"


def test_opening_can_be_stopped_and_keeps_what_was_found(app: App, study: Path) -> None:
    app.open_paths([study])
    app.registry.run("file.stop-opening")
    assert not app.opener.is_busy
    assert app.status.progress.isHidden()


def test_typing_in_a_field_does_not_trigger_single_key_commands(opened: App) -> None:
    field = QLineEdit(opened.window)
    field.show()
    field.setFocus()
    type_text(field, "iv")
    assert field.text() == "iv"
    assert not opened.view.grey.choice.inverted

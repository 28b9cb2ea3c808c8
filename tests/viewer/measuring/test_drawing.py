"""Drawing in the window: from the pointer to the number, the panel, undo and the next start."""

from pathlib import Path

import pydicom
import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot
from tests.viewer.conftest import MakeApp

from precedent_viewer.app import App
from precedent_viewer.measuring.annotations import Annotation, Kind, PointPx
from precedent_viewer.measuring.drawing import DrawTool
from precedent_viewer.measuring.layer import LETTER_PX, AnnotationLayer, label_place
from precedent_viewer.panels.annotations import AnnotationsPanel
from precedent_viewer.tools.base import PointerEvent


@pytest.fixture
def opened(make_app: MakeApp, study: Path, qtbot: QtBot) -> App:
    app = make_app()
    app.open_paths([study])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    app.view.place.fit()
    return app


def panel_of(app: App) -> AnnotationsPanel:
    found = app.window.findChild(AnnotationsPanel)
    assert found is not None
    return found


def tool_of(app: App, kind: Kind) -> DrawTool:
    tool = app.canvas._tools.by_name[kind]
    assert isinstance(tool, DrawTool)
    return tool


def at(app: App, point: PointPx) -> PointerEvent:
    return PointerEvent(*app.view.place.to_screen(*point))


def drag(app: App, kind: Kind, *points: PointPx) -> None:
    tool = tool_of(app, kind)
    tool.press(at(app, points[0]))
    for point in points[1:]:
        tool.drag(at(app, point))
    tool.release(at(app, points[-1]))


def click(app: App, kind: Kind, point: PointPx) -> None:
    tool = tool_of(app, kind)
    tool.hover(at(app, point))
    tool.press(at(app, point))
    tool.release(at(app, point))


def only(app: App) -> Annotation:
    (one,) = panel_of(app)._book.all()
    return one


def lines(app: App, qtbot: QtBot) -> tuple[str, ...]:
    layer = next(one for one in app.views.active.layers if isinstance(one, AnnotationLayer))
    layer.content(app.views.active)
    qtbot.waitUntil(lambda: bool(layer.result(only(app)).lines))
    return layer.result(only(app)).lines


def test_a_dragged_length_is_told_in_millimetres(opened: App, qtbot: QtBot) -> None:
    drag(opened, "length", (4, 4), (20, 16))
    # 16 and 12 pixels of 0.5 mm: 10 mm.
    assert lines(opened, qtbot) == ("10.0 mm",)


def test_a_region_is_told_in_hounsfield_units(opened: App, qtbot: QtBot) -> None:
    drag(opened, "rectangle", (4, 4), (8, 10))
    # Columns 4 to 7 hold -120, -110, -100, -90 HU.
    said = lines(opened, qtbot)
    assert said[0] == "Mean \N{MINUS SIGN}105.0, SD 11.2 HU"
    assert "6.00 mm²" in said[1]


def test_an_angle_takes_a_drag_and_a_click(opened: App, qtbot: QtBot) -> None:
    drag(opened, "angle", (20, 4), (4, 4))
    click(opened, "angle", (4, 20))
    assert lines(opened, qtbot) == ("90.0°",)


def test_cobb_takes_two_drags(opened: App, qtbot: QtBot) -> None:
    drag(opened, "cobb", (2, 2), (20, 2))
    drag(opened, "cobb", (2, 8), (14, 20))
    assert lines(opened, qtbot) == ("Cobb 45.0°",)


def test_a_polygon_closes_on_its_first_corner(opened: App) -> None:
    for point in ((2, 2), (20, 2), (20, 18)):
        click(opened, "polygon", point)
    click(opened, "polygon", (2, 2))
    assert only(opened).kind == "polygon"
    assert len(only(opened).points) == 3


def test_escape_gives_up_what_is_half_drawn(opened: App) -> None:
    click(opened, "polygon", (2, 2))
    assert tool_of(opened, "polygon").cancel()
    assert panel_of(opened)._book.all() == ()


def test_a_click_with_a_drag_tool_draws_nothing(opened: App) -> None:
    click(opened, "length", (5, 5))
    assert panel_of(opened)._book.all() == ()


def test_a_probe_tells_the_pixels_value(opened: App, qtbot: QtBot) -> None:
    click(opened, "probe", (7.5, 3.5))
    assert lines(opened, qtbot) == ("\N{MINUS SIGN}90.0 HU",)


def test_handles_lines_and_undo(opened: App, qtbot: QtBot) -> None:
    drag(opened, "length", (4, 4), (20, 16))
    drag(opened, "length", (20, 16), (20, 4))
    assert only(opened).points[1] == pytest.approx((20, 4))
    drag(opened, "length", (12, 4), (12, 10))
    assert only(opened).points[0] == pytest.approx((4, 10))
    opened.registry.run("measure.undo")
    opened.registry.run("measure.undo")
    assert only(opened).points[1] == pytest.approx((20, 16))
    opened.registry.run("measure.redo")
    assert only(opened).points[1] == pytest.approx((20, 4))


def test_keys_alone_draw_and_move(opened: App) -> None:
    opened.registry.run("measure.new-length")
    x, y = only(opened).points[1]
    opened.registry.run("measure.nudge-right")
    opened.registry.run("measure.nudge-down")
    assert only(opened).points[1] == (x + 1, y + 1)
    opened.registry.run("measure.remove")
    assert panel_of(opened)._book.all() == ()


def test_the_list_jumps_and_the_next_start_has_it_all(
    opened: App, make_app: MakeApp, study: Path, qtbot: QtBot
) -> None:
    opened.view.go_to(3)
    qtbot.waitUntil(lambda: opened.view.shown_frame == opened.view.frame)
    drag(opened, "length", (4, 4), (20, 16))
    opened.view.go_to(0)
    opened.window.close()
    again = make_app()
    again.open_paths([study])
    qtbot.waitUntil(lambda: again.is_quiet and again.view.has_image())
    panel = panel_of(again)
    item = panel.list.topLevelItem(0)
    assert item is not None
    panel.list.setCurrentItem(item)
    assert again.view.index == 3


def test_the_table_holds_receipts_and_no_formulas(opened: App, qtbot: QtBot) -> None:
    drag(opened, "rectangle", (4, 4), (8, 10))
    lines(opened, qtbot)
    panel = panel_of(opened)
    panel.text.setText("=cmd()")
    panel.text.editingFinished.emit()
    table = panel.table()
    assert "'=cmd()" in table
    assert "24 pixels" in table


def test_marks_lie_on_their_own_image_alone(opened: App, qtbot: QtBot) -> None:
    drag(opened, "length", (4, 4), (20, 16))
    view = opened.views.active
    layer = next(one for one in view.layers if isinstance(one, AnnotationLayer))
    assert layer.content(view).marks
    opened.view.go_to(1)
    qtbot.waitUntil(lambda: opened.view.shown_frame == opened.view.frame)
    assert layer.content(view).marks == ()


def test_a_text_is_written_at_once_and_return_leads_back(opened: App, qtbot: QtBot) -> None:
    opened.registry.run("panels.focus-image")
    click(opened, "text", (5, 5))
    panel = panel_of(opened)
    qtbot.waitUntil(lambda: panel.isVisible() and panel.text.hasFocus())
    qtbot.keyClicks(panel.text, "Look here")  # type: ignore[no-untyped-call]
    qtbot.keyClick(panel.text, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]
    assert only(opened).text == "Look here"
    assert opened.canvas.hasFocus()


def test_a_corner_held_while_scrolling_is_let_go(opened: App, qtbot: QtBot) -> None:
    drag(opened, "rectangle", (4, 4), (12, 12))
    kept = only(opened)
    tool = tool_of(opened, "rectangle")
    tool.press(at(opened, (12, 12)))
    tool.drag(at(opened, (14, 14)))
    opened.view.step(1)
    qtbot.waitUntil(lambda: opened.is_quiet and opened.view.shown_frame == opened.view.frame)
    tool.drag(at(opened, (15, 15)))
    tool.release(at(opened, (15, 15)))
    assert only(opened) == kept


def test_a_polygon_ends_when_its_image_is_scrolled_away(opened: App, qtbot: QtBot) -> None:
    click(opened, "polygon", (4, 4))
    click(opened, "polygon", (9, 4))
    opened.view.step(1)
    qtbot.waitUntil(lambda: opened.is_quiet and opened.view.shown_frame == opened.view.frame)
    click(opened, "polygon", (9, 9))
    assert not tool_of(opened, "polygon").cancel() or not panel_of(opened)._book.all()
    assert panel_of(opened)._book.all() == ()


def test_what_is_deleted_while_it_is_held_stays_away(opened: App) -> None:
    drag(opened, "length", (4, 4), (12, 4))
    tool = tool_of(opened, "length")
    tool.press(at(opened, (12, 4)))
    tool.drag(at(opened, (15, 8)))
    opened.registry.run("measure.remove")
    tool.release(at(opened, (15, 8)))
    assert panel_of(opened)._book.all() == ()


def test_a_mere_click_makes_no_second_line_of_cobb(opened: App) -> None:
    drag(opened, "cobb", (4, 4), (14, 4))
    click(opened, "cobb", (4, 12))
    assert panel_of(opened)._book.all() == ()
    click(opened, "cobb", (14, 14))
    start, end = only(opened).points[2:]
    assert start == pytest.approx((4, 12))
    assert end == pytest.approx((14, 14))


def test_nothing_begins_outside_the_image(opened: App) -> None:
    click(opened, "probe", (-3, 4))
    assert panel_of(opened)._book.all() == ()


def test_a_key_deletes_only_what_is_seen(opened: App, qtbot: QtBot) -> None:
    drag(opened, "length", (4, 4), (12, 4))
    opened.view.step(1)
    qtbot.waitUntil(lambda: opened.is_quiet and opened.view.shown_frame == opened.view.frame)
    assert not opened.registry.run("measure.remove")
    assert len(panel_of(opened)._book.all()) == 1
    opened.close_all()
    assert panel_of(opened)._book.selection is None


def test_two_files_that_claim_to_be_one_image_have_numbers_of_their_own(
    opened: App, study: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    drag(opened, "rectangle", (4, 4), (12, 12))
    drawn = only(opened)
    frame = opened.view.shown_frame
    assert frame is not None
    qtbot.waitUntil(lambda: bool(panel_of(opened)._layer.result(drawn).lines))
    processed = pydicom.dcmread(frame.instance.path)
    processed.PixelData = (processed.pixel_array + 500).tobytes()
    processed.save_as(tmp_path / "processed.dcm")
    opened.open_paths([tmp_path / "processed.dcm"])
    qtbot.waitUntil(lambda: opened.is_quiet)
    frames = [one for s in opened.tree.studies for se in s.series for one in se.frames]
    other = next(one for one in frames if one.instance.path.name == "processed.dcm")
    series = next(se for s in opened.tree.studies for se in s.series if other in se.frames)
    opened.view.show_series(series)
    opened.view.go_to(series.frames.index(other))
    layer = panel_of(opened)._layer
    qtbot.waitUntil(lambda: opened.is_quiet and bool(layer.result(drawn, other).lines))
    first, second = layer.result(drawn, frame), layer.result(drawn, other)
    assert first.statistics is not None
    assert second.statistics is not None
    assert second.statistics.mean == pytest.approx(first.statistics.mean + 500)
    # The table tells the numbers of the file in view.
    assert second.lines[0] in panel_of(opened).table()


def test_a_label_that_would_not_fit_on_the_right_stands_on_the_left(opened: App) -> None:
    drag(opened, "rectangle", (4, 4), (30, 12))
    view = opened.views.active
    view.place.zoom_about(0, 0, 1.0)
    one = only(opened)
    width = view.place.screen_size[0]
    x, _ = view.place.to_screen(*label_place(one, view, "w" * 10))
    assert x + 10 * LETTER_PX <= width


def test_drawing_shows_marks_that_were_hidden(opened: App) -> None:
    opened.settings.update(show_layers=False)
    drag(opened, "length", (4, 4), (12, 4))
    assert opened.settings.current.show_layers


def test_undo_says_what_was_taken_back_and_where(opened: App) -> None:
    drag(opened, "length", (4, 4), (12, 4))
    opened.view.go_to(3)
    opened.registry.run("measure.undo")
    assert opened.status.value.text().startswith("Taken back: length on ")
    assert opened.status.value.text().endswith("image 1.")

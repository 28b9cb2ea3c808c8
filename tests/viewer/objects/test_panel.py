"""Documents in the window: each kind is shown, references jump, overlays come and go."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.viewer.conftest import MakeApp

from precedent_viewer.app import App
from precedent_viewer.model.document import DocumentKind
from precedent_viewer.panels.objects.pages import Pages
from precedent_viewer.panels.objects.panel import EMPTY, ObjectsPanel

ONE_PAGE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def panel_of(app: App) -> ObjectsPanel:
    found = app.window.findChild(ObjectsPanel)
    assert found is not None
    return found


def opened(make_app: MakeApp, folder: Path, qtbot: QtBot) -> App:
    app = make_app()
    app.open_paths([folder])
    qtbot.waitUntil(lambda: app.is_quiet and bool(app.tree.documents), timeout=15_000)
    return app


def choose(app: App, kind: DocumentKind, qtbot: QtBot) -> ObjectsPanel:
    panel = panel_of(app)
    document = next(one for one in app.tree.documents if one.kind == kind)
    panel.choose(document.path)
    qtbot.waitUntil(lambda: panel.stack.currentWidget() is not panel.message)
    return panel


def test_an_empty_panel_says_what_will_be_there(make_app: MakeApp) -> None:
    assert panel_of(make_app()).message.text() == EMPTY


def test_a_segmentation_comes_and_goes(make_app: MakeApp, shared_data: Path, qtbot: QtBot) -> None:
    app = opened(make_app, shared_data / "dicom/derived/dcmqi_ct_with_seg", qtbot)
    panel = choose(app, "segmentation", qtbot)
    assert panel.legend.names.count() >= 1
    panel.switch.click()
    view = app.views.active

    def washes() -> int:
        return sum(len(one.washes) for one in view.layers.contents(view))

    qtbot.waitUntil(lambda: app.is_quiet and washes() == 1)
    assert view.series is not None
    assert view.series.modality == "CT"
    panel.switch.click()
    assert washes() == 0


def test_key_objects_jump_to_their_images(
    make_app: MakeApp, shared_data: Path, qtbot: QtBot
) -> None:
    app = opened(make_app, shared_data / "series/mr_brain_two_series", qtbot)
    panel = choose(app, "key-objects", qtbot)
    rows = [panel.content.topLevelItem(at) for at in range(panel.content.topLevelItemCount())]
    last = rows[-1]
    assert last is not None
    panel.content.itemActivated.emit(last, 0)
    wanted = last.data(0, 0x0100).sop_instance_uid
    assert app.view.frame is not None
    assert app.view.frame.instance.sop_instance_uid == wanted


def test_a_presentation_state_is_applied_and_taken_back(
    make_app: MakeApp, shared_data: Path, qtbot: QtBot
) -> None:
    app = opened(make_app, shared_data / "dicom/presentation_state", qtbot)
    panel = choose(app, "presentation", qtbot)
    panel.switch.click()
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    assert app.view.frame is not None
    assert app.view.frame.instance.reader is not None
    panel.switch.click()
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    assert app.view.frame.instance.reader is None


@pytest.mark.parametrize("kind", ["sr", "waveform"])
def test_reports_and_traces_are_shown(
    make_app: MakeApp, shared_data: Path, qtbot: QtBot, kind: DocumentKind
) -> None:
    app = opened(make_app, shared_data / "dicom/transfer_syntax", qtbot)
    panel = choose(app, kind, qtbot)
    assert panel.stack.currentWidget() in (panel.content, panel.traces)


def test_a_page_is_shown_and_nonsense_is_told(qtbot: QtBot) -> None:
    pages = Pages()
    qtbot.addWidget(pages)
    assert pages.show_pdf(ONE_PAGE) is None
    assert pages.document.pageCount() == 1
    assert pages.show_pdf(b"%PDF-1.4 nonsense") == "The PDF is broken or has no pages."

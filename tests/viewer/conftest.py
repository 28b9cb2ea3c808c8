"""A window of the viewer on its own settings, and small studies to open in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from precedent_viewer.app import App
from precedent_viewer.panels.log import MemoryLog
from precedent_viewer.settings import SettingsStore

ROWS, COLUMNS = 24, 32
PATIENT = "SHADOW^QUENTIN"
PATIENT_ID = "PID-7741"


def write_slice(
    path: Path, number: int, *, study: str, series: str, description: str = "Thin"
) -> Path:
    """Write a CT slice: HU rise by 10 a column from -160, and by 100 with each slice."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[series, str(number)])
    made = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    made.SOPClassUID = CTImageStorage
    made.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    made.StudyInstanceUID, made.SeriesInstanceUID = study, series
    made.PatientName, made.PatientID = PATIENT, PATIENT_ID
    made.StudyDescription, made.SeriesDescription = "Head", description
    made.StudyDate, made.Modality, made.BodyPartExamined = "20250102", "CT", "HEAD"
    made.InstanceNumber, made.SeriesNumber = number, 1
    made.ImagePositionPatient = [0, 0, 2.5 * number]
    made.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    made.PixelSpacing, made.SliceThickness = [0.5, 0.5], 2.5
    made.Rows, made.Columns = ROWS, COLUMNS
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 16, 15, 1
    made.RescaleSlope, made.RescaleIntercept, made.RescaleType = 1, -1024, "HU"
    made.WindowCenter, made.WindowWidth = 0, 400
    ramp = 10 * np.arange(COLUMNS) - 160 + 100 * (number - 1)
    stored = np.tile(ramp + 1024, (ROWS, 1)).astype(np.int16)
    made.PixelData = stored.tobytes()
    made.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with one CT series of five slices."""
    return write_series(tmp_path / "study", 5)


WriteSeries = Callable[..., Path]


@pytest.fixture
def new_series() -> WriteSeries:
    """The function that writes a series into a folder."""
    return write_series


def write_series(folder: Path, count: int, *, description: str = "Thin") -> Path:
    """Write a series into a folder of its own."""
    folder.mkdir()
    uid = generate_uid(entropy_srcs=[str(folder)])
    study_uid = generate_uid(entropy_srcs=[str(folder.parent)])
    for number in range(1, count + 1):
        write_slice(folder / f"im{number}.dcm", number, study=study_uid, series=uid,
                    description=description)  # fmt: skip
    return folder


@pytest.fixture
def settings_folder(tmp_path: Path) -> Path:
    """Where the window of a test keeps its settings."""
    return tmp_path / "settings"


MakeApp = Callable[[], App]


@pytest.fixture
def make_app(qapp: QApplication, qtbot: QtBot, settings_folder: Path) -> Iterator[MakeApp]:
    """Make windows that are closed at the end of the test; they share one settings folder."""
    made: list[App] = []

    def make() -> App:
        app = App(qapp, SettingsStore(settings_folder), MemoryLog())
        app.window.resize(1200, 800)
        app.window.show()
        # Keys reach a window only once it is active, which the platform decides a little later.
        app.window.activateWindow()
        qtbot.waitUntil(app.window.isActiveWindow)
        made.append(app)
        return app

    yield make
    for app in made:
        app.window.close()
        app.window.deleteLater()
    # Without this the windows of all tests stay alive, and every new style sheet restyles them.
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def app(make_app: MakeApp) -> App:
    """A window with nothing open."""
    return make_app()


OpenPaths = Callable[..., None]


@pytest.fixture
def open_paths(qtbot: QtBot) -> OpenPaths:
    """Open paths in a window and wait until all is found and painted."""

    def open_and_wait(app: App, *paths: Path) -> None:
        app.open_paths(paths)
        qtbot.waitUntil(lambda: app.is_quiet, timeout=10_000)

    return open_and_wait


@pytest.fixture
def opened(app: App, study: Path, open_paths: OpenPaths) -> App:
    """A window that shows the first slice of the study."""
    open_paths(app, study)
    return app

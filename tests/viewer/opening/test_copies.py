"""Copies of images that are open are told, and nothing else is."""

import shutil
from pathlib import Path

from pydicom import dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian
from pytestqt.qtbot import QtBot

from precedent_viewer.app import App
from precedent_viewer.dicom.index import read_instance
from precedent_viewer.opening.copies import Copies


def is_copy(first: Path, second: Path) -> bool:
    copies = Copies([read_instance(first)])
    original = copies.original_of(read_instance(second))
    assert original in (None, first)
    return original == first


def copied(study: Path) -> tuple[Path, Path]:
    first = study / "im1.dcm"
    second = study / "backup" / "im1.dcm"
    second.parent.mkdir()
    shutil.copy(first, second)
    return first, second


def test_the_same_bytes_are_a_copy(study: Path) -> None:
    assert is_copy(*copied(study))


def test_a_file_is_no_copy_of_itself(study: Path) -> None:
    assert not is_copy(study / "im1.dcm", study / "im1.dcm")


def test_another_station_may_write_the_copy(study: Path) -> None:
    first, second = copied(study)
    made = dcmread(second)
    made.file_meta.ImplementationVersionName = "ANOTHER_1"
    made.StationName = "STORE"
    made.save_as(second)
    assert is_copy(first, second)


def test_one_other_pixel_makes_another_image(study: Path) -> None:
    first, second = copied(study)
    whole = bytearray(second.read_bytes())
    whole[-1] ^= 1
    second.write_bytes(whole)
    assert not is_copy(first, second)


def test_a_copy_that_was_cut_off_is_shown(study: Path) -> None:
    first, second = copied(study)
    second.write_bytes(second.read_bytes()[:-8])
    assert not is_copy(first, second)


def test_another_position_makes_another_image(study: Path) -> None:
    first, second = copied(study)
    made = dcmread(second)
    made.ImagePositionPatient = [0, 0, 99]
    made.save_as(second)
    assert not is_copy(first, second)


def test_packed_copies_are_compared_whole(study: Path) -> None:
    first, second = copied(study)
    made = dcmread(first)
    made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    made.save_as(first)
    made.save_as(second)
    assert is_copy(first, second)
    pixels = bytearray(made.PixelData)
    pixels[0] ^= 1
    made.PixelData = bytes(pixels)
    made.save_as(second)
    assert not is_copy(first, second)


def test_copies_are_listed_with_the_name_of_what_is_shown(
    app: App, study: Path, qtbot: QtBot
) -> None:
    copied(study)
    app.open_paths([study])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    assert app.view.frame_count == 5
    assert {one.reason for one in app.tree.refused} <= {
        "It is a copy of im1.dcm in the folder study, which is shown.",
        "It is a copy of im1.dcm in the folder backup, which is shown.",
    }
    assert len(app.tree.refused) == 1


def test_what_was_closed_is_no_original(app: App, study: Path, qtbot: QtBot) -> None:
    _, second = copied(study)
    app.open_paths([study / "im1.dcm"])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    app.close_all()
    app.open_paths([second])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    assert app.tree.refused == ()

"""Searching files and folders: what is shown, what is refused and why."""

import contextlib
import os
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.uid import UID, ImplicitVRLittleEndian

from precedent_viewer.dicom.frames import read_frame
from precedent_viewer.dicom.index import index_paths, read_instance
from precedent_viewer.errors import DecodeError, FileError, UnsupportedError, ViewerError
from precedent_viewer.model.study import Frame, Instance, RefusedFile

PACKAGE_FILES = Path(pydicom.__file__).parent / "data" / "test_files"


class Search:
    """Runs a search and keeps what it said."""

    def __init__(self, *paths: Path, cancel_after: int | None = None) -> None:
        self.instances: list[Instance] = []
        self.refused: list[RefusedFile] = []
        self.progress: list[tuple[int, int | None]] = []
        self._cancel, self._cancel_after = threading.Event(), cancel_after
        index_paths(
            paths,
            on_instance=self._take,
            on_refused=self.refused.append,
            on_progress=lambda done, total: self.progress.append((done, total)),
            cancel=self._cancel,
        )

    def _take(self, instance: Instance) -> None:
        self.instances.append(instance)
        if len(self.instances) == self._cancel_after:
            self._cancel.set()


def test_folders_are_searched_to_any_depth_in_natural_order(
    write_dicom: Any, ramp: NDArray[np.int16], tmp_path: Path
) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    for name in ("im10.dcm", "im9.dcm", "b/c/deep.dcm"):
        write_dicom(ramp, name)

    search = Search(tmp_path)

    assert [one.path.name for one in search.instances] == ["deep.dcm", "im9.dcm", "im10.dcm"]
    assert search.progress[-1] == (3, 3)


def test_file_given_twice_is_read_once(
    write_dicom: Any, ramp: NDArray[np.int16], tmp_path: Path
) -> None:
    path = write_dicom(ramp)

    assert len(Search(path, tmp_path, path).instances) == 1


def test_cancel_ends_the_search(write_dicom: Any, ramp: NDArray[np.int16], tmp_path: Path) -> None:
    for number in range(5):
        write_dicom(ramp, f"{number}.dcm")

    assert len(Search(tmp_path, cancel_after=2).instances) == 2


def test_directory_and_system_files_of_a_folder_are_passed_over(tmp_path: Path) -> None:
    for name in ("DICOMDIR", ".hidden", "Thumbs.db"):
        (tmp_path / name).write_bytes(b"anything")

    search = Search(tmp_path)

    assert (search.instances, search.refused) == ([], [])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty (0 bytes)."),
        (b"hello", "It is neither DICOM nor a PNG, JPEG or TIFF picture."),
        (bytes(200), "It is neither DICOM nor a PNG, JPEG or TIFF picture."),
        (bytes(128) + b"DICM", "It is not a DICOM file."),
        (b"\x89PNG\r\n\x1a\n broken", "Its picture data is broken."),
    ],
)
def test_what_is_no_image_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "file").write_bytes(content)

    assert [one.reason for one in Search(tmp_path).refused] == [reason]


def test_missing_file_is_refused(tmp_path: Path) -> None:
    assert Search(tmp_path / "none").refused == [
        RefusedFile(tmp_path / "none", "The file does not exist.")
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read anything")
def test_folder_without_permission_is_refused(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)

    assert Search(tmp_path).refused == [
        RefusedFile(closed, "There is no permission to read this folder.")
    ]


@pytest.mark.parametrize("error", [PermissionError(13, "no"), OSError(5, "Input/output error")])
def test_file_that_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    (tmp_path / "x.dcm").write_bytes(b"x")

    def refuse(*_args: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr(Path, "open", refuse)

    (refused,) = Search(tmp_path).refused
    assert "read it" in refused.reason or "Input/output error" in refused.reason


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("test-SR.dcm", "Structured report: has no picture."),
        ("rtplan.dcm", "RT plan: has no picture."),
        ("rtstruct.dcm", "RT structure set: has no picture."),
        ("waveform_ecg.dcm", "Waveform: has no picture."),
        ("UN_sequence.dcm", "CT Image: its pixel data is not in the file."),
        ("zipMR.gz", "It is neither DICOM nor a PNG, JPEG or TIFF picture."),
        ("dicomdirtests/DICOMDIR-empty.dcm", "It is the directory of a disc."),
    ],
)
def test_reason_says_what_the_file_is(name: str, words: str) -> None:
    (refused,) = Search(PACKAGE_FILES / name).refused

    assert refused.reason.startswith(words)


@pytest.mark.parametrize(
    ("uid", "words"),
    [
        ("1.2.840.10008.1.2.4.102", "it is a video"),
        ("1.2.840.10008.1.2.4.94", "JPIP Referenced is not shown"),
        ("1.2.3.4.5", "its transfer syntax 1.2.3.4.5 is not known"),
    ],
)
def test_transfer_syntax_that_is_not_shown_is_named(
    write_dicom: Any, ramp: NDArray[np.int16], uid: str, words: str
) -> None:
    path = write_dicom(ramp, transfer_syntax_uid=uid, encapsulated=[b"no picture"])

    with pytest.raises(UnsupportedError, match=words):
        read_instance(path)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"Rows": 0}, "Rows is 0; an image needs 1 to 65535"),
        ({"Columns": None}, "Columns is missing"),
        ({"BitsAllocated": 7}, "Bits Allocated is 7; it must be"),
        ({"BitsStored": 17}, "Bits Stored is 17, but Bits Allocated only 16"),
        ({"SamplesPerPixel": 3}, "Samples per Pixel is 3, but MONOCHROME2 has 1"),
        ({"PhotometricInterpretation": "HSV"}, "Photometric Interpretation HSV is not shown"),
        ({"PixelData": b""}, "its pixel data is empty"),
        ({"PixelData": None}, "it has no pixel data; the file may be cut off"),
    ],
)
def test_header_that_makes_no_image_is_refused(
    write_dicom: Any, ramp: NDArray[np.int16], attributes: dict[str, Any], words: str
) -> None:
    with pytest.raises((DecodeError, UnsupportedError), match=words):
        read_instance(write_dicom(ramp, **attributes))


def test_instance_says_what_the_tree_needs(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    path = write_dicom(
        ramp, PatientName="Doe^Jane^Q^Dr", PatientID="7", StudyDescription="Chest", SeriesNumber=3,
        InstanceNumber=12, ImagePositionPatient=[1, 2, 3], PixelSpacing=[0.5, 0.6],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0], BodyPartExamined="CHEST", ImageLaterality="R",
    )  # fmt: skip

    instance = read_instance(path)

    assert (instance.rows, instance.columns, instance.number_of_frames) == (4, 5, 1)
    assert (instance.modality, instance.instance_number) == ("CT", 12)
    assert (instance.position, instance.pixel_spacing_mm) == ((1, 2, 3), (0.5, 0.6))
    described = instance.description
    assert described.patient_name == "Doe, Dr Jane Q"
    assert (described.patient_id, described.body_part, described.laterality) == ("7", "CHEST", "R")


def test_files_without_identifiers_are_grouped_by_folder(
    write_dicom: Any, ramp: NDArray[np.int16]
) -> None:
    names = {"StudyInstanceUID": None, "SeriesInstanceUID": None}

    first = read_instance(write_dicom(ramp, "a.dcm", **names))
    second = read_instance(write_dicom(ramp, "b.dcm", **names))

    assert (first.series_uid, first.study_uid) == (second.series_uid, second.study_uid)
    assert first.sop_instance_uid != second.sop_instance_uid


def test_file_without_preamble_is_read(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    path = write_dicom(ramp)
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    dataset.save_as(path)
    content = path.read_bytes()
    path.write_bytes(content[content.index(b"\x08\0\x16\0") :])

    assert UID(read_instance(path).transfer_syntax_uid).is_implicit_VR


@pytest.mark.parametrize("keep", [140, 200, 300, 400, 500, 600, 700])
def test_file_cut_anywhere_is_one_of_our_errors_or_an_image(
    write_dicom: Any, ramp: NDArray[np.int16], keep: int
) -> None:
    path = write_dicom(ramp)
    path.write_bytes(path.read_bytes()[:keep])

    search = Search(path)

    assert len(search.instances) + len(search.refused) == 1


def test_noise_in_a_file_raises_no_other_errors(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    path = write_dicom(ramp, WindowCenter=40, WindowWidth=400)
    clean = path.read_bytes()
    random = np.random.default_rng(0)

    for _ in range(150):
        noisy = bytearray(clean)
        for at in random.integers(128, len(noisy), 4):
            noisy[at] = random.integers(0, 256)
        path.write_bytes(bytes(noisy))
        with contextlib.suppress(ViewerError):
            read_frame(Frame(read_instance(path), 0))


def test_folder_given_to_a_single_file_reader_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="it is a folder"):
        read_instance(tmp_path)

"""Searching files and folders: what is shown, what is refused and why."""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
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
from precedent_viewer.model.document import Document
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
            on_item=self._take,
            on_refused=self.refused.append,
            on_progress=lambda done, total: self.progress.append((done, total)),
            cancel=self._cancel,
        )

    def _take(self, item: Instance | Document) -> None:
        assert isinstance(item, Instance)
        self.instances.append(item)
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
        (b"hello", "It is neither DICOM nor NIfTI, NRRD, PNG, JPEG or TIFF."),
        (bytes(200), "It is neither DICOM nor NIfTI, NRRD, PNG, JPEG or TIFF."),
        (bytes(128) + b"DICM", "Its DICOM header is broken or cut off."),
        (b"\x89PNG\r\n\x1a\n broken", "Its picture data is broken."),
        (b"II*\0", "Its picture data is broken."),
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
        ("UN_sequence.dcm", "CT Image: its pixel data is not in the file."),
        ("zipMR.gz", "It is neither DICOM nor NIfTI, NRRD, PNG, JPEG or TIFF."),
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


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "Permission denied"), "There is no permission to read this folder."),
        (OSError(5, "Input/output error"), "This folder cannot be read (Input/output error)."),
    ],
)
def test_folder_that_cannot_be_listed_is_refused_and_the_others_are_searched(
    write_dicom: Any, ramp: NDArray[np.int16], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str,
) -> None:  # fmt: skip
    write_dicom(ramp)
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def refuse(folder: Path) -> Any:
        if Path(folder).name == "closed":
            raise error
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    search = Search(tmp_path)

    assert search.refused == [RefusedFile(tmp_path / "closed", reason)]
    assert len(search.instances) == 1


class BrokenScan:
    """A listing of a folder on a network drive that goes away after its first entry."""

    def __init__(self, entries: Any) -> None:
        self._entries = entries

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_error: object) -> None:
        self._entries.close()

    def __iter__(self) -> Any:
        yield next(self._entries)
        raise OSError(112, "Host is down")


def test_files_listed_before_the_network_failed_are_kept(
    write_dicom: Any, ramp: NDArray[np.int16], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.dcm", "b.dcm"):
        write_dicom(ramp, name)
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda folder: BrokenScan(scandir(folder)))

    search = Search(tmp_path)

    assert len(search.instances) == 1
    assert search.refused == [
        RefusedFile(
            tmp_path,
            "This folder cannot be read after the first 1 of its entries (Host is down).",
        )
    ]


@pytest.mark.parametrize("error", [PermissionError(13, "no"), OSError(116, "Stale file handle")])
def test_file_of_which_nothing_can_be_asked_is_refused_and_the_others_are_read(
    write_dicom: Any, ramp: NDArray[np.int16], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, error: OSError,
) -> None:  # fmt: skip
    sick, sound = tmp_path / "a.dcm", write_dicom(ramp, "b.dcm")
    stat = Path.stat

    def refuse(path: Path, **more: Any) -> os.stat_result:
        if path == sick:
            raise error
        return stat(path, **more)

    monkeypatch.setattr(Path, "stat", refuse)
    search = Search(sick, sound)

    assert [one.path for one in search.instances] == [sound]
    assert [one.path for one in search.refused] == [sick]


@pytest.fixture
def deep_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in more folders than Python allows calls in calls."""
    levels = [tmp_path]
    if sys.platform != "linux" or len(str(tmp_path)) + 2 * 1100 > 4000:
        pytest.skip("the names of files may not be so long here")
    for _ in range(1100):
        levels.append(levels[-1] / "d")
        levels[-1].mkdir()
    yield levels[-1]
    # pytest's own clearing away calls itself once a level, and fails.
    for folder in reversed(levels[1:]):
        for file in folder.glob("*.dcm"):
            file.unlink()
        folder.rmdir()


def test_folders_deeper_than_python_calls_are_searched(
    write_dicom: Any, ramp: NDArray[np.int16], deep_folder: Path, tmp_path: Path
) -> None:
    write_dicom(ramp, "top.dcm").rename(deep_folder / "deep.dcm")

    assert [one.path.name for one in Search(tmp_path).instances] == ["deep.dcm"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_links_are_followed_to_files_but_never_in_circles(
    write_dicom: Any, ramp: NDArray[np.int16], tmp_path: Path
) -> None:
    image = write_dicom(ramp)
    for name, target in (("again", "."), ("gone", "none"), ("round", "round"), ("to", image.name)):
        (tmp_path / name).symlink_to(target)

    search = Search(tmp_path)

    assert sorted(one.path.name for one in search.instances) == [image.name, "to"]
    assert {one.path.name: one.reason for one in search.refused} == {
        "again": "It is a link to a folder, and such links are not followed. "
        "Open that folder itself.",
        "gone": "It is a link to a file that does not exist.",
        "round": "It cannot be read (Too many levels of symbolic links).",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["a\nb", "\udcff", "\u65e5\u672c", "n" * 250, "<b>&amp;"])
def test_reason_of_an_odd_name_is_one_line_without_the_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")

    assert [one.reason for one in Search(tmp_path).refused] == ["The file is empty (0 bytes)."]


def test_many_files_that_are_no_images_are_all_refused(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}.txt").write_bytes(b"words")

    search = Search(tmp_path)

    assert len(search.refused) == 300
    assert search.progress[-1] == (300, 300)


def test_file_that_fails_while_its_header_is_read_says_the_system_s_reason(
    write_dicom: Any, ramp: NDArray[np.int16], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_dicom(ramp)

    def fail(*_arguments: object, **_more: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("precedent_viewer.dicom.opened._head", fail)
    with pytest.raises(FileError, match=r"it cannot be read \(Input/output error\)"):
        read_instance(path)


@pytest.mark.parametrize("fragments", [None, [b"no picture"]])
def test_number_of_frames_that_no_file_can_hold_is_refused(
    write_dicom: Any, ramp: NDArray[np.int16], fragments: list[bytes] | None
) -> None:
    more = {} if fragments is None else {
        "encapsulated": fragments, "transfer_syntax_uid": "1.2.840.10008.1.2.4.70",
    }  # fmt: skip
    path = write_dicom(ramp, NumberOfFrames=2_000_000_000, **more)

    with pytest.raises(DecodeError, match="it claims 2,000,000,000 frames, but holds"):
        read_instance(path)


def test_frames_that_were_cut_off_are_still_counted(
    write_dicom: Any, ramp: NDArray[np.int16]
) -> None:
    path = write_dicom(ramp, NumberOfFrames=3)

    assert read_instance(path).number_of_frames == 3
    with pytest.raises(DecodeError):
        read_frame(Frame(read_instance(path), 2))

"""NIfTI and NRRD: values, places and phases against SimpleITK's own and against numbers by hand."""

import struct
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest
import SimpleITK
from numpy.typing import NDArray

from precedent_viewer.dicom.frames import read_frame
from precedent_viewer.dicom.index import index_paths, read_instance
from precedent_viewer.errors import DecodeError, FileError, UnsupportedError
from precedent_viewer.model.document import Document
from precedent_viewer.model.study import Frame, Instance, RefusedFile, StudyTree
from precedent_viewer.spooled_values import SpooledValues

sitk: Any = SimpleITK
VALUES = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4) - 5


def written(path: Path, values: NDArray[Any] = VALUES) -> Path:
    image = sitk.GetImageFromArray(values)
    image.SetSpacing((0.5, 0.75, 3.0))
    image.SetOrigin((-10.0, 20.0, 30.0))
    image.SetDirection((1, 0, 0, 0, 0, 1, 0, -1, 0))
    sitk.WriteImage(image, str(path))
    return path


@pytest.mark.parametrize("name", ["v.nii", "v.nii.gz", "v.nrrd", "v.nhdr", "v.mha"])
def test_slices_have_the_values_and_places_of_the_file(tmp_path: Path, name: str) -> None:
    instance = read_instance(written(tmp_path / name))
    assert (instance.number_of_frames, instance.rows, instance.columns) == (2, 3, 4)
    for index in range(2):
        stored = read_frame(Frame(instance, index)).stored
        assert stored.dtype == np.int16
        np.testing.assert_array_equal(stored, VALUES[index])
    second = Frame(instance, 1).plane
    assert second is not None
    # Rows run along x; columns along the matrix's second column, (0, 0, -1); slices along y.
    assert second.orientation == pytest.approx((1, 0, 0, 0, 0, -1), abs=1e-6)
    assert second.position == pytest.approx((-10, 20 + 3, 30), abs=1e-5)
    assert second.pixel_spacing_mm == pytest.approx((0.75, 0.5))


def test_a_voxel_lies_where_simpleitk_says(tmp_path: Path) -> None:
    path = written(tmp_path / "v.nii.gz")
    plane = Frame(read_instance(path), 1).plane
    assert plane is not None
    point = plane.point_at(2.5, 1.5)
    image = sitk.ReadImage(str(path))
    assert point == pytest.approx(image.TransformIndexToPhysicalPoint((2, 1, 1)), abs=1e-5)


def test_four_dimensions_are_phases(tmp_path: Path) -> None:
    path = tmp_path / "v.nii.gz"
    whole = np.arange(3 * 2 * 4 * 5, dtype=np.float32).reshape(3, 2, 4, 5)
    parts = [sitk.GetImageFromArray(one) for one in whole]
    sitk.WriteImage(sitk.JoinSeries(parts), str(path))
    tree = StudyTree()
    tree.add(read_instance(path))
    series = tree.studies[0].series[0]
    # SimpleITK writes a second between volumes that name no time.
    assert series.phases == ("Phase 1, 0 s", "Phase 2, 1 s", "Phase 3, 2 s")
    np.testing.assert_array_equal(read_frame(series.frames[2]).stored, whole[1, 0])


def test_colour_volumes_are_shown_as_colour(tmp_path: Path) -> None:
    path = tmp_path / "v.nrrd"
    values = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    image = sitk.GetImageFromArray(values, isVector=True)
    sitk.WriteImage(image, str(path))
    np.testing.assert_array_equal(read_frame(Frame(read_instance(path), 1)).stored, values[1])


@pytest.mark.parametrize("name", ["v.nrrd", "v.nii.gz"])
def test_components_of_a_vector_are_phases(tmp_path: Path, name: str) -> None:
    values = np.arange(2 * 3 * 4 * 6, dtype=np.float32).reshape(2, 3, 4, 6)
    image = sitk.GetImageFromArray(values, isVector=True)
    sitk.WriteImage(image, str(tmp_path / name))
    tree = StudyTree()
    tree.add(read_instance(tmp_path / name))
    series = tree.studies[0].series[0]
    assert len(series.phases) == 6
    np.testing.assert_array_equal(read_frame(series.frames[2 * 5 + 1]).stored, values[1, :, :, 5])


def nifti(path: Path, values: NDArray[Any], affine: NDArray[Any], **said: Any) -> Path:
    """Write a NIfTI-1 file by hand, byte by byte as nifti1.h has it."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    shape = values.shape[::-1]
    struct.pack_into("<8h", header, 40, len(shape), *shape, *[1] * (7 - len(shape)))
    code = {"int16": 4, "float64": 64, "int64": 1024, "uint64": 1280}[values.dtype.name]
    struct.pack_into("<2h", header, 70, code, 8 * values.dtype.itemsize)
    struct.pack_into("<8f", header, 76, 1, 1, 1, 1, said.get("step", 1), 0, 0, 0)
    struct.pack_into("<3f", header, 108, 352, said.get("slope", 1), said.get("intercept", 0))
    header[123] = said.get("units", 2)
    struct.pack_into("<2h", header, 252, 0, 1)
    struct.pack_into("<12f", header, 280, *affine[:3].ravel())
    header[344:348] = b"n+1\0"
    path.write_bytes(bytes(header) + values.tobytes())
    return path


def test_positions_of_nifti_are_turned_from_ras_to_lps(tmp_path: Path) -> None:
    affine = np.diag([2.0, 3.0, 4.0, 1.0])
    affine[:3, 3] = (10, 20, 30)
    instance = read_instance(nifti(tmp_path / "v.nii", VALUES, affine))
    plane = Frame(instance, 1).plane
    assert plane is not None
    # The second slice lies at (10, 20, 34) in RAS.
    assert plane.position == pytest.approx((-10, -20, 34))
    # The matrix says the distances; the header's own are all 1.
    assert plane.pixel_spacing_mm == pytest.approx((3, 2))
    assert plane.orientation == pytest.approx((-1, 0, 0, 0, -1, 0))


def test_slope_and_intercept_are_applied(tmp_path: Path) -> None:
    path = nifti(tmp_path / "v.nii", VALUES, np.eye(4), slope=0.5, intercept=-3)
    np.testing.assert_allclose(
        read_frame(Frame(read_instance(path), 0)).stored, 0.5 * VALUES[0] - 3.0
    )


def test_axes_that_are_not_at_right_angles_are_said(tmp_path: Path) -> None:
    sheared = np.eye(4)
    sheared[0, 2] = 0.3
    with pytest.raises(UnsupportedError, match="not at right angles"):
        read_instance(nifti(tmp_path / "v.nii", VALUES, sheared))


@pytest.mark.parametrize(("units", "step"), [(8, 2.5), (16, 2500), (24, 2.5e6)])
def test_phases_have_the_seconds_of_the_file(tmp_path: Path, units: int, step: float) -> None:
    values = np.zeros((3, 2, 3, 4), dtype=np.int16)
    path = nifti(tmp_path / "v.nii", values, np.eye(4), units=2 | units, step=step)
    tree = StudyTree()
    tree.add(read_instance(path))
    assert tree.studies[0].series[0].phases == ("Phase 1, 0 s", "Phase 2, 2.5 s", "Phase 3, 5 s")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.array([[[-7, 2**31 - 1]]], dtype=np.int64), np.int32),
        (np.array([[[0, 2**32 - 1]]], dtype=np.uint64), np.uint32),
        (np.array([[[-1, 2**40]]], dtype=np.int64), np.float64),
        (np.array([[[0.1, 1e-300]]], dtype=np.float64), np.float64),
    ],
)
def test_no_value_of_64_bits_is_rounded(
    tmp_path: Path, values: NDArray[Any], kind: type[np.generic]
) -> None:
    path = nifti(tmp_path / "v.nii", values, np.eye(4))
    stored = read_frame(Frame(read_instance(path), 0)).stored
    assert stored.dtype == kind
    np.testing.assert_array_equal(stored, values[0])


def test_a_pair_of_files_is_one_volume(tmp_path: Path) -> None:
    instance = read_instance(written(tmp_path / "v.hdr"))
    np.testing.assert_array_equal(read_frame(Frame(instance, 1)).stored, VALUES[1])
    with pytest.raises(FileError, match=r"v\.img: it holds the values of v\.hdr"):
        read_instance(tmp_path / "v.img")


def test_a_volume_that_does_not_fit_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = read_instance(written(tmp_path / "v.nii"))
    monkeypatch.setattr(
        "precedent_viewer.volume_file.psutil.virtual_memory", lambda: SimpleNamespace(available=9)
    )
    with pytest.raises(DecodeError, match="more than is free"):
        read_frame(Frame(instance, 0))


def test_values_that_do_not_fit_the_disk_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = read_instance(written(tmp_path / "v.nii"))
    monkeypatch.setattr(
        "precedent_viewer.spooled_values.shutil.disk_usage", lambda _path: SimpleNamespace(free=9)
    )
    with pytest.raises(DecodeError, match=r"v\.nii: its .* do not fit the disk"):
        read_frame(Frame(instance, 0))


def test_a_volume_that_was_read_is_held_on_the_disk_alone(tmp_path: Path) -> None:
    values = np.zeros((40, 512, 512), dtype=np.float32)
    values[7] = 1.5
    sitk.WriteImage(sitk.GetImageFromArray(values), str(tmp_path / "v.nii.gz"))
    instance = read_instance(tmp_path / "v.nii.gz")
    process = psutil.Process()
    read_frame(Frame(instance, 0))
    before = process.memory_info().rss
    stored = read_frame(Frame(instance, 7)).stored
    assert stored.min() == stored.max() == 1.5
    # The whole volume has 42 MB; one slice has 1.
    assert process.memory_info().rss - before < 10e6


def test_a_cut_file_is_one_sentence(tmp_path: Path) -> None:
    path = written(tmp_path / "v.nrrd")
    path.write_bytes(path.read_bytes()[:-20])
    instance = read_instance(path)
    with pytest.raises(DecodeError, match=r"v\.nrrd: its values are broken or cut off"):
        read_frame(Frame(instance, 0))


@pytest.mark.parametrize("content", [b"NRRD0004\n", b"nonsense" * 100])
def test_what_is_no_volume_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "v.nrrd"
    path.write_bytes(content)
    with pytest.raises(DecodeError, match="header is broken"):
        read_instance(path)


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "v.nii"
    path.touch()
    with pytest.raises(FileError, match="empty"):
        read_instance(path)


def test_a_claim_beyond_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "v.nrrd"
    path.write_text(
        "NRRD0004\ntype: short\ndimension: 3\nsizes: 60000 60000 60000\nencoding: raw\n"
        "endian: little\n\n"
    )
    with pytest.raises(UnsupportedError, match="GB of values"):
        read_instance(path)


def test_two_readers_read_the_values_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = read_instance(written(tmp_path / "v.nii"))
    from precedent_viewer import volume_file

    calls: list[Path] = []
    real = volume_file._spooled

    def counted(path: Path, form: Any) -> SpooledValues:
        calls.append(path)
        return real(path, form)

    monkeypatch.setattr(volume_file, "_spooled", counted)
    threads = [
        threading.Thread(target=lambda at=at: read_frame(Frame(instance, at))) for at in (0, 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_files_of_values_are_part_of_what_is_shown(tmp_path: Path) -> None:
    written(tmp_path / "v.mhd")
    written(tmp_path / "w.hdr")
    shown, refused = searched(tmp_path)
    assert (shown, refused) == (["v.mhd", "w.hdr"], [])


def test_values_that_are_opened_without_their_header_say_whose_they_are(tmp_path: Path) -> None:
    written(tmp_path / "v.mhd")
    shown, refused = searched(tmp_path / "v.raw")
    assert (shown, refused) == ([], ["It holds the values of v.mhd. Open that file."])


def searched(path: Path) -> tuple[list[str], list[str]]:
    items: list[Instance | Document] = []
    refused: list[RefusedFile] = []
    index_paths(
        [path],
        on_item=items.append,
        on_refused=refused.append,
        on_progress=lambda _done, _total: None,
        cancel=threading.Event(),
    )
    return [one.path.name for one in items], [one.reason for one in refused]

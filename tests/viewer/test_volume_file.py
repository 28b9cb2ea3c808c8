"""NIfTI and NRRD: values, places and phases against SimpleITK's own and against numbers by hand."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from precedent_viewer.dicom.frames import read_frame
from precedent_viewer.dicom.index import read_instance
from precedent_viewer.errors import DecodeError, FileError, UnsupportedError
from precedent_viewer.model.study import Frame, StudyTree

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
    assert series.phases == ("Phase 1", "Phase 2", "Phase 3")
    np.testing.assert_array_equal(read_frame(series.frames[2]).stored, whole[1, 0])


def test_colour_volumes_are_shown_as_colour(tmp_path: Path) -> None:
    path = tmp_path / "v.nrrd"
    values = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    image = sitk.GetImageFromArray(values, isVector=True)
    sitk.WriteImage(image, str(path))
    np.testing.assert_array_equal(read_frame(Frame(read_instance(path), 1)).stored, values[1])


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
    real = volume_file._read_values

    def counted(path: Path) -> NDArray[Any]:
        calls.append(path)
        return real(path)

    monkeypatch.setattr(volume_file, "_read_values", counted)
    threads = [
        threading.Thread(target=lambda at=at: read_frame(Frame(instance, at))) for at in (0, 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1

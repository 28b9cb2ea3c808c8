"""The generated studies are what they say, checked by pydicom's own decoders."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from openjpeg.utils import decode
from pydicom import Dataset, dcmread
from pydicom.encaps import generate_frames
from pydicom.uid import HTJ2KLossless

from precedent_viewer.bench.generated import NoRoomError, Sizes, StudyName, generated_study
from precedent_viewer.bench.phantoms import cine_frame, ct_slice

SMALL = Sizes(slices=3, frames=4)


def written(name: StudyName, folder: Path) -> Path:
    return generated_study(name, folder, SMALL, lambda _line: None)


def values_of(dataset: Dataset) -> NDArray[np.generic]:
    if dataset.file_meta.TransferSyntaxUID != HTJ2KLossless:
        return np.asarray(dataset.pixel_array)
    # pydicom has no decoder of its own for it; OpenJPEG's is another than the one that wrote it.
    return np.asarray(decode(next(generate_frames(dataset.PixelData, number_of_frames=1))))


@pytest.mark.parametrize("name", ["ct", "ct-jpeg-2000", "ct-htj2k"])
def test_every_slice_holds_its_values_in_every_syntax(name: StudyName, tmp_path: Path) -> None:
    files = sorted(written(name, tmp_path).iterdir())
    assert len(files) == 3
    datasets = [dcmread(file) for file in files]
    assert len({dataset.SOPInstanceUID for dataset in datasets}) == 3
    assert [float(dataset.ImagePositionPatient[2]) for dataset in datasets] == [0, 0.5, 1]
    np.testing.assert_array_equal(values_of(datasets[2]), ct_slice(2))


def test_the_large_study_has_three_times_the_slices(tmp_path: Path) -> None:
    assert len(list(written("ct-large", tmp_path).iterdir())) == 9


def test_the_cine_has_its_frames_and_their_time(tmp_path: Path) -> None:
    dataset = dcmread(written("cine", tmp_path) / "cine.dcm")
    assert (dataset.NumberOfFrames, float(dataset.FrameTime)) == (4, 33.3)
    assert dataset.PhotometricInterpretation == "YBR_FULL_422"
    shown = dataset.pixel_array[3].astype(int)
    # Luma of JPEG at quality 85 stays near what went in.
    assert np.abs(shown.mean(axis=2) - cine_frame(3).mean(axis=2)).mean() < 12


def test_the_mammogram_has_13_megapixels_of_12_bits(tmp_path: Path) -> None:
    dataset = dcmread(written("mammogram", tmp_path) / "mammogram.dcm")
    assert dataset.pixel_array.shape == (4096, 3328)
    assert dataset.pixel_array.max() <= 4095


def test_a_study_is_written_once(tmp_path: Path) -> None:
    file = written("ct", tmp_path) / "00000.dcm"
    before = file.stat().st_mtime_ns
    written("ct", tmp_path)
    assert file.stat().st_mtime_ns == before


def test_a_study_that_was_cut_off_is_written_anew(tmp_path: Path) -> None:
    folder = written("ct", tmp_path)
    folder.with_suffix(".complete").unlink()
    (folder / "00000.dcm").unlink()
    assert len(list(written("ct", tmp_path).iterdir())) == 3


def test_a_full_disk_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(NoRoomError, match=r"needs .* MiB"):
        generated_study("ct", tmp_path, Sizes(slices=1 << 40), lambda _line: None)

"""`precedent frame`."""

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest

from precedent_viewer.errors import DecodeError, FileError, UnsupportedError
from precedent_viewer.frame_verb import main

PACKAGE_FILES = Path(pydicom.__file__).parent / "data" / "test_files"
CT = str(PACKAGE_FILES / "CT_small.dcm")


@pytest.mark.parametrize(
    ("stage", "dtype", "corner"),
    # The first stored value of the file is 175; its slope is 1 and its intercept -1024.
    [("stored", "int16", 175), ("modality", "float32", -849), ("display", "uint8", 0)],
)
def test_stage_is_written(tmp_path: Path, stage: str, dtype: str, corner: float) -> None:
    out = tmp_path / "out.npy"

    status = main([CT, "--stage", stage, "--npy", str(out)])

    values = np.load(out)
    assert (status, values.shape, values.dtype) == (0, (128, 128), np.dtype(dtype))
    assert stage == "display" or values[0, 0] == corner


def test_json_says_what_was_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    main([CT, "--stage", "modality", "--npy", str(tmp_path / "x"), "--json"])

    said = json.loads(capsys.readouterr().out)
    assert (said["shape"], said["dtype"], said["units"]) == ([128, 128], "float32", "HU")
    assert (said["minimum"], said["maximum"]) == (-896, 1167)
    assert (tmp_path / "x").is_file()


def test_patient_is_not_named(capsys: pytest.CaptureFixture[str]) -> None:
    main([CT, "--json"])

    assert "CompressedSamples" not in capsys.readouterr().out


def test_frame_that_does_not_exist_is_one_sentence() -> None:
    with pytest.raises(DecodeError, match=r"it has no frame 4\. Its frames are 0 to 0\."):
        main([CT, "--index", "4"])


def test_modality_of_colour_is_refused() -> None:
    with pytest.raises(UnsupportedError):
        main([str(PACKAGE_FILES / "SC_rgb_rle.dcm"), "--stage", "modality"])


def test_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="the array cannot be written"):
        main([CT, "--npy", str(tmp_path / "none" / "x.npy")])

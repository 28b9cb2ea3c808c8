"""`precedent frame`."""

import json
import os
import sys
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


def test_the_voi_stage_is_the_standards_formula(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(PACKAGE_FILES / "MR_small.dcm")
    main([file, "--stage", "modality", "--npy", str(tmp_path / "x.npy")])
    main([file, "--stage", "voi", "--npy", str(tmp_path / "y.npy")])
    x, y = np.load(tmp_path / "x.npy"), np.load(tmp_path / "y.npy")
    dataset = pydicom.dcmread(file)
    c, w = float(dataset.WindowCenter), float(dataset.WindowWidth)
    # PS3.3 C.11.2.1.2.1.
    wanted = np.clip((x.astype(np.float64) - (c - 0.5)) / (w - 1) + 0.5, 0, 1)
    assert capsys.readouterr().out
    np.testing.assert_allclose(y, wanted, atol=1e-6)


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


@pytest.mark.parametrize("name", ["n" * 300 + ".npy", "."])
def test_name_that_no_file_can_have_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match=r"the array cannot be written \(\w"):
        main([CT, "--npy", str(tmp_path / name)])


def test_full_disk_is_one_sentence_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.npy"
    out.write_bytes(b"of yesterday")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match=r"out\.npy: the array cannot be written \(No space left"):
        main([CT, "--npy", str(out)])

    assert list(tmp_path.iterdir()) == [out]
    assert out.read_bytes() == b"of yesterday"


def test_image_is_never_written_over(tmp_path: Path) -> None:
    image, other_name = tmp_path / "image.dcm", tmp_path / "link"
    image.write_bytes(Path(CT).read_bytes())
    other_name.hardlink_to(image)

    with pytest.raises(FileError, match="it is the image itself"):
        main([str(image), "--npy", str(other_name)])

    assert image.read_bytes() == Path(CT).read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_odd_name_stays_on_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = tmp_path / "a\nb\udcff.dcm"
    odd.write_bytes(Path(CT).read_bytes())

    main([str(odd)])
    with pytest.raises(DecodeError) as refusal:
        main([str(odd), "--index", "1"])

    said = capsys.readouterr().out
    assert said.startswith("a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}.dcm frame 0")
    assert str(refusal.value).startswith(
        "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}.dcm:"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(FileError, match="pipe: it is not a regular file"):
        main([str(pipe)])

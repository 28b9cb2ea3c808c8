"""Files painted without a window."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.data import get_testdata_file

from precedent_resources import PrecedentError
from precedent_viewer.api import frame_count, render_file


def test_a_slice_is_painted_with_its_own_window(study: Path) -> None:
    painted = render_file(study / "im1.dcm")
    assert painted.pixels.shape == (24, 32, 3)
    assert painted.pixels.dtype == np.uint8
    assert painted.window == pytest.approx((0, 400))
    assert painted.modality == "CT"
    assert painted.patient_key_source == "PID-7741"
    # PS3.3 C.11.2.1.2.1 at 0 HU: ((0 + 0.5) / 399 + 0.5) * 255 = 127.8
    assert painted.pixels[0, 16].tolist() == [128, 128, 128]


def test_the_spacing_of_a_file_is_told() -> None:
    path = get_testdata_file("CT_small.dcm")
    assert isinstance(path, str)
    # The file states 0.661468 twice in Pixel Spacing (0028,0030).
    assert render_file(Path(path)).pixel_spacing_mm == pytest.approx((0.661468, 0.661468))


@pytest.mark.parametrize("index", [-1, 1])
def test_a_frame_that_is_not_there_is_refused_in_a_sentence(study: Path, index: int) -> None:
    with pytest.raises(PrecedentError, match=f"im1.dcm has no image {index}"):
        render_file(study / "im1.dcm", index=index)


def test_frames_are_counted(study: Path) -> None:
    assert frame_count(study / "im1.dcm") == 1


@pytest.mark.parametrize(
    "name", ["CT_small.dcm", "MR_small.dcm", "examples_palette.dcm", "examples_rgb_color.dcm"]
)
def test_real_files_are_painted(name: str) -> None:
    path = get_testdata_file(name)
    assert isinstance(path, str)
    painted = render_file(Path(path))
    assert painted.pixels.ndim == 3
    assert painted.pixels.max() > painted.pixels.min()


def test_a_file_that_is_no_image_is_one_sentence(tmp_path: Path) -> None:
    words = tmp_path / "words.dcm"
    words.write_text("nothing")
    with pytest.raises(PrecedentError, match=r"words\.dcm"):
        render_file(words)

"""Frames against numbers that are known, pydicom's own decoding, and SimpleITK's."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array
from tests.viewer.dicom.conftest import SaveDataset, image_dataset

from precedent_viewer.dicom.frames import FramePixels, modality_values, read_frame
from precedent_viewer.dicom.index import read_instance
from precedent_viewer.dicom.lut import LookupTable
from precedent_viewer.dicom.warned import warnings_collected
from precedent_viewer.errors import DecodeError, UnsupportedError, ViewerError
from precedent_viewer.model.study import Frame
from precedent_viewer.model.voi import Window
from precedent_viewer.render.display import render
from precedent_viewer.values import quantity_at

PACKAGE_FILES = Path(pydicom.__file__).parent / "data" / "test_files"


def frame_of(path: Path, index: int = 0) -> FramePixels:
    return read_frame(Frame(read_instance(path), index))


def item(**attributes: Any) -> Dataset:
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


EXACT = [
    "CT_small.dcm", "MR_small.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm",
    "MR_small_expb.dcm", "MR_small_implicit.dcm", "MR_small_jp2klossless.dcm",
    "MR_small_jpeg_ls_lossless.dcm", "MR_small_padded.dcm", "J2K_pixelrep_mismatch.dcm",
    "JPEG2000.dcm", "693_J2KI.dcm", "GDCMJ2K_TextGBR.dcm", "ExplVR_BigEnd.dcm", "image_dfl.dcm",
    "JPEGLSNearLossless_08.dcm", "JPEGLSNearLossless_16.dcm", "SC_rgb_jls_lossy_line.dcm",
    "SC_rgb_jls_lossy_sample.dcm", "SC_rgb_rle.dcm", "SC_rgb_rle_16bit.dcm",
    "SC_rgb_rle_16bit_2frame.dcm", "SC_rgb_rle_2frame.dcm", "SC_rgb_rle_32bit.dcm",
    "SC_rgb_rle_32bit_2frame.dcm", "SC_rgb_jpeg_gdcm.dcm", "SC_rgb_gdcm_KY.dcm",
    "SC_rgb_small_odd.dcm", "SC_rgb_small_odd_big_endian.dcm", "SC_ybr_full_422_uncompressed.dcm",
    "examples_palette.dcm", "examples_overlay.dcm", "examples_rgb_color.dcm",
    "examples_jpeg2k.dcm", "liver_1frame.dcm", "liver_expb_1frame.dcm", "rtdose.dcm",
    "rtdose_1frame.dcm", "rtdose_rle.dcm", "rtdose_rle_1frame.dcm", "rtdose_expb.dcm",
]  # fmt: skip


@pytest.mark.parametrize("name", EXACT)
def test_first_frame_equals_pydicoms_decoding(name: str) -> None:
    path = PACKAGE_FILES / name

    pixels = frame_of(path)

    with warnings_collected():
        expected = pixel_array(pydicom.dcmread(path), index=0)
    np.testing.assert_array_equal(pixels.stored, expected)


JPEG_COLOUR = [
    "SC_rgb_dcmtk_+eb+cr.dcm", "SC_rgb_dcmtk_+eb+cy+n1.dcm", "SC_rgb_dcmtk_+eb+cy+n2.dcm",
    "SC_rgb_dcmtk_+eb+cy+np.dcm", "SC_rgb_dcmtk_+eb+cy+s2.dcm", "SC_rgb_dcmtk_+eb+cy+s4.dcm",
    "SC_rgb_jpeg.dcm", "SC_rgb_jpeg_app14_dcmd.dcm", "SC_rgb_jpeg_dcmd.dcm",
    "SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_jpeg_lossy_gdcm.dcm", "SC_rgb_small_odd_jpeg.dcm",
    "SC_jpeg_no_color_transform.dcm", "SC_jpeg_no_color_transform_2.dcm", "examples_ybr_color.dcm",
]  # fmt: skip


@pytest.mark.parametrize("name", JPEG_COLOUR)
def test_colour_of_lossy_jpeg_is_pydicoms_within_rounding(name: str) -> None:
    path = PACKAGE_FILES / name

    pixels = frame_of(path)

    with warnings_collected():
        expected = pixel_array(pydicom.dcmread(path), index=0)
    assert np.abs(pixels.stored.astype(int) - expected.astype(int)).max() <= 1


@pytest.mark.parametrize(
    "name",
    ["CT_small.dcm", "MR_small.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm",
     "MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm", "JPGExtended.dcm"],
)  # fmt: skip
def test_modality_values_equal_simpleitks(name: str) -> None:
    path = PACKAGE_FILES / name

    values = modality_values(frame_of(path))

    expected = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))[0]
    np.testing.assert_allclose(values, expected, rtol=1e-6)


def test_rescale_and_window_of_the_file(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    path = write_dicom(
        ramp, RescaleSlope=2, RescaleIntercept=-24, WindowCenter=[40, 50], WindowWidth=[400, 80],
        WindowCenterWidthExplanation=["SOFT", "BRAIN"],
    )  # fmt: skip

    pixels = frame_of(path)

    assert modality_values(pixels)[0, :2].tolist() == [-2024, -1824]
    assert pixels.windows == (Window(40, 400, name="SOFT"), Window(50, 80, name="BRAIN"))
    assert pixels.units == "HU"


def test_modality_table_stands_before_rescale(write_dicom: Any) -> None:
    table = item(LUTDescriptor=[3, 1, 16], LUTData=np.array([5, 50, 500], "<u2").tobytes(),
                 ModalityLUTType="OD")  # fmt: skip
    path = write_dicom(np.array([[0, 1], [2, 9]], np.uint16), ModalityLUTSequence=[table])

    pixels = frame_of(path)

    assert modality_values(pixels).tolist() == [[5, 5], [50, 500]]
    assert pixels.units == "OD"


def test_voi_table_is_read(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    table = item(LUTDescriptor=[2, -1000, 8], LUTData=np.array([3, 250], "<u2").tobytes())
    path = write_dicom(ramp, VOILUTSequence=[table])

    (found,) = frame_of(path).voi_luts

    assert isinstance(found, LookupTable)
    assert (found.first, found.values.tolist(), found.bits) == (-1000, [3, 250], 8)


def test_frames_of_an_enhanced_object_have_their_own_rescale(write_dicom: Any) -> None:
    frames = [
        item(
            PixelValueTransformationSequence=[item(RescaleSlope=slope, RescaleIntercept=0)],
            FrameVOILUTSequence=[item(WindowCenter=center, WindowWidth=10)],
        )
        for slope, center in ((1, 5), (3, 7))
    ]
    values = np.full((2, 2, 2), 4, np.uint16)
    path = write_dicom(values, PerFrameFunctionalGroupsSequence=frames)

    first, second = frame_of(path, 0), frame_of(path, 1)

    assert (modality_values(first).max(), modality_values(second).max()) == (4, 12)
    assert (first.windows[0].center, second.windows[0].center) == (5, 7)


def test_dose_is_scaled_by_its_grid() -> None:
    pixels = frame_of(PACKAGE_FILES / "rtdose.dcm")

    # The file's largest stored value is 1254000 and its scaling 1e-6.
    assert pixels.units == "RELATIVE"
    assert modality_values(pixels).max() == pytest.approx(pixels.stored.max() * 1e-6)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"WindowCenter": 40, "WindowWidth": 0}, "Window Width"),
        ({"WindowCenter": 4, "WindowWidth": 8, "VOILUTFunction": "BENT"}, "BENT is not known"),
        ({"RescaleSlope": 0, "RescaleIntercept": 0}, "Rescale Slope"),
    ],
)
def test_what_is_left_out_is_noted(
    write_dicom: Any, ramp: NDArray[np.int16], attributes: dict[str, Any], words: str
) -> None:
    (note,) = frame_of(write_dicom(ramp, **attributes)).notes

    assert words in note


def test_truncated_image_shows_what_is_there_and_says_so(
    write_dicom: Any, truncate: Callable[[Path, int], Path], ramp: NDArray[np.int16]
) -> None:
    path = truncate(write_dicom(ramp), 14)

    pixels = frame_of(path)

    assert pixels.stored[:2].tolist() == ramp[:2].tolist()
    assert pixels.stored[3].tolist() == [0] * 5
    assert pixels.notes == ("The file is cut off: 2 of 4 rows are missing, shown as 0.",)


def test_padding_is_read_in_the_sign_of_the_pixels(
    write_dicom: Any, ramp: NDArray[np.int16]
) -> None:
    path = write_dicom(ramp, PixelPaddingValue=-1000, PixelPaddingRangeLimit=-900)

    assert frame_of(path).padding == (-1000, -900)


def test_colour_has_no_modality_values(write_dicom: Any) -> None:
    path = write_dicom(np.zeros((2, 2, 3), np.uint8))

    with pytest.raises(UnsupportedError, match="no modality values"):
        modality_values(frame_of(path))


def test_frame_that_does_not_exist_is_one_sentence(
    write_dicom: Any, ramp: NDArray[np.int16]
) -> None:
    with pytest.raises(DecodeError, match=r"it has no frame 1; its frames are 0 to 0\."):
        frame_of(write_dicom(ramp), 1)


def test_file_that_changed_is_read_anew(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    before = frame_of(write_dicom(ramp)).stored
    wider = np.concatenate([ramp, ramp])

    after = frame_of(write_dicom(wider)).stored

    assert (before.shape, after.shape) == ((4, 5), (8, 5))


def test_file_that_is_gone_is_one_sentence(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    path = write_dicom(ramp)
    frame = Frame(read_instance(path), 0)
    path.unlink()

    with pytest.raises(ViewerError, match=r"image\.dcm: the file is gone"):
        read_frame(frame)


def test_threads_may_decode_at_once() -> None:
    frame = Frame(read_instance(PACKAGE_FILES / "examples_ybr_color.dcm"), 3)
    expected = read_frame(frame).stored
    results: list[bool] = []

    def work() -> None:
        results.extend(bool((read_frame(frame).stored == expected).all()) for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == [True] * 20


def test_a_supplemental_palette_colours_only_the_values_that_it_has(save: SaveDataset) -> None:
    dataset = image_dataset(np.array([[0, 99], [100, 101]], np.uint16))
    dataset.BitsStored, dataset.HighBit = 12, 11
    dataset.WindowCenter, dataset.WindowWidth = 50, 101
    for colour, levels in (("Red", (255, 0)), ("Green", (0, 128)), ("Blue", (0, 255))):
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [2, 100, 16])
        table = np.array(levels, "<u2") << 8
        setattr(dataset, f"{colour}PaletteColorLookupTableData", table.astype("<u2").tobytes())
    painted = render(frame_of(save(dataset)), None)
    # LINEAR, center 50 and width 101: 0 is 0.005 and 99 is (99 - 49.5) / 100 + 0.5 = 0.995 of 255.
    assert painted.tolist() == [[[1] * 3, [254] * 3], [[255, 0, 0], [0, 128, 255]]]


def test_real_world_values_of_a_frame(save: SaveDataset) -> None:
    dataset = image_dataset(np.array([[1000, 2000]], np.uint16))
    dataset.RealWorldValueMappingSequence = [
        item(
            RealWorldValueFirstValueMapped=0, RealWorldValueLastValueMapped=1500,
            RealWorldValueSlope=1e-6, RealWorldValueIntercept=0.0, LUTLabel="ADC",
            MeasurementUnitsCodeSequence=[item(CodeValue="mm2/s")],
        )
    ]  # fmt: skip
    pixels = frame_of(save(dataset))
    assert pixels.real_world is not None
    assert pixels.real_world.unit == "mm²/s"
    assert quantity_at(pixels, 0, 0) == pytest.approx(0.001)
    assert quantity_at(pixels, 1, 0) is None


def test_a_presentation_lut_shape_does_not_invert_a_second_time(save: SaveDataset) -> None:
    dataset = image_dataset(np.array([[0, 255]], np.uint8))
    dataset.PhotometricInterpretation = "MONOCHROME1"
    dataset.PresentationLUTShape = "INVERSE"
    pixels = frame_of(save(dataset))
    assert render(pixels, None).tolist() == [[255, 0]]
    assert pixels.notes == ()


def test_a_shape_that_contradicts_is_said(save: SaveDataset) -> None:
    dataset = image_dataset(np.array([[0, 255]], np.uint8))
    dataset.PresentationLUTShape = "INVERSE"
    pixels = frame_of(save(dataset))
    assert render(pixels, None).tolist() == [[0, 255]]
    assert "INVERSE" in pixels.notes[0]

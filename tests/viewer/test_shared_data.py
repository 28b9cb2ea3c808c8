"""Real files of every kind, which are not part of the project; skipped where they are not."""

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from PIL import Image, ImageOps

from precedent_viewer.dicom.frames import FramePixels, modality_values, read_frame
from precedent_viewer.dicom.index import read_instance
from precedent_viewer.errors import ViewerError
from precedent_viewer.model.study import Frame, StudyTree
from precedent_viewer.render.display import render

ONE_CT = "dicom/transfer_syntax/ct_same_image"


def frame_of(path: Path, index: int = 0) -> FramePixels:
    return read_frame(Frame(read_instance(path), index))


def outcome(path: Path) -> str:
    """Show the first and the last frame; gives "shown", or the error's sentence."""
    try:
        instance = read_instance(path)
        for index in {0, instance.number_of_frames - 1}:
            pixels = read_frame(Frame(instance, index))
            assert render(pixels, None).dtype == np.uint8
    except ViewerError as error:
        return str(error)
    return "shown"


def test_every_file_is_shown_or_refused_in_one_sentence(shared_data: Path) -> None:
    text = (shared_data / "manifest.csv").read_text(encoding="utf-8")
    names = [row["path"] for row in csv.DictReader(text.splitlines())]
    files = [name for name in names if (shared_data / name).is_file()]

    outcomes = {name: outcome(shared_data / name) for name in files}

    refused = {name: said for name, said in outcomes.items() if said != "shown"}
    assert len(outcomes) - len(refused) > 900
    assert all("\n" not in said and said.endswith(".") for said in refused.values())
    assert all(said.startswith(Path(name).name) for name, said in refused.items())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dicom/odd/truncated_3gb_claim.dcm", "Samples per Pixel is 3"),
        ("dicom/odd/mr_short_pixel_data.dcm", "its pixel data is empty"),
        ("dicom/odd/missing_rows.dcm", "Rows is missing"),
        ("dicom/odd/ct_wrong_endian_undefined_length.dcm", "its DICOM header is broken"),
        ("dicom/odd/dose_report_empty_pixels.dcm", "it has no pixel data"),
        ("dicom/odd/no-pixel-data.dcm", "Structured report: has no picture"),
        ("dicom/presentation_state/prLUTs.dcm", "Presentation state: has no picture"),
        ("dicom/radiotherapy/phantom/rt.dcm", "RT structure set: has no picture"),
        ("dicom/transfer_syntax/wave_dfl.dcm", "Waveform: has no picture"),
        ("pathology/svs/broken.svs", "it is neither DICOM nor"),
        ("pathology/dicom_wsi/wsi_240_140f_jpeg.dcm", "frame 140 of 140: its JPEG data is"),
    ],
)
def test_refusal_names_what_is_wrong(shared_data: Path, name: str, words: str) -> None:
    assert words in outcome(shared_data / name)


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("ct_explicit_be.dcm", 0), ("ct_deflated.dcm", 0), ("ct_rle.dcm", 0),
        ("ct_jpeg_lossless_57.dcm", 0), ("ct_jpeg_lossless_sv1_70.dcm", 0), ("ct_jpegls_80.dcm", 0),
        ("ct_jpegls_near_81.dcm", 1), ("ct_jpeg2000_lossless_90.dcm", 0),
        ("ct_jpeg2000_lossy_91.dcm", 5),
    ],
)  # fmt: skip
def test_one_slice_is_the_same_in_every_syntax(shared_data: Path, name: str, most: int) -> None:
    expected = frame_of(shared_data / ONE_CT / "ct_implicit_le.dcm").stored

    found = frame_of(shared_data / ONE_CT / name).stored

    assert np.abs(found.astype(int) - expected.astype(int)).max() <= most


@pytest.mark.parametrize(
    "name", ["ct_jpeg_extended12_51.dcm", "ct_jpeg_spectral_53.dcm", "ct_jpeg_progressive_55.dcm"]
)
def test_jpeg_of_12_bits_is_close_to_the_slice(shared_data: Path, name: str) -> None:
    expected = modality_values(frame_of(shared_data / ONE_CT / "ct_implicit_le.dcm"))

    found = modality_values(frame_of(shared_data / ONE_CT / name))

    inside = expected > -1024
    assert np.abs(found - expected)[inside].mean() < 8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dicom/wg04/XA1_J2KR.dcm", "dicom/wg04/XA1_JLSL.dcm"),
        ("dicom/derived/liver_nonbyte_aligned.dcm", "dicom/derived/liver_nonbyte_aligned_rle.dcm"),
        ("dicom/derived/liver_rle.dcm", "dicom/derived/liver_deflate.dcm"),
        ("dicom/derived/liver_rle.dcm", "dicom/derived/liver_j2k.dcm"),
        ("dicom/modality/us_palette_10f_rle.dcm", "dicom/pixels/us_palette_10f_jpegls.dcm"),
    ],
)
def test_two_compressions_of_one_picture_agree(shared_data: Path, one: str, other: str) -> None:
    for index in (0, read_instance(shared_data / one).number_of_frames - 1):
        np.testing.assert_array_equal(
            frame_of(shared_data / one, index).stored, frame_of(shared_data / other, index).stored
        )


def test_colours_of_two_compressions_agree(shared_data: Path) -> None:
    lossless = frame_of(shared_data / "dicom/pixels/sc_rgb_jpeg_lossless.dcm").stored.astype(int)
    baseline = frame_of(shared_data / "dicom/pixels/sc_ybr_jpeg_baseline.dcm").stored.astype(int)

    assert np.abs(lossless - baseline).mean() < 3


@pytest.mark.parametrize(
    "name",
    [
        f"{ONE_CT}/ct_implicit_le.dcm", f"{ONE_CT}/ct_jpeg_lossless_57.dcm",
        f"{ONE_CT}/ct_jpegls_80.dcm", "dicom/wg04/CT2_JPLL.dcm", "dicom/wg04/MR4_RLE.dcm",
        "dicom/wg04/XA1_J2KR.dcm", "dicom/modality/pt_single.dcm", "dicom/pixels/signed16.dcm",
        "dicom/pixels/signed-raw-9bit.dcm", "dicom/derived/ct_image.dcm",
        "dicom/modality/pt_nested_sequences_icon.dcm",
    ],
)  # fmt: skip
def test_modality_values_equal_simpleitks(shared_data: Path, name: str) -> None:
    values = modality_values(frame_of(shared_data / name))

    expected = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(shared_data / name)))
    np.testing.assert_allclose(values, expected.reshape(values.shape), rtol=1e-5, atol=1e-4)


def series_frames(folder: Path) -> list[Frame]:
    tree = StudyTree()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            tree.add(read_instance(path))
    return list(tree.studies[0].series[0].frames)


@pytest.mark.parametrize("folder", ["ct_head_93x64x64", "ct_phantom_28", "ct_phantom_gantry_tilt"])
def test_slices_of_a_volume_are_evenly_spaced_and_complete(shared_data: Path, folder: str) -> None:
    frames = series_frames(shared_data / "series" / folder)

    normal = frames[0].plane.normal if frames[0].plane else (0.0, 0.0, 0.0)
    depths = [
        sum(p * n for p, n in zip(frame.plane.position, normal, strict=True))
        for frame in frames
        if frame.plane
    ]
    steps = np.diff(depths)
    assert len(frames) == len(depths) > 5
    assert np.ptp(steps) < 0.05
    assert abs(steps[0]) > 0.5


def test_compressed_series_are_the_same_volume(shared_data: Path) -> None:
    folder = shared_data / "series" / "mr_sagittal_compressed"
    one, other = series_frames(folder / "jpegls"), series_frames(folder / "jpeg2000")

    assert len(one) == len(other) == 16
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(read_frame(first).stored, read_frame(second).stored)


def test_time_points_are_stacks_of_their_own(shared_data: Path) -> None:
    frames = series_frames(shared_data / "series" / "mr_4d_60")
    places = [frame.plane.position[2] if frame.plane else 0.0 for frame in frames]

    assert len(frames) == 60
    for first, second in itertools.pairwise([places[at : at + 15] for at in range(0, 60, 15)]):
        assert first == pytest.approx(second, abs=0.01)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_tiff_is_turned_as_pillow_turns_it(shared_data: Path, orientation: int) -> None:
    path = shared_data / "pathology" / "tiff" / "orientation" / f"test_orient{orientation}.tif"

    values = frame_of(path).stored

    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image).convert("L"))
    shown = values.mean(axis=2) if values.ndim == 3 else values
    assert np.abs(shown - expected).max() <= 1


def test_slide_is_shown_whole_in_its_stain(shared_data: Path) -> None:
    slide = frame_of(shared_data / "pathology" / "svs" / "cmu-1-small-region.svs").stored

    assert slide.shape == (2967, 2220, 3)
    # Stained tissue on white: bright, and more red and blue than green.
    red, green, blue = slide.reshape(-1, 3).mean(axis=0)
    assert min(red, blue) > green > 150
